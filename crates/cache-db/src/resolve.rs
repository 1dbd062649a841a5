//! From digests to chunks.

use std::time::Duration;

use chunk_store::Digest;

use crate::{CacheId, Db, DbError, ResolvedChunk, TokenKey};

/// Digests to look up, and through whose eyes.
#[derive(Clone, Debug)]
pub struct ResolveQuery {
    /// The cache that is pushed to.
    pub cache_id: CacheId,
    /// Who asks.
    pub token_key: TokenKey,
    /// The caches that the token may pull (the target too, if it may).
    pub pullable: Vec<CacheId>,
    /// At most 8,192.
    pub digests: Vec<Digest>,
    /// How long leases hold.
    pub grace: Duration,
}

impl Db {
    /// Finds the chunk of each digest, among those the token may see, and
    /// takes one lease on all that was found. `None` = missing.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::TooMany`].
    pub async fn resolve(
        &self,
        _query: ResolveQuery,
    ) -> Result<Vec<Option<ResolvedChunk>>, DbError> {
        unimplemented!()
    }

    /// Which digests the token must send (`true` = missing). Writes nothing.
    ///
    /// # Errors
    /// [`DbError::TooMany`].
    pub async fn chunks_missing(&self, _query: ResolveQuery) -> Result<Vec<bool>, DbError> {
        unimplemented!()
    }
}
