//! What the read path asks.

use std::time::Duration;

use chunk_store::ChunkId;
use nar_format::{NarHash, PathHash};

use crate::{CacheId, ChunkLoc, Db, DbError, NarId, NarRow, ObjectRow, Touch};

impl Db {
    /// The live object of a path, with a NAR that is whole.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn object(
        &self,
        _cache_id: CacheId,
        _path_hash: &PathHash,
    ) -> Result<Option<ObjectRow>, DbError> {
        unimplemented!()
    }

    /// The live object of a path, whole or broken: what a new publish replaces
    /// and a tombstone ends. The flag says whether its NAR is whole.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn live_object(
        &self,
        _cache_id: CacheId,
        _path_hash: &PathHash,
    ) -> Result<Option<(ObjectRow, bool)>, DbError> {
        unimplemented!()
    }

    /// The NAR of an object that was removed or replaced at most
    /// `removed_grace` ago.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn removed_object_nar(
        &self,
        _cache_id: CacheId,
        _path_hash: &PathHash,
        _nar_hash: &NarHash,
        _removed_grace: Duration,
    ) -> Result<Option<NarRow>, DbError> {
        unimplemented!()
    }

    /// A NAR with its recipe.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn nar(&self, _id: NarId) -> Result<Option<NarRow>, DbError> {
        unimplemented!()
    }

    /// The listing of a NAR, as it was given.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn listing(&self, _id: NarId) -> Result<Option<Vec<u8>>, DbError> {
        unimplemented!()
    }

    /// Where these chunks rest, in order; `None` for one that is gone.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn chunk_locs(&self, _ids: &[ChunkId]) -> Result<Vec<Option<ChunkLoc>>, DbError> {
        unimplemented!()
    }

    /// Live, whole objects by path hash, after this one.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn list_objects(
        &self,
        _cache_id: CacheId,
        _after: Option<&PathHash>,
        _limit: usize,
    ) -> Result<Vec<ObjectRow>, DbError> {
        unimplemented!()
    }

    /// Which of these paths the cache does not have. What it has is marked
    /// used now before this answers, where that was more than an hour ago.
    ///
    /// # Errors
    /// When rows cannot be read or written.
    pub async fn paths_missing(
        &self,
        _cache_id: CacheId,
        _hashes: &[PathHash],
    ) -> Result<Vec<PathHash>, DbError> {
        unimplemented!()
    }

    /// Notes uses of paths, as the read path gathered them.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub async fn touch(&self, _touches: &[Touch]) -> Result<(), DbError> {
        unimplemented!()
    }
}
