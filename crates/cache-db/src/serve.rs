//! What the read path asks, and the uses of paths it notes.

use std::time::Duration;

use chunk_store::ChunkId;
use nar_format::{NarHash, PathHash};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::credit::seconds;
use crate::{CacheId, ChunkLoc, Db, DbError, NarId, NarRow, ObjectRow, Touch, rows};

/// A use is written only where the last one is longer ago than this, in
/// seconds: nothing used within grace expires, and grace is far longer.
const USED_RECENTLY: i64 = 3600;
/// Paths looked up in the calling task; more go to another thread.
const FEW: usize = 1000;
/// Bytes of references and signatures after which a page of objects ends.
const PAGE_BYTES: usize = 4 << 20;
/// Uses noted by one transaction.
const TOUCH_BATCH: usize = 4096;

impl Db {
    /// The live object of a path, with a NAR that is whole.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn object(
        &self,
        cache_id: CacheId,
        path_hash: &PathHash,
    ) -> Result<Option<ObjectRow>, DbError> {
        let live = self.live_object(cache_id, path_hash).await?;
        Ok(live.and_then(|(object, sound)| sound.then_some(object)))
    }

    /// The live object of a path, whole or broken: what a new publish replaces
    /// and a tombstone ends. The flag says whether its NAR is whole.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn live_object(
        &self,
        cache_id: CacheId,
        path_hash: &PathHash,
    ) -> Result<Option<(ObjectRow, bool)>, DbError> {
        self.inner.readers.read_one(|conn| {
            let sql = format!(
                "SELECT {} FROM object o JOIN nar n ON n.id = o.nar_id
                     JOIN cache c ON c.id = o.cache_id
                 WHERE o.cache_id = ? AND o.path_hash = ? AND o.removed_at IS NULL
                     AND c.deleted_at IS NULL",
                rows::OBJECT
            );
            let mut select = conn.prepare_cached(&sql)?;
            rows::first(
                select.query(params![cache_id.0, path_hash.as_str()])?,
                rows::object,
            )
        })
    }

    /// The NAR of the live object of a path, if it is whole.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn live_nar(
        &self,
        cache_id: CacheId,
        path_hash: &PathHash,
    ) -> Result<Option<NarRow>, DbError> {
        self.inner.readers.read_one(|conn| {
            let sql = format!(
                "SELECT {} FROM object o JOIN nar n ON n.id = o.nar_id
                     JOIN cache c ON c.id = o.cache_id
                 WHERE o.cache_id = ? AND o.path_hash = ? AND o.removed_at IS NULL
                     AND n.state = 0 AND c.deleted_at IS NULL",
                rows::NAR
            );
            let mut select = conn.prepare_cached(&sql)?;
            let key = params![cache_id.0, path_hash.as_str()];
            rows::first(select.query(key)?, rows::nar)
        })
    }

    /// The NAR of an object that was removed or replaced less than
    /// `removed_grace` ago, for clients that remember its narinfo. Without a
    /// hash it is the one that went last.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn removed_object_nar(
        &self,
        cache_id: CacheId,
        path_hash: &PathHash,
        nar_hash: Option<&NarHash>,
        removed_grace: Duration,
    ) -> Result<Option<NarRow>, DbError> {
        let since = self.now().saturating_sub(seconds(removed_grace));
        self.inner.readers.read_one(|conn| {
            let sql = format!(
                "SELECT {} FROM object o JOIN nar n ON n.id = o.nar_id
                     JOIN cache c ON c.id = o.cache_id
                 WHERE o.cache_id = ?1 AND o.path_hash = ?2 AND o.removed_at > ?3
                     AND (?4 IS NULL OR n.hash = ?4)
                     AND n.state = 0 AND c.deleted_at IS NULL
                 ORDER BY o.id DESC LIMIT 1",
                rows::NAR
            );
            let mut select = conn.prepare_cached(&sql)?;
            let key = params![
                cache_id.0,
                path_hash.as_str(),
                since,
                nar_hash.map(NarHash::as_bytes)
            ];
            rows::first(select.query(key)?, rows::nar)
        })
    }

    /// A NAR with its recipe, whole or broken.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn nar(&self, id: NarId) -> Result<Option<NarRow>, DbError> {
        self.inner.readers.read_one(|conn| {
            let sql = format!("SELECT {} FROM nar n WHERE n.id = ?", rows::NAR);
            let mut select = conn.prepare_cached(&sql)?;
            rows::first(select.query([id.0])?, rows::nar)
        })
    }

    /// The listing of a NAR, as it was given.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn listing(&self, id: NarId) -> Result<Option<Vec<u8>>, DbError> {
        self.inner.readers.read_one(|conn| {
            let mut select = conn.prepare_cached("SELECT listing FROM nar WHERE id = ?")?;
            rows::first_value(select.query([id.0])?)
        })
    }

    /// Where these chunks rest, in order; `None` for one that is gone.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn chunk_locs(&self, ids: &[ChunkId]) -> Result<Vec<Option<ChunkLoc>>, DbError> {
        self.inner.readers.read(|conn| {
            let sql = format!(
                "SELECT {} FROM chunk c JOIN pack p ON p.id = c.pack_id WHERE c.id = ?",
                rows::CHUNK_LOC
            );
            let mut select = conn.prepare_cached(&sql)?;
            let mut loc = |id: &ChunkId| rows::first(select.query([id.0])?, rows::chunk_loc);
            ids.iter().map(&mut loc).collect()
        })
    }

    /// Live, whole objects by path hash, after this one: at most `limit`, and
    /// fewer where their references are very many, so that a page has a size.
    /// One at least, if there is one.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn list_objects(
        &self,
        cache_id: CacheId,
        after: Option<&PathHash>,
        limit: usize,
    ) -> Result<Vec<ObjectRow>, DbError> {
        let after = after.map_or("", PathHash::as_str);
        self.inner.readers.read_one(|conn| {
            let sql = format!(
                "SELECT {} FROM object o JOIN nar n ON n.id = o.nar_id
                     JOIN cache c ON c.id = o.cache_id
                 WHERE o.cache_id = ? AND o.path_hash > ? AND o.removed_at IS NULL
                     AND n.state = 0 AND c.deleted_at IS NULL
                 ORDER BY o.path_hash LIMIT ?",
                rows::OBJECT
            );
            let mut select = conn.prepare_cached(&sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut found = select.query(params![cache_id.0, after, limit])?;
            let (mut page, mut bytes) = (Vec::new(), 0);
            while let Some(row) = found.next()? {
                bytes += rows::object_texts(row)?;
                page.push(rows::object(row)?.0);
                if bytes >= PAGE_BYTES {
                    break;
                }
            }
            Ok(page)
        })
    }

    /// Which of these paths the cache does not have. What it has is marked
    /// used now before this answers, where that was more than an hour ago: so
    /// it does not expire under a push that builds on it.
    ///
    /// # Errors
    /// When rows cannot be read or written.
    pub async fn paths_missing(
        &self,
        cache_id: CacheId,
        hashes: &[PathHash],
    ) -> Result<Vec<PathHash>, DbError> {
        let used = self.now().saturating_sub(USED_RECENTLY);
        let mut states = if hashes.len() <= FEW {
            self.inner
                .readers
                .read(|conn| path_states(conn, cache_id, hashes, used))?
        } else {
            let hashes = hashes.to_vec();
            self.read_long(move |_, conn| path_states(conn, cache_id, &hashes, used))
                .await?
        };
        let stale: Vec<i64> = states
            .iter()
            .filter_map(|state| match state {
                PathState::Stale(object) => Some(*object),
                _ => None,
            })
            .collect();
        for batch in stale.chunks(TOUCH_BATCH) {
            let gone = self.use_objects(batch.to_vec()).await?;
            for state in &mut states {
                if matches!(state, PathState::Stale(object) if gone.contains(object)) {
                    *state = PathState::Missing;
                }
            }
        }
        let missing = hashes.iter().zip(&states);
        Ok(missing
            .filter(|(_, state)| matches!(state, PathState::Missing))
            .map(|(hash, _)| *hash)
            .collect())
    }

    /// Marks objects used now; those that are not live any more.
    pub(crate) async fn use_objects(&self, objects: Vec<i64>) -> Result<Vec<i64>, DbError> {
        self.write(objects.len(), move |tx| {
            let sql = "UPDATE object SET accessed_at = max(accessed_at, ?)
                 WHERE id = ? AND removed_at IS NULL";
            let mut gone = Vec::new();
            for object in objects {
                if tx.execute(sql, params![tx.now, object])? == 0 {
                    gone.push(object);
                }
            }
            Ok(gone)
        })
        .await
    }

    /// Notes uses of paths, as the read path gathered them. Uses less than an
    /// hour after the last one are not written.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub async fn touch(&self, touches: &[Touch]) -> Result<(), DbError> {
        for batch in touches.chunks(TOUCH_BATCH) {
            let batch = batch.to_vec();
            self.write(batch.len(), move |tx| {
                let sql = "UPDATE object SET accessed_at = ?3 WHERE cache_id = ?1
                     AND path_hash = ?2 AND removed_at IS NULL AND accessed_at < ?3 - ?4";
                for touch in &batch {
                    // Nothing is used in the future.
                    let at = touch.at.min(tx.now);
                    let path = touch.path_hash.as_str();
                    tx.execute(sql, params![touch.cache_id.0, path, at, USED_RECENTLY])?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

/// What `paths/missing` finds of a path.
enum PathState {
    Missing,
    /// There, and used within the hour.
    Fresh,
    /// There, and its use is to be noted.
    Stale(i64),
}

fn path_states(
    conn: &Connection,
    cache_id: CacheId,
    hashes: &[PathHash],
    used: i64,
) -> Result<Vec<PathState>, DbError> {
    let sql = "SELECT o.id, o.accessed_at FROM object o JOIN nar n ON n.id = o.nar_id
             JOIN cache c ON c.id = o.cache_id
         WHERE o.cache_id = ? AND o.path_hash = ? AND o.removed_at IS NULL
             AND n.state = 0 AND c.deleted_at IS NULL";
    let mut select = conn.prepare_cached(sql)?;
    let mut state = |hash: &PathHash| {
        let found: Option<(i64, i64)> = select
            .query_row(params![cache_id.0, hash.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(match found {
            None => PathState::Missing,
            Some((_, at)) if at > used => PathState::Fresh,
            Some((object, _)) => PathState::Stale(object),
        })
    };
    hashes.iter().map(&mut state).collect()
}
