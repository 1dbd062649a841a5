//! Paths are hidden.

use chunk_store::BlobKey;
use nar_format::PathHash;

use crate::{CacheId, Db, DbError, NewRecord};

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
    /// Hides an object.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`].
    pub async fn remove_object(&self, _remove: RemoveObject) -> Result<Removal, DbError> {
        unimplemented!()
    }
}
