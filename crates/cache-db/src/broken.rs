//! Broken means absent.

use std::sync::Arc;

use chunk_store::ChunkId;
use roaring::RoaringTreemap;

use crate::{ChunkLoc, Db, DbError};

impl Db {
    /// Marks chunks broken whose frames were found damaged where these rows
    /// said, and the NARs that need them. A chunk that has moved since is left
    /// alone. Answers those it marked.
    ///
    /// # Errors
    /// When rows cannot be read or written.
    pub async fn mark_broken(&self, _damaged: &[ChunkLoc]) -> Result<Vec<ChunkId>, DbError> {
        unimplemented!()
    }

    /// Notes that the frames of these chunks were decoded and compared.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub async fn mark_verified(&self, _ids: &[ChunkId]) -> Result<(), DbError> {
        unimplemented!()
    }

    /// Rises with every change of a broken flag.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub async fn broken_seq(&self) -> Result<u64, DbError> {
        unimplemented!()
    }

    /// All broken chunks; reread only when [`Db::broken_seq`] has moved.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn broken_ids(&self) -> Result<Arc<RoaringTreemap>, DbError> {
        unimplemented!()
    }
}
