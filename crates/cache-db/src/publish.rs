//! Paths become visible.

use chunk_store::{BlobKey, ChunkId};
use nar_format::{NarHash, StorePath};
use rusqlite::params;

use crate::bitmaps::recipe;
use crate::caches::active_keys;
use crate::publish_tx::publish_path;
use crate::tx::Verdict;
use crate::{CacheId, Db, DbError, KeyId, NarId, NewRecord, RecordKind};

/// Signatures kept of one object.
pub(crate) const MAX_SIGNATURES: usize = 16;

/// Verified paths that become visible together.
#[derive(Clone, Debug)]
pub struct PublishGroup {
    /// The cache.
    pub cache_id: CacheId,
    /// The durable `publish` record that says what is here.
    pub record: NewRecord,
    /// The keys that signed every path: all that are active.
    pub signed_by: Vec<KeyId>,
    /// The paths.
    pub paths: Vec<PublishRow>,
}

/// One verified path.
#[derive(Clone, Debug)]
pub struct PublishRow {
    /// The path.
    pub path: StorePath,
    /// SHA-256 of its NAR.
    pub nar_hash: NarHash,
    /// Bytes of its NAR.
    pub nar_size: u64,
    /// References.
    pub references: Vec<StorePath>,
    /// Deriver.
    pub deriver: Option<StorePath>,
    /// Content address.
    pub ca: Option<String>,
    /// Signatures that verify, as text; merged with those already there.
    pub sigs: Vec<String>,
    /// Who publishes.
    pub created_by: Option<String>,
    /// The bytes.
    pub nar: NarSource,
    /// Whether another path of the same name may be replaced.
    pub replace: bool,
    /// The record of the object that the record line says it replaces: that of
    /// the live object, if there is one.
    pub replaces: Option<BlobKey>,
}

/// Where the NAR of a path comes from.
#[derive(Clone, Debug)]
pub enum NarSource {
    /// A sound nar of this cache whose recipe equals the resolved ids, as
    /// [`Db::reusable_nar`] found it.
    Reuse(NarId),
    /// A NAR that was just verified, frame by frame.
    New(NewNar),
}

/// A NAR to keep.
#[derive(Clone, Debug)]
pub struct NewNar {
    /// First 16 bytes of the BLAKE3 of its frame ids.
    pub version: [u8; 16],
    /// Bytes of its frames.
    pub frame_size: u64,
    /// Its chunks ([`chunk_store::recipe`]). All were decoded and compared.
    pub recipe: Vec<u8>,
    /// Its listing, as the caller packs it.
    pub listing: Vec<u8>,
}

/// What became of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishVerdict {
    /// Everything was committed; one outcome a path, in order.
    Committed(Vec<PublishOutcome>),
    /// Nothing was, and the record's key is in trash; one reason a failing
    /// path, `None` for those that had none.
    Refused(Vec<Option<PublishRefusal>>),
}

/// What became of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishOutcome {
    /// It is visible now.
    Published,
    /// It was there.
    Present {
        /// Whether signatures were added.
        merged: bool,
    },
}

/// Why a path cannot be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishRefusal {
    /// Another NAR, or other facts, were published under this path first.
    PathDiffers {
        /// Who published it.
        created_by: Option<String>,
    },
    /// These chunks are gone or broken; ask for them again.
    ChunksMissing(Vec<ChunkId>),
    /// The nar to reuse is gone or broken; resolve again and verify.
    NarGone,
    /// The live object is not the one that the record line `replaces`, or has
    /// another nar than the line of one that only brings signatures; make the
    /// line anew.
    Changed,
}

/// The signatures of an object after more have come: old ones first, no
/// duplicates, at most 16. Pure; whether they verify is for the caller.
pub fn merge_signatures(existing: &[String], new: &[String]) -> Vec<String> {
    let mut merged: Vec<String> = Vec::new();
    for sig in existing.iter().chain(new) {
        if merged.len() < MAX_SIGNATURES && !merged.contains(sig) {
            merged.push(sig.clone());
        }
    }
    merged
}

impl Db {
    /// A sound nar of this cache with this hash and size whose recipe is
    /// exactly these chunks. Only then may a known NAR hash spare the caller
    /// a verification.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn reusable_nar(
        &self,
        cache_id: CacheId,
        hash: &NarHash,
        size: u64,
        ids: &[ChunkId],
    ) -> Result<Option<NarId>, DbError> {
        self.inner.readers.read_one(|conn| {
            let sql = "SELECT id, recipe FROM nar
                 WHERE cache_id = ? AND hash = ? AND size = ? AND state = 0 ORDER BY id";
            let mut select = conn.prepare_cached(sql)?;
            let mut rows = select.query(params![cache_id.0, hash.as_bytes(), size])?;
            while let Some(row) = rows.next()? {
                let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
                if recipe(bytes)?.ids() == ids {
                    return Ok(Some(NarId(row.get(0)?)));
                }
            }
            Ok(None)
        })
    }

    /// Commits a group, all or nothing. Under the lock it looks again at all
    /// that may have changed since the paths were verified: that the cache is
    /// there, that no path was published first with other facts, that a
    /// reused nar is there and sound, that every chunk has a row that is not
    /// broken, and that the keys that signed are the active ones: so an object
    /// has a signature of every key that was active when it was made.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`]; [`DbError::Changed`]
    /// when other keys are active. Then nothing was written and the record's
    /// key is in trash.
    pub async fn commit_publish(&self, group: PublishGroup) -> Result<PublishVerdict, DbError> {
        let rows = group.paths.len() * 8;
        self.write_blob(rows, group.record.clone(), move |tx| {
            let uid = tx.live_cache_uid(group.cache_id)?;
            if active_keys(tx, group.cache_id)? != group.signed_by {
                return Err(DbError::Changed);
            }
            tx.insert_record(&group.record, RecordKind::Publish, &uid)?;
            let mut outcomes = Vec::with_capacity(group.paths.len());
            let mut refusals = Vec::with_capacity(group.paths.len());
            for path in &group.paths {
                let (outcome, refusal) = match publish_path(tx, &group, path)? {
                    Ok(outcome) => (Some(outcome), None),
                    Err(refusal) => (None, Some(refusal)),
                };
                outcomes.extend(outcome);
                refusals.push(refusal);
            }
            Ok(if outcomes.len() == group.paths.len() {
                Verdict::Keep(PublishVerdict::Committed(outcomes))
            } else {
                Verdict::Undo(PublishVerdict::Refused(refusals))
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_merge_without_duplicates_up_to_sixteen() {
        let text = |range: std::ops::Range<usize>| -> Vec<String> {
            range.map(|n| format!("key-{n}:sig")).collect()
        };
        assert_eq!(merge_signatures(&text(0..2), &text(1..3)), text(0..3));
        assert_eq!(merge_signatures(&text(0..0), &text(0..0)), text(0..0));
        assert_eq!(merge_signatures(&text(0..10), &text(5..30)), text(0..16));
        assert_eq!(merge_signatures(&text(0..16), &text(20..30)), text(0..16));
    }
}
