//! What a pusher may ask: which paths and which chunks are missing.

use cache_api::ErrorCode;
use cache_db::{CacheId, CacheRow, ResolveQuery};
use chunk_store::Digest;
use nar_format::PathHash;
use token_auth::Permission;

use super::super::{Caller, Engine, EngineError};

impl Engine {
    /// Which of these paths the cache lacks. What it has counts as used now.
    ///
    /// # Errors
    /// When the store is away, or the database fails.
    pub async fn paths_missing(
        &self,
        cache: &CacheRow,
        hashes: &[PathHash],
    ) -> Result<Vec<PathHash>, EngineError> {
        self.require_ready()?;
        Ok(self.0.config.db.paths_missing(cache.id, hashes).await?)
    }

    /// For each digest, whether the caller must send its chunk. Answered only
    /// from what the caller may pull and from what it sent itself.
    ///
    /// # Errors
    /// [`ErrorCode::TooManyDigests`]; when the store is away, or the database
    /// fails.
    pub async fn chunks_missing(
        &self,
        caller: &Caller,
        cache: &CacheRow,
        digests: Vec<Digest>,
    ) -> Result<Vec<bool>, EngineError> {
        self.require_ready()?;
        let limit = self.0.config.limits.max_query_digests as usize;
        if digests.len() > limit {
            let message = format!("{} digests, at most {limit} are allowed", digests.len());
            return Err(EngineError::refused(ErrorCode::TooManyDigests, message));
        }
        let query = self.resolve_query(caller, cache, digests).await?;
        Ok(self.0.config.db.chunks_missing(query).await?)
    }

    pub(crate) async fn resolve_query(
        &self,
        caller: &Caller,
        cache: &CacheRow,
        digests: Vec<Digest>,
    ) -> Result<ResolveQuery, EngineError> {
        Ok(ResolveQuery {
            cache_id: cache.id,
            token_key: caller.lease_key(),
            pullable: self.pullable(caller).await?,
            digests,
            grace: self.0.config.grace,
        })
    }

    /// The caches that the caller may pull from.
    async fn pullable(&self, caller: &Caller) -> Result<Vec<CacheId>, EngineError> {
        let caches = self.0.config.db.caches().await?;
        let may = |cache: &&CacheRow| {
            cache.settings.is_public || caller.may(&cache.name, Permission::Pull)
        };
        Ok(caches.iter().filter(may).map(|cache| cache.id).collect())
    }
}
