//! Packs come in.

use std::time::Duration;

use chunk_store::BlobKey;
use roaring::RoaringTreemap;
use rusqlite::params;

use crate::bitmaps::treemap_bytes;
use crate::broken::heal_nars;
use crate::credit::check_unpublished;
use crate::tx::{Tx, Verdict};
use crate::{CacheId, Db, DbError, NewFrame, NewRecord, TokenKey};

/// Frames of one pack.
pub(crate) const MAX_FRAMES: usize = 8192;

/// A pack that is durable in the store, to be committed.
#[derive(Clone, Debug)]
pub struct PackCommit {
    /// The cache it was sent to.
    pub cache_id: CacheId,
    /// Who sent it.
    pub token_key: TokenKey,
    /// Its key, fresh.
    pub key: BlobKey,
    /// [`Db::now`] as it was before the blob was put.
    pub put_at: i64,
    /// Bytes of the whole blob.
    pub size: u64,
    /// Its frames, in pack order; at most 8,192.
    pub frames: Vec<NewFrame>,
    /// How long leases hold.
    pub grace: Duration,
    /// Unpublished bytes that one token may have, this pack included.
    pub max_unpublished: u64,
}

/// What a pack brought; for counters, never for answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PackCommitted {
    /// Frames that made a row.
    pub new: u32,
    /// Frames that were known.
    pub known: u32,
    /// Known frames that were broken and rest in this pack now.
    pub healed: u32,
    /// NARs that are whole again.
    pub nars_healed: u32,
}

impl Db {
    /// Commits a pack: its chunk rows, with consecutive ids in pack order for
    /// what is new, and a lease on all its chunks, new and old alike. Whether
    /// a frame joins a row or makes one is decided by its digest and frame id
    /// alone; a broken row moves to this pack, and stays verified if it was. A
    /// pack to which no row points is in trash when this returns.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`],
    /// [`DbError::UnpublishedLimit`], [`DbError::TooMany`]; then nothing
    /// stays but the key in trash.
    pub async fn commit_pack(&self, pack: PackCommit) -> Result<PackCommitted, DbError> {
        let blob = NewRecord {
            key: pack.key.clone(),
            put_at: pack.put_at,
        };
        let (cache, token, size) = (pack.cache_id, pack.token_key, pack.size);
        let (_, credit) = self
            .spent(cache, token, size, pack.grace, pack.max_unpublished)
            .await?;
        self.write_blob(pack.frames.len(), blob, move |tx| {
            check_unpublished(tx, &pack, credit)?;
            commit_frames(tx, &pack).map(Verdict::Keep)
        })
        .await
    }
}

fn commit_frames(tx: &Tx<'_>, pack: &PackCommit) -> Result<PackCommitted, DbError> {
    if pack.frames.len() > MAX_FRAMES {
        return Err(DbError::TooMany {
            what: "frames",
            count: pack.frames.len(),
            limit: MAX_FRAMES,
        });
    }
    tx.live_cache_uid(pack.cache_id)?;
    let known = known_rows(tx, &pack.frames)?;
    let fresh = known.iter().filter(|row| row.is_none()).count();
    let healed = known.iter().flatten().filter(|(_, broken)| *broken).count();
    let mut next_id = tx.next_chunks(fresh as u64)?;
    let pack_id = match fresh + healed {
        0 => None,
        _ => Some(insert_pack(tx, pack)?),
    };
    let mut chunks = RoaringTreemap::new();
    let mut moved = RoaringTreemap::new();
    for (frame, known) in pack.frames.iter().zip(known) {
        let id = match known {
            Some((id, false)) => id,
            Some((id, true)) => {
                repoint(tx, id, pack_id, frame)?;
                moved.insert(id);
                id
            }
            None => {
                insert_chunk(tx, next_id, pack_id, frame)?;
                next_id += 1;
                next_id - 1
            }
        };
        chunks.insert(id);
    }
    if pack_id.is_none() {
        tx.trash_unnamed(&pack.key)?;
    }
    insert_lease(tx, pack.cache_id, &pack.token_key, &chunks, pack.size)?;
    let nars_healed = if moved.is_empty() {
        0
    } else {
        tx.bump_broken()?;
        heal_nars(tx, &moved)?
    };
    Ok(PackCommitted {
        new: fresh as u32,
        known: (pack.frames.len() - fresh) as u32,
        healed: healed as u32,
        nars_healed,
    })
}

/// The row of each frame that has one, and whether it is broken.
fn known_rows(tx: &Tx<'_>, frames: &[NewFrame]) -> Result<Vec<Option<(u64, bool)>>, DbError> {
    let mut order: Vec<usize> = (0..frames.len()).collect();
    // The index is ordered by digest: sorted lookups read each page once.
    order.sort_unstable_by_key(|index| frames[*index].digest);
    let mut known = vec![None; frames.len()];
    for index in order {
        let frame = &frames[index];
        let sql = "SELECT id, broken FROM chunk WHERE digest = ? AND frame_id = ?";
        let key = params![frame.digest.as_bytes(), frame.frame_id.as_bytes()];
        known[index] = tx.first(sql, key, |row| Ok((row.get(0)?, row.get(1)?)))?;
    }
    Ok(known)
}

fn insert_pack(tx: &Tx<'_>, pack: &PackCommit) -> Result<i64, DbError> {
    let sql = "INSERT INTO pack (key, size, created_at) VALUES (?, ?, ?)";
    tx.execute(sql, params![pack.key.as_str(), pack.size, tx.now])?;
    Ok(tx.conn().last_insert_rowid())
}

fn insert_chunk(
    tx: &Tx<'_>,
    id: u64,
    pack_id: Option<i64>,
    frame: &NewFrame,
) -> Result<(), DbError> {
    let sql = "INSERT INTO chunk
             (id, digest, frame_id, pack_id, offset, frame_len, raw_len, frame_sum)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let params = params![
        id,
        frame.digest.as_bytes(),
        frame.frame_id.as_bytes(),
        pack_id,
        frame.offset,
        frame.frame_len,
        frame.raw_len,
        frame.sum.cast_signed(),
    ];
    tx.execute(sql, params)?;
    Ok(())
}

/// A broken row gets the place of a fresh copy of the same frame.
fn repoint(tx: &Tx<'_>, id: u64, pack_id: Option<i64>, frame: &NewFrame) -> Result<(), DbError> {
    let sql = "UPDATE chunk SET pack_id = ?, offset = ?, frame_len = ?, raw_len = ?,
             frame_sum = ?, broken = 0 WHERE id = ?";
    let params = params![
        pack_id,
        frame.offset,
        frame.frame_len,
        frame.raw_len,
        frame.sum.cast_signed(),
        id,
    ];
    tx.execute(sql, params)?;
    Ok(())
}

/// Keeps these chunks alive for grace. `bytes` = of the pack sent, 0 for a
/// resolve.
pub(crate) fn insert_lease(
    tx: &Tx<'_>,
    cache_id: CacheId,
    token_key: &TokenKey,
    chunks: &RoaringTreemap,
    bytes: u64,
) -> Result<(), DbError> {
    let seq = tx.next_seq()?;
    let sql = "INSERT INTO lease (seq, cache_id, token_key, chunks, bytes, created_at)
         VALUES (?, ?, ?, ?, ?, ?)";
    let params = params![
        seq,
        cache_id.0,
        token_key.as_slice(),
        treemap_bytes(chunks),
        bytes,
        tx.now,
    ];
    tx.execute(sql, params)?;
    Ok(())
}
