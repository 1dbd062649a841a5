//! Caches and their signing keys.

use cache_api::{CacheName, CacheSettings};

use crate::{CacheId, CacheRow, Db, DbError, KeyRow, NewCache, NewKey, NewRecord};

impl Db {
    /// Makes a cache with its first key.
    ///
    /// # Errors
    /// [`DbError::CacheExists`], [`DbError::PutTooOld`]; then the record's key
    /// is in trash.
    pub async fn create_cache(&self, _new: NewCache) -> Result<CacheRow, DbError> {
        unimplemented!()
    }

    /// Changes the settings of a cache from what the caller read to what its
    /// record says.
    ///
    /// # Errors
    /// [`DbError::Changed`] when they are not `expected` any more,
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`]; then the record's key
    /// is in trash.
    pub async fn configure_cache(
        &self,
        _cache_id: CacheId,
        _expected: &CacheSettings,
        _settings: &CacheSettings,
        _record: NewRecord,
    ) -> Result<CacheRow, DbError> {
        unimplemented!()
    }

    /// Hides a cache and all it holds; its bytes stay for grace.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`]; then the record's key
    /// is in trash.
    pub async fn destroy_cache(&self, _id: CacheId, _record: NewRecord) -> Result<(), DbError> {
        unimplemented!()
    }

    /// The cache of this name, unless destroyed.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn cache(&self, _name: &CacheName) -> Result<Option<CacheRow>, DbError> {
        unimplemented!()
    }

    /// All caches that are not destroyed, by name.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn caches(&self) -> Result<Vec<CacheRow>, DbError> {
        unimplemented!()
    }

    /// The keys of a cache, oldest first, retired ones too.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn keys(&self, _cache_id: CacheId) -> Result<Vec<KeyRow>, DbError> {
        unimplemented!()
    }

    /// Adds an active signing key.
    ///
    /// # Errors
    /// [`DbError::CacheGone`]; [`DbError::Changed`] when the cache has a key
    /// with this public part.
    pub async fn add_key(&self, _cache_id: CacheId, _key: NewKey) -> Result<KeyRow, DbError> {
        unimplemented!()
    }

    /// Retires the key with this public part (`NAME:BASE64`): it stays listed
    /// and signs nothing any more.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::NoSuchKey`].
    pub async fn retire_key(&self, _cache_id: CacheId, _public: &str) -> Result<(), DbError> {
        unimplemented!()
    }

    /// The `removed` counter of every cache, destroyed ones too, from the rows;
    /// poll it each second for what other processes did.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn removed_counters(&self) -> Result<Vec<(CacheId, u64)>, DbError> {
        unimplemented!()
    }

    /// The `removed` counter of a cache as this process knows it: raised by
    /// its own changes before they are answered, and by each
    /// [`Db::removed_counters`]. Reads no row.
    pub fn removed_counter(&self, _cache_id: CacheId) -> u64 {
        unimplemented!()
    }
}
