//! Which chunks a cache reaches, in rows that every change keeps exact.
//!
//! A question reads the blocks of the few chunks that it asks about, so what
//! it costs does not grow with what the cache holds, and nothing has to be
//! read before the first one. Chunks that were sent together have ids close to
//! each other, so a NAR touches few blocks.

mod counts;

use std::collections::{BTreeMap, HashMap, HashSet};

use roaring::{RoaringBitmap, RoaringTreemap};
use rusqlite::{Connection, params};

use crate::bitmaps::recipe_set;
use crate::tx::Tx;
use crate::{CacheId, Db, DbError};
use counts::{Counts, bitmap_bytes};

/// Bits of a chunk id that say where in its block it is.
const BITS: u32 = 12;
/// Blocks that a question keeps at a time, each of up to 16 KiB; digests may
/// lie in as many blocks as there are digests.
const KEPT: usize = 512;

/// A row.
#[derive(Default)]
struct Block {
    ever: RoaringBitmap,
    live: Counts,
}

/// What a nar's coming into or going out of use does to the counts.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    /// A live object names it that none named before.
    Used,
    /// No live object names it any more.
    Unused,
}

impl Db {
    /// Counts what every cache reaches anew, from its NARs. Every change keeps
    /// these counts, so this only matters after rows were written by other
    /// means.
    ///
    /// # Errors
    /// When rows cannot be read or written.
    pub async fn count_reach_anew(&self) -> Result<(), DbError> {
        self.write(1, |tx| {
            tx.execute("DELETE FROM reach", [])?;
            count_all(tx.conn())
        })
        .await
    }
}

/// Counts all NARs, into an empty table.
pub(crate) fn count_all(conn: &Connection) -> Result<(), DbError> {
    let mut blocks: BTreeMap<(u64, i64), Block> = BTreeMap::new();
    let mut select = conn.prepare("SELECT cache_id, unused_since IS NULL, recipe FROM nar")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let cache = row.get(0)?;
        let used = row.get(1)?;
        let bytes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        for (block, members) in split(&recipe_set(bytes)?) {
            let counted = blocks.entry((block, cache)).or_default();
            counted.ever |= &members;
            if used {
                counted.live.add(&members);
            }
        }
    }
    for ((block, cache), counted) in blocks {
        write(conn, CacheId(cache), block, &counted)?;
    }
    Ok(())
}

/// Counts a nar's chunks in or out.
pub(crate) fn count(
    tx: &Tx<'_>,
    cache: CacheId,
    ids: &RoaringTreemap,
    change: Change,
) -> Result<(), DbError> {
    for (block, members) in split(ids) {
        let mut counted = read(tx.conn(), cache, block)?.unwrap_or_default();
        match change {
            Change::Used => {
                counted.live.add(&members);
                counted.ever |= members;
            }
            Change::Unused if counted.live.remove(&members) => {}
            Change::Unused => {
                let what = format!("reach of cache {cache}, block {block}: counted too little");
                return Err(DbError::Corrupt(what));
            }
        }
        write(tx.conn(), cache, block, &counted)?;
    }
    Ok(())
}

/// Those of the ids that NARs of this cache reach or ever reached.
pub(crate) fn ever(
    conn: &Connection,
    cache: CacheId,
    ids: &RoaringTreemap,
) -> Result<RoaringTreemap, DbError> {
    let mut found = RoaringTreemap::new();
    for (block, members) in split(ids) {
        if let Some(counted) = read(conn, cache, block)? {
            let members = members & counted.ever;
            found.extend(members.iter().map(|member| join(block, member)));
        }
    }
    Ok(found)
}

/// What the live objects of some caches reach, at the moment that `conn`
/// reads. A destroyed cache reaches nothing.
pub(crate) struct Sight<'a> {
    conn: &'a Connection,
    target: CacheId,
    caches: HashSet<CacheId>,
    blocks: HashMap<u64, Seen>,
}

/// What is seen of a block.
#[derive(Default)]
struct Seen {
    target: RoaringBitmap,
    others: RoaringBitmap,
}

impl<'a> Sight<'a> {
    /// Sees through these caches; `target` is told apart if it is among them.
    pub(crate) fn new(conn: &'a Connection, target: CacheId, caches: &[CacheId]) -> Self {
        Self {
            conn,
            target,
            caches: caches.iter().copied().collect(),
            blocks: HashMap::new(),
        }
    }

    /// Whether the target reaches a chunk (`Some(true)`), another cache
    /// (`Some(false)`), or none.
    pub(crate) fn of(&mut self, id: u64) -> Result<Option<bool>, DbError> {
        if self.caches.is_empty() {
            return Ok(None);
        }
        let (block, member) = part(id);
        if !self.blocks.contains_key(&block) {
            let seen = self.look(block)?;
            if self.blocks.len() >= KEPT {
                self.blocks.clear();
            }
            self.blocks.insert(block, seen);
        }
        let seen = &self.blocks[&block];
        Ok(if seen.target.contains(member) {
            Some(true)
        } else {
            seen.others.contains(member).then_some(false)
        })
    }

    fn look(&self, block: u64) -> Result<Seen, DbError> {
        let sql = "SELECT r.cache_id, r.live FROM reach r JOIN cache c ON c.id = r.cache_id
             WHERE r.block = ? AND c.deleted_at IS NULL";
        let mut select = self.conn.prepare_cached(sql)?;
        let mut rows = select.query([block])?;
        let mut seen = Seen::default();
        while let Some(row) = rows.next()? {
            let cache = CacheId(row.get(0)?);
            if !self.caches.contains(&cache) {
                continue;
            }
            let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            let members = Counts::parse(bytes).map_err(damaged)?.members();
            if cache == self.target {
                seen.target = members;
            } else {
                seen.others |= members;
            }
        }
        Ok(seen)
    }
}

fn read(conn: &Connection, cache: CacheId, block: u64) -> Result<Option<Block>, DbError> {
    let sql = "SELECT ever, live FROM reach WHERE block = ? AND cache_id = ?";
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query(params![block, cache.0])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let blob = |column| {
        row.get_ref(column)?
            .as_blob()
            .map_err(rusqlite::Error::from)
    };
    Ok(Some(Block {
        ever: RoaringBitmap::deserialize_from(blob(0)?).map_err(damaged)?,
        live: Counts::parse(blob(1)?).map_err(damaged)?,
    }))
}

fn write(conn: &Connection, cache: CacheId, block: u64, counted: &Block) -> Result<(), DbError> {
    let sql = "INSERT INTO reach (block, cache_id, ever, live) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET ever = excluded.ever, live = excluded.live";
    let (ever, live) = (bitmap_bytes(&counted.ever), counted.live.bytes());
    conn.prepare_cached(sql)?
        .execute(params![block, cache.0, ever, live])?;
    Ok(())
}

fn damaged(error: std::io::Error) -> DbError {
    DbError::Corrupt(format!("reach of a cache: {error}"))
}

/// The block of an id, and where it is in there.
fn part(id: u64) -> (u64, u32) {
    (id >> BITS, (id & ((1 << BITS) - 1)) as u32)
}

fn join(block: u64, member: u32) -> u64 {
    block << BITS | u64::from(member)
}

/// Ids by block.
fn split(ids: &RoaringTreemap) -> Vec<(u64, RoaringBitmap)> {
    let mut blocks: Vec<(u64, RoaringBitmap)> = Vec::new();
    for id in ids {
        let (block, member) = part(id);
        match blocks.last_mut() {
            Some((last, members)) if *last == block => {
                members.insert(member);
            }
            _ => blocks.push((block, RoaringBitmap::from_iter([member]))),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::migrate;

    #[test]
    fn a_question_across_very_many_blocks_keeps_few_of_them() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        let cache = "INSERT INTO cache (uid, name, is_public, store_dir, priority,
                 upstream_keys, created_at) VALUES ('u', 'main', 1, '', 0, '[]', 0)";
        conn.execute_batch(cache).unwrap();
        let cache = CacheId(1);
        let ids: RoaringTreemap = (0..2000).map(|block| join(block, 7)).collect();
        count(&Tx::new(&conn, 0), cache, &ids, Change::Used).unwrap();
        let mut sight = Sight::new(&conn, cache, &[cache]);
        for id in ids.iter().chain(&ids) {
            assert_eq!(sight.of(id).unwrap(), Some(true));
            assert_eq!(sight.of(id + 1).unwrap(), None);
            assert!(sight.blocks.len() <= KEPT);
        }
    }

    #[test]
    fn ids_are_split_by_block_and_joined_again() {
        let ids: RoaringTreemap = [0, 1, 4095, 4096, 9000, u64::MAX].into_iter().collect();
        let blocks = split(&ids);
        let numbers: Vec<u64> = blocks.iter().map(|(block, _)| *block).collect();
        assert_eq!(numbers, [0, 1, 2, u64::MAX >> BITS]);
        let joined = blocks
            .iter()
            .flat_map(|(block, members)| members.iter().map(|member| join(*block, member)));
        assert!(joined.eq(ids.iter()));
    }
}
