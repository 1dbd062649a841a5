//! Broken means absent.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use chunk_store::ChunkId;
use roaring::RoaringTreemap;
use rusqlite::{Connection, params};

use crate::bitmaps::{recipe, recipe_set, store_seq};
use crate::chunks::sound;
use crate::tx::Tx;
use crate::{CacheId, ChunkLoc, Db, DbError, Seq};

/// Chunks that one transaction marks verified.
const VERIFIED_BATCH: usize = 8192;

/// The broken ids as they were at some `broken_seq`.
#[derive(Default)]
pub(crate) struct BrokenSet {
    seq: Option<u64>,
    ids: Arc<RoaringTreemap>,
}

impl Db {
    /// Marks chunks broken whose frames were found damaged where these rows
    /// said, and the NARs that need them. A chunk that has moved since is left
    /// alone: what was found damaged is not what is served now. Answers those
    /// it marked. Whether the store's identity reads back right is for the
    /// caller to ask first.
    ///
    /// # Errors
    /// When rows cannot be read or written.
    pub async fn mark_broken(&self, damaged: &[ChunkLoc]) -> Result<Vec<ChunkId>, DbError> {
        if damaged.is_empty() {
            return Ok(Vec::new());
        }
        let ids: RoaringTreemap = damaged.iter().map(|loc| loc.id.0).collect();
        let (mark, needing) = self.nars_needing(ids).await?;
        self.mark_found(damaged.to_vec(), needing, mark).await
    }

    /// The NARs that need any of these chunks, and up to where in the commit
    /// order that is known.
    pub(crate) async fn nars_needing(
        &self,
        ids: RoaringTreemap,
    ) -> Result<(Seq, HashSet<i64>), DbError> {
        self.read_long(move |_, conn| Ok((store_seq(conn)?, nars_needing(conn, &ids)?)))
            .await
    }

    /// Marks, under the lock, what was found, and what is newer than that.
    pub(crate) async fn mark_found(
        &self,
        damaged: Vec<ChunkLoc>,
        needing: HashSet<i64>,
        mark: Seq,
    ) -> Result<Vec<ChunkId>, DbError> {
        let rows = damaged.len() + needing.len();
        self.write(rows, move |tx| {
            let marked = mark_chunks(tx, &damaged)?;
            if !marked.is_empty() {
                tx.bump_broken()?;
                break_nars(tx, &marked, &needing, mark)?;
            }
            Ok(marked.iter().map(ChunkId).collect())
        })
        .await
    }

    /// Notes that the frames of these chunks were decoded and compared.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub async fn mark_verified(&self, ids: &[ChunkId]) -> Result<(), DbError> {
        for batch in ids.chunks(VERIFIED_BATCH) {
            let batch: RoaringTreemap = batch.iter().map(|id| id.0).collect();
            self.write(batch.len() as usize, move |tx| set_verified(tx, &batch))
                .await?;
        }
        Ok(())
    }

    /// Rises with every change of a broken flag.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub async fn broken_seq(&self) -> Result<u64, DbError> {
        self.inner.readers.read_one(read_broken_seq)
    }

    /// All broken chunks; reread only when [`Db::broken_seq`] has moved.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn broken_ids(&self) -> Result<Arc<RoaringTreemap>, DbError> {
        self.inner.readers.read(|conn| {
            let seq = read_broken_seq(conn)?;
            let lock = || {
                self.inner
                    .broken
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
            };
            {
                let known = lock();
                if known.seq == Some(seq) {
                    return Ok(known.ids.clone());
                }
            }
            let mut select =
                conn.prepare_cached("SELECT id FROM chunk WHERE broken = 1 ORDER BY id")?;
            let ids = select.query_map([], |row| row.get::<_, u64>(0))?;
            let ids = Arc::new(ids.collect::<Result<RoaringTreemap, _>>()?);
            let mut known = lock();
            if known.seq.is_none_or(|other| other < seq) {
                *known = BrokenSet {
                    seq: Some(seq),
                    ids: ids.clone(),
                };
            }
            Ok(ids)
        })
    }
}

/// Sets the flag of chunks whose frames were decoded and compared.
pub(crate) fn set_verified(tx: &Tx<'_>, ids: &RoaringTreemap) -> Result<(), DbError> {
    for id in ids {
        let sql = "UPDATE chunk SET verified = 1 WHERE id = ? AND verified = 0";
        tx.execute(sql, [id])?;
    }
    Ok(())
}

/// NARs with a broken chunk that have none any more, now that these moved, are
/// whole again.
pub(crate) fn heal_nars(tx: &Tx<'_>, moved: &RoaringTreemap) -> Result<u32, DbError> {
    let sql = "SELECT id, recipe FROM nar WHERE state = 1";
    let mut healed = Vec::new();
    let mut select = tx.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let ids = recipe_set(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        if !ids.is_disjoint(moved) && sound(tx.conn(), &ids)?.0 == ids {
            healed.push(row.get::<_, i64>(0)?);
        }
    }
    for id in &healed {
        let seq = tx.next_seq()?;
        let sql = "UPDATE nar SET state = 0, seq = ? WHERE id = ?";
        tx.execute(sql, params![seq, id])?;
    }
    Ok(healed.len() as u32)
}

fn read_broken_seq(conn: &Connection) -> Result<u64, DbError> {
    let mut select = conn.prepare_cached("SELECT broken_seq FROM store")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

/// The NARs that need any of these chunks: a scan of all recipes, outside the
/// lock.
fn nars_needing(conn: &Connection, ids: &RoaringTreemap) -> Result<HashSet<i64>, DbError> {
    let mut needing = HashSet::new();
    let mut select = conn.prepare_cached("SELECT id, recipe FROM nar WHERE state = 0")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if recipe(bytes)?.ids().iter().any(|id| ids.contains(id.0)) {
            needing.insert(row.get(0)?);
        }
    }
    Ok(needing)
}

fn mark_chunks(tx: &Tx<'_>, damaged: &[ChunkLoc]) -> Result<RoaringTreemap, DbError> {
    let mut marked = RoaringTreemap::new();
    for loc in damaged {
        let sql = "UPDATE chunk SET broken = 1 WHERE id = ? AND broken = 0 AND offset = ?
             AND pack_id = (SELECT id FROM pack WHERE key = ?)";
        let changed = tx.execute(sql, params![loc.id.0, loc.offset, loc.pack_key.as_str()])?;
        if changed > 0 {
            marked.insert(loc.id.0);
        }
    }
    Ok(marked)
}

/// Marks the NARs that need marked chunks: those found outside the lock, and
/// those that came or changed since.
fn break_nars(
    tx: &Tx<'_>,
    marked: &RoaringTreemap,
    needing: &HashSet<i64>,
    mark: Seq,
) -> Result<(), DbError> {
    let mut candidates = needing.clone();
    {
        let mut newer = tx.prepare("SELECT id FROM nar WHERE seq > ?")?;
        for id in newer.query_map([mark], |row| row.get(0))? {
            candidates.insert(id?);
        }
    }
    let mut caches = HashSet::new();
    for id in candidates {
        let sql = "SELECT cache_id, recipe FROM nar WHERE id = ? AND state = 0";
        let row = tx.first(sql, [id], |row| {
            Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        let Some((cache_id, bytes)) = row else {
            continue;
        };
        if recipe(&bytes)?.ids().iter().any(|id| marked.contains(id.0)) {
            let seq = tx.next_seq()?;
            let sql = "UPDATE nar SET state = 1, seq = ? WHERE id = ?";
            tx.execute(sql, params![seq, id])?;
            caches.insert(CacheId(cache_id));
        }
    }
    for cache in caches {
        tx.bump_removed(cache)?;
    }
    Ok(())
}
