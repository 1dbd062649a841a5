//! One path of a group becomes visible, under the commit lock.

use chunk_store::{BlobKey, ChunkId};
use nar_format::StorePath;
use roaring::RoaringTreemap;
use rusqlite::params;

use crate::bitmaps::recipe_set;
use crate::broken::set_verified;
use crate::chunks::sound;
use crate::reach::{self, Change};
use crate::remove::{hide_object, note_unused};
use crate::tx::Tx;
use crate::{
    CacheId, DbError, NarId, NarSource, NewNar, PublishGroup, PublishOutcome, PublishRefusal,
    PublishRow, merge_signatures, rows,
};

/// The live object of a path.
struct Live {
    id: i64,
    nar: i64,
    record: String,
    sigs: Vec<String>,
    created_by: Option<String>,
    /// Whether name, NAR hash, size, references and CA are those of the path
    /// that is published.
    same: bool,
    sound: bool,
}

type PathResult = Result<PublishOutcome, PublishRefusal>;

/// Looks again at all that may have changed since the path was verified, and
/// writes its rows. The inner error says why the group cannot be committed.
pub(crate) fn publish_path(
    tx: &Tx<'_>,
    group: &PublishGroup,
    path: &PublishRow,
) -> Result<PathResult, DbError> {
    let live = live(tx, group.cache_id, path)?;
    // Within a group the first of two equal paths is there for the second.
    let replaces = path.replaces.as_ref().map(BlobKey::as_str);
    let named = |record: &str| replaces == Some(record) || record == group.record.key.as_str();
    match live {
        Some(live) if live.same && live.sound => {
            let sigs = merge_signatures(&live.sigs, &path.sigs);
            if sigs == live.sigs {
                let sql = "UPDATE object SET accessed_at = max(accessed_at, ?) WHERE id = ?";
                tx.execute(sql, params![tx.now, live.id])?;
                return Ok(Ok(PublishOutcome::Present { merged: false }));
            }
            if !named(&live.record) || !is_nar(tx, live.nar, &path.nar)? {
                return Ok(Err(PublishRefusal::Changed));
            }
            merge_into(tx, group, &live, &sigs)?;
            Ok(Ok(PublishOutcome::Present { merged: true }))
        }
        // A broken nar does not protect its path: a rebuild may differ.
        Some(live) if live.sound && !path.replace => Ok(Err(PublishRefusal::PathDiffers {
            created_by: live.created_by,
        })),
        Some(live) if replaces != Some(&live.record) => Ok(Err(PublishRefusal::Changed)),
        Some(live) => Ok(match nar_row(tx, group.cache_id, path)? {
            Err(refusal) => Err(refusal),
            Ok(nar) => {
                let old_nar = hide_object(tx, group.cache_id, live.id)?;
                insert_object(tx, group, path, nar)?;
                note_unused(tx, old_nar)?;
                tx.insert_end(&group.record, &live.record)?;
                Ok(PublishOutcome::Published)
            }
        }),
        None if replaces.is_some() => Ok(Err(PublishRefusal::Changed)),
        None => Ok(match nar_row(tx, group.cache_id, path)? {
            Err(refusal) => Err(refusal),
            Ok(nar) => {
                insert_object(tx, group, path, nar)?;
                Ok(PublishOutcome::Published)
            }
        }),
    }
}

fn live(tx: &Tx<'_>, cache_id: CacheId, path: &PublishRow) -> Result<Option<Live>, DbError> {
    let sql = "SELECT o.id, o.record, o.sigs, o.created_by, n.state,
             n.id, o.name = ?3 AND n.hash = ?4 AND n.size = ?5 AND o.refs = ?6 AND o.ca IS ?7
         FROM object o JOIN nar n ON n.id = o.nar_id
         WHERE o.cache_id = ?1 AND o.path_hash = ?2 AND o.removed_at IS NULL";
    let path_hash = path.path.hash();
    let params = params![
        cache_id.0,
        path_hash.as_str(),
        path.path.name(),
        path.nar_hash.as_bytes(),
        path.nar_size,
        rows::refs_text(&path.references),
        path.ca,
    ];
    tx.first(sql, params, |row| {
        let sigs: String = row.get(2)?;
        Ok(Live {
            id: row.get(0)?,
            record: row.get(1)?,
            sigs: sigs.split_whitespace().map(str::to_owned).collect(),
            created_by: row.get(3)?,
            nar: row.get(5)?,
            same: row.get(6)?,
            sound: row.get::<_, i64>(4)? == 0,
        })
    })
}

fn merge_into(
    tx: &Tx<'_>,
    group: &PublishGroup,
    live: &Live,
    sigs: &[String],
) -> Result<(), DbError> {
    let seq = tx.next_seq()?;
    let sql = "UPDATE object SET sigs = ?, record = ?, seq = ?,
             accessed_at = max(accessed_at, ?) WHERE id = ?";
    let record = group.record.key.as_str();
    tx.execute(sql, params![sigs.join(" "), record, seq, tx.now, live.id])?;
    if live.record != record {
        tx.insert_end(&group.record, &live.record)?;
    }
    tx.bump_removed(group.cache_id)
}

/// Whether a path comes with exactly the nar of this row. Only then does its
/// line of the record name the chunks that are kept.
fn is_nar(tx: &Tx<'_>, id: i64, source: &NarSource) -> Result<bool, DbError> {
    match source {
        NarSource::Reuse(reused) => Ok(reused.0 == id),
        NarSource::New(nar) => {
            let sql = "SELECT 1 FROM nar WHERE id = ? AND recipe = ?";
            let same = tx.first(sql, params![id, nar.recipe], |_| Ok(()))?;
            Ok(same.is_some())
        }
    }
}

/// The row of the path's NAR: one that is there, or a new one.
fn nar_row(
    tx: &Tx<'_>,
    cache_id: CacheId,
    path: &PublishRow,
) -> Result<Result<i64, PublishRefusal>, DbError> {
    match &path.nar {
        NarSource::Reuse(id) => Ok(match reuse(tx, cache_id, path, *id)? {
            true => use_nar(tx, id.0).map(Ok)?,
            false => Err(PublishRefusal::NarGone),
        }),
        NarSource::New(nar) => {
            let ids = recipe_set(&nar.recipe)?;
            let (sound, unverified) = sound(tx.conn(), &ids)?;
            let missing: RoaringTreemap = &ids - &sound;
            if !missing.is_empty() {
                let missing = missing.iter().map(ChunkId).collect();
                return Ok(Err(PublishRefusal::ChunksMissing(missing)));
            }
            set_verified(tx, &unverified)?;
            match twin(tx, cache_id, path, nar)? {
                Some(id) => use_nar(tx, id).map(Ok),
                None => {
                    reach::count(tx, cache_id, &ids, Change::Used)?;
                    insert_nar(tx, cache_id, path, nar).map(Ok)
                }
            }
        }
    }
}

/// Whether a nar that was to be reused is there, sound, and what it was.
fn reuse(tx: &Tx<'_>, cache_id: CacheId, path: &PublishRow, id: NarId) -> Result<bool, DbError> {
    let sql = "SELECT recipe FROM nar
         WHERE id = ? AND cache_id = ? AND hash = ? AND size = ? AND state = 0";
    let key = params![id.0, cache_id.0, path.nar_hash.as_bytes(), path.nar_size];
    let Some(bytes) = tx.first(sql, key, |row| row.get::<_, Vec<u8>>(0))? else {
        return Ok(false);
    };
    let ids = recipe_set(&bytes)?;
    Ok(sound(tx.conn(), &ids)?.0 == ids)
}

/// A sound nar of this cache that is the same to the last frame.
fn twin(
    tx: &Tx<'_>,
    cache_id: CacheId,
    path: &PublishRow,
    nar: &NewNar,
) -> Result<Option<i64>, DbError> {
    let sql = "SELECT id FROM nar
         WHERE cache_id = ? AND hash = ? AND size = ? AND state = 0 AND recipe = ? LIMIT 1";
    let hash = path.nar_hash.as_bytes();
    let key = params![cache_id.0, hash, path.nar_size, nar.recipe];
    tx.first(sql, key, |row| row.get(0))
}

fn use_nar(tx: &Tx<'_>, id: i64) -> Result<i64, DbError> {
    let sql = "SELECT cache_id, recipe FROM nar WHERE id = ? AND unused_since IS NOT NULL";
    let unused = tx.first(sql, [id], |row| {
        Ok((CacheId(row.get(0)?), row.get::<_, Vec<u8>>(1)?))
    })?;
    if let Some((cache, recipe)) = unused {
        reach::count(tx, cache, &recipe_set(&recipe)?, Change::Used)?;
    }
    let seq = tx.next_seq()?;
    let sql = "UPDATE nar SET unused_since = NULL, seq = ? WHERE id = ?";
    tx.execute(sql, params![seq, id])?;
    Ok(id)
}

fn insert_nar(
    tx: &Tx<'_>,
    cache_id: CacheId,
    path: &PublishRow,
    nar: &NewNar,
) -> Result<i64, DbError> {
    let seq = tx.next_seq()?;
    let sql = "INSERT INTO nar (cache_id, seq, version, hash, size, frame_size, recipe, listing)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let params = params![
        cache_id.0,
        seq,
        nar.version,
        path.nar_hash.as_bytes(),
        path.nar_size,
        nar.frame_size,
        nar.recipe,
        nar.listing,
    ];
    tx.execute(sql, params)?;
    Ok(tx.conn().last_insert_rowid())
}

fn insert_object(
    tx: &Tx<'_>,
    group: &PublishGroup,
    path: &PublishRow,
    nar: i64,
) -> Result<(), DbError> {
    let seq = tx.next_seq()?;
    let sql = "INSERT INTO object (seq, cache_id, path_hash, name, nar_id, refs, deriver, ca,
             sigs, record, created_at, created_by, accessed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?11)";
    let path_hash = path.path.hash();
    let params = params![
        seq,
        group.cache_id.0,
        path_hash.as_str(),
        path.path.name(),
        nar,
        rows::refs_text(&path.references),
        path.deriver.as_ref().map(StorePath::base_name),
        path.ca,
        merge_signatures(&[], &path.sigs).join(" "),
        group.record.key.as_str(),
        tx.now,
        path.created_by,
    ];
    tx.execute(sql, params)?;
    Ok(())
}
