//! Paths become visible.

use chunk_store::{BlobKey, ChunkId};
use nar_format::{NarHash, StorePath};

use crate::{CacheId, Db, DbError, NarId, NewRecord};

/// Verified paths that become visible together.
#[derive(Clone, Debug)]
pub struct PublishGroup {
    /// The cache.
    pub cache_id: CacheId,
    /// The durable `publish` record that says what is here.
    pub record: NewRecord,
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
    /// The live object is not the one that the record line `replaces`; make
    /// the line anew.
    Changed,
}

/// The signatures of an object after more have come: old ones first, no
/// duplicates, at most 16 ([`cache_api::Limits`]). Pure.
pub fn merge_signatures(existing: &[String], new: &[String]) -> Vec<String> {
    let _ = (existing, new);
    unimplemented!()
}

impl Db {
    /// A sound nar of this cache with this hash and size whose recipe is
    /// exactly these chunks.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn reusable_nar(
        &self,
        _cache_id: CacheId,
        _hash: &NarHash,
        _size: u64,
        _ids: &[ChunkId],
    ) -> Result<Option<NarId>, DbError> {
        unimplemented!()
    }

    /// Commits a group, all or nothing.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`]; then nothing was
    /// written and the record's key is in trash.
    pub async fn commit_publish(&self, _group: PublishGroup) -> Result<PublishVerdict, DbError> {
        unimplemented!()
    }
}
