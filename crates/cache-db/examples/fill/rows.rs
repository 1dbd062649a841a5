//! The rows of one transaction.

use std::error::Error;

use chunk_store::{BlobKey, ChunkId, Digest, FrameId, recipe};
use nar_format::{NarHash, base32};
use roaring::RoaringTreemap;
use rusqlite::{Connection, params};
use ulid::Ulid;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Frames of a pack.
const PACK: usize = 400;
/// Paths of a publish record.
const RECORD: u64 = 64;
/// Most chunks of a NAR.
const CHUNKS: u64 = 15;
/// One chunk in so many is shared.
const SHARED: u64 = 10;
/// Seconds since everything: uses are fresh enough not to be written by every question.
const AGE: i64 = 600;
/// As long as the packed listing of a small path.
const LISTING: usize = 220;

/// Writes objects of one cache within a transaction.
pub(crate) struct Filler<'a> {
    conn: &'a Connection,
    cache: i64,
    cache_uid: String,
    now: i64,
    seq: i64,
    next_chunk: u64,
    /// Rows of packs so far, which is the id of the last.
    pack: i64,
    in_pack: usize,
    first_of_pack: u64,
    /// The number of the next object, over all caches.
    number: u64,
    record: String,
}

impl<'a> Filler<'a> {
    /// Goes on where the rows end.
    pub(crate) fn resume(conn: &'a Connection, cache: &str) -> Outcome<Self> {
        let sql = "SELECT id, uid FROM cache WHERE name = ? AND deleted_at IS NULL";
        let (id, uid) = conn.query_row(sql, [cache], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let sql = "SELECT clock, seq, next_chunk FROM store";
        let (now, seq, next_chunk) =
            conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let last = |table: &str| -> rusqlite::Result<i64> {
            let sql = format!("SELECT coalesce(max(id), 0) FROM {table}");
            conn.query_row(&sql, [], |row| row.get(0))
        };
        let mut filler = Self {
            conn,
            cache: id,
            cache_uid: uid,
            now,
            seq,
            next_chunk,
            pack: last("pack")?,
            in_pack: 0,
            first_of_pack: next_chunk,
            number: last("object")?.cast_unsigned(),
            record: String::new(),
        };
        filler.new_record()?;
        filler.new_pack()?;
        Ok(filler)
    }

    /// Writes the last lease and the counters of the store.
    pub(crate) fn finish(mut self) -> Outcome {
        self.lease()?;
        let sql = "UPDATE store SET seq = ?, next_chunk = ?";
        self.conn.execute(sql, params![self.seq, self.next_chunk])?;
        Ok(())
    }

    /// One more path with its NAR and its chunks; its path hash.
    pub(crate) fn object(&mut self) -> Outcome<String> {
        let number = self.number;
        self.number += 1;
        if number.is_multiple_of(RECORD) {
            self.new_record()?;
        }
        let mut chunks = Vec::new();
        let mut frames = Vec::new();
        for index in 0..1 + mixed(number) % CHUNKS {
            let random = mixed(number << 8 | index);
            let shared = random.is_multiple_of(SHARED) && self.next_chunk > 2;
            let id = if shared {
                1 + (random >> 8) % (self.next_chunk - 1)
            } else {
                self.chunk()?
            };
            chunks.push((ChunkId(id), frame_len(id)));
            frames.push(frame_id(id));
        }
        let nar = self.nar(number, &chunks, &frames)?;
        self.path(number, nar)?;
        Ok(path_hash(number))
    }

    fn chunk(&mut self) -> Outcome<u64> {
        if self.in_pack == PACK {
            self.lease()?;
            self.new_pack()?;
        }
        let id = self.next_chunk;
        self.next_chunk += 1;
        let sql = "INSERT INTO chunk (id, digest, frame_id, pack_id, offset, frame_len, raw_len,
                 frame_sum, verified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)";
        self.conn.prepare_cached(sql)?.execute(params![
            id,
            Digest::of(&id.to_le_bytes()).as_bytes(),
            frame_id(id).as_bytes(),
            self.pack,
            self.in_pack * 40_000,
            frame_len(id),
            frame_len(id) * 3,
            mixed(id).cast_signed(),
        ])?;
        self.in_pack += 1;
        Ok(id)
    }

    fn nar(&mut self, number: u64, chunks: &[(ChunkId, u32)], frames: &[FrameId]) -> Outcome<i64> {
        self.seq += 1;
        let sql =
            "INSERT INTO nar (cache_id, seq, version, hash, size, frame_size, recipe, listing)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let frame_size: u64 = chunks.iter().map(|(_, len)| u64::from(*len)).sum();
        self.conn.prepare_cached(sql)?.execute(params![
            self.cache,
            self.seq,
            recipe::version(frames),
            nar_hash(number).as_bytes(),
            frame_size * 3,
            frame_size,
            recipe::encode(chunks),
            [b'l'; LISTING],
        ])?;
        Ok(self.conn.last_insert_rowid())
    }

    fn path(&mut self, number: u64, nar: i64) -> Outcome {
        self.seq += 1;
        let refs = (1..=mixed(number) % 8)
            .map(|back| number.saturating_sub(back * 3))
            .map(|other| format!("{}-{}", path_hash(other), name(other)));
        let mut refs: Vec<String> = refs.collect();
        refs.sort_unstable();
        refs.dedup();
        let sql = "INSERT INTO object (seq, cache_id, path_hash, name, nar_id, refs, deriver, sigs,
                 record, created_at, created_by, accessed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'fill', ?10)";
        self.conn.prepare_cached(sql)?.execute(params![
            self.seq,
            self.cache,
            path_hash(number),
            name(number),
            nar,
            refs.join(" "),
            format!("{}-{}.drv", path_hash(number | 1 << 40), name(number)),
            SIGNATURE,
            self.record,
            self.now - AGE,
        ])?;
        Ok(())
    }

    fn new_record(&mut self) -> Outcome {
        self.record = BlobKey::record(ulid(self.number, 1)).to_string();
        let sql = "INSERT INTO record (key, kind, cache_uid, created_at)
             VALUES (?, 'publish', ?, ?) ON CONFLICT DO NOTHING";
        let params = params![self.record, self.cache_uid, self.now - AGE];
        self.conn.prepare_cached(sql)?.execute(params)?;
        Ok(())
    }

    fn new_pack(&mut self) -> Outcome {
        self.in_pack = 0;
        self.first_of_pack = self.next_chunk;
        let key = BlobKey::pack(ulid(self.pack.cast_unsigned(), 2)).to_string();
        let sql = "INSERT INTO pack (key, size, created_at) VALUES (?, 16000000, ?)";
        let params = params![key, self.now - AGE];
        self.conn.prepare_cached(sql)?.execute(params)?;
        self.pack = self.conn.last_insert_rowid();
        Ok(())
    }

    /// What sending the pack left; a hundred packs came with each token.
    fn lease(&mut self) -> Outcome {
        let ids: RoaringTreemap = (self.first_of_pack..self.next_chunk).collect();
        let mut bytes = Vec::new();
        ids.serialize_into(&mut bytes)?;
        self.seq += 1;
        let sql = "INSERT INTO lease (seq, cache_id, token_key, chunks, bytes, created_at)
             VALUES (?, ?, ?, ?, 16000000, ?)";
        let token = Digest::of(&(self.pack / 100).to_le_bytes());
        let at = self.now - AGE;
        let params = params![self.seq, self.cache, token.as_bytes(), bytes, at];
        self.conn.prepare_cached(sql)?.execute(params)?;
        Ok(())
    }
}

/// Well formed, and of nobody: the server adds its own.
const SIGNATURE: &str = "fill-1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

/// The path hash of an object: the first 20 bytes of a hash of its number.
fn path_hash(number: u64) -> String {
    base32::encode(&nar_hash(number).as_bytes()[..20])
}

fn nar_hash(number: u64) -> NarHash {
    NarHash::of(&number.to_le_bytes())
}

fn name(number: u64) -> String {
    format!("package-{number}-1.{}", number % 10)
}

fn frame_id(id: u64) -> FrameId {
    FrameId::of(&id.to_be_bytes())
}

fn frame_len(id: u64) -> u32 {
    2_000 + (mixed(id) % 36_000) as u32
}

fn ulid(number: u64, kind: u64) -> Ulid {
    Ulid::from(u128::from(number + 1) << 64 | u128::from(mixed(number ^ kind << 60)))
}

/// A number that looks random (splitmix64).
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
