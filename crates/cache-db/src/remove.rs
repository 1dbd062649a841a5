//! Paths are hidden.

use chunk_store::BlobKey;
use nar_format::PathHash;
use rusqlite::params;

use crate::bitmaps::recipe_set;
use crate::reach::{self, Change};
use crate::tx::{Tx, Verdict};
use crate::{CacheId, Db, DbError, NewRecord, RecordKind};

/// A path to hide.
#[derive(Clone, Debug)]
pub struct RemoveObject {
    /// The cache.
    pub cache_id: CacheId,
    /// The path.
    pub path_hash: PathHash,
    /// The durable tombstone that says so.
    pub record: NewRecord,
    /// The record of the object, as the tombstone says.
    pub ends: BlobKey,
}

/// What became of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is hidden; its bytes stay for grace.
    Removed,
    /// It was not there; the tombstone is in trash.
    Absent,
    /// The live object has another record; the tombstone is in trash.
    Changed,
}

impl Db {
    /// Hides an object. Its row stays, and its NAR if nothing else names it
    /// begins to count as unused.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`]; then the tombstone's
    /// key is in trash.
    pub async fn remove_object(&self, remove: RemoveObject) -> Result<Removal, DbError> {
        self.write_blob(1, remove.record.clone(), move |tx| {
            let uid = tx.live_cache_uid(remove.cache_id)?;
            let sql = "SELECT id, record FROM object
                 WHERE cache_id = ? AND path_hash = ? AND removed_at IS NULL";
            let key = params![remove.cache_id.0, remove.path_hash.as_str()];
            let live: Option<(i64, String)> =
                tx.first(sql, key, |row| Ok((row.get(0)?, row.get(1)?)))?;
            let Some((object, record)) = live else {
                return Ok(Verdict::Undo(Removal::Absent));
            };
            if record != remove.ends.as_str() {
                return Ok(Verdict::Undo(Removal::Changed));
            }
            tx.insert_record(&remove.record, RecordKind::Tombstone, &uid)?;
            tx.insert_end(&remove.record, &record)?;
            let nar = hide_object(tx, remove.cache_id, object)?;
            note_unused(tx, nar)?;
            Ok(Verdict::Keep(Removal::Removed))
        })
        .await
    }
}

/// Hides an object row; the nar it named.
pub(crate) fn hide_object(tx: &Tx<'_>, cache_id: CacheId, object: i64) -> Result<i64, DbError> {
    let seq = tx.next_seq()?;
    let sql = "UPDATE object SET removed_at = ?, seq = ? WHERE id = ? RETURNING nar_id";
    let params = params![tx.now, seq, object];
    let nar = tx.prepare(sql)?.query_row(params, |row| row.get(0))?;
    tx.bump_removed(cache_id)?;
    Ok(nar)
}

/// A nar that no live object names is unused from now on.
pub(crate) fn note_unused(tx: &Tx<'_>, nar: i64) -> Result<(), DbError> {
    let sql = "SELECT 1 FROM object WHERE nar_id = ? AND removed_at IS NULL LIMIT 1";
    if tx.first(sql, [nar], |_| Ok(()))?.is_some() {
        return Ok(());
    }
    let seq = tx.next_seq()?;
    let sql = "UPDATE nar SET unused_since = ?, seq = ? WHERE id = ? AND unused_since IS NULL
         RETURNING cache_id, recipe";
    let unused = tx.first(sql, params![tx.now, seq, nar], |row| {
        Ok((CacheId(row.get(0)?), row.get::<_, Vec<u8>>(1)?))
    })?;
    if let Some((cache, recipe)) = unused {
        reach::count(tx, cache, &recipe_set(&recipe)?, Change::Unused)?;
    }
    Ok(())
}
