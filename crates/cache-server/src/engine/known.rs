//! Caches in memory, so that a request need not ask the database for its cache.
//!
//! The database raises a cache's `removed` counter with every change of it. A
//! row kept here counts only while its counter is the one known now; what other
//! processes changed is polled each second.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use cache_api::CacheName;
use cache_db::{CacheRow, KeyId, KeyRow};
use nar_format::signing::{PublicKey, SecretKey};

use super::{Engine, EngineError};

/// Caches kept in memory at most; beyond that all are forgotten and read anew.
const MAX_ROWS: usize = 4096;

/// A key that signs.
#[derive(Debug)]
pub(super) struct ActiveKey {
    pub(super) id: KeyId,
    pub(super) secret: SecretKey,
    /// When it came, in seconds of the stored clock.
    pub(super) since: i64,
}

impl ActiveKey {
    /// What cannot be read is the name of the key.
    fn read(row: &KeyRow) -> Result<Self, String> {
        let secret = row.secret.parse().map_err(|_| row.name.clone())?;
        Ok(Self {
            id: row.id,
            secret,
            since: row.created_at,
        })
    }
}

/// A cache with what rendering and publishing need of it.
#[derive(Debug)]
pub(super) struct KnownCache {
    pub(super) row: Arc<CacheRow>,
    /// Its active keys, the oldest first.
    pub(super) keys: Vec<ActiveKey>,
    /// The name of an active key that cannot sign: what is stored is no secret.
    unreadable: Option<String>,
    /// The public halves of all its keys, retired ones too.
    pub(super) public: Vec<PublicKey>,
    /// Keys of others whose signatures are kept where they verify.
    pub(super) upstream: Vec<PublicKey>,
}

impl KnownCache {
    /// All active keys.
    ///
    /// # Errors
    /// [`EngineError::Key`] where one of them cannot sign.
    pub(super) fn signing_keys(&self) -> Result<&[ActiveKey], EngineError> {
        match &self.unreadable {
            None => Ok(&self.keys),
            Some(name) => Err(EngineError::Key(name.clone())),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Known(RwLock<HashMap<CacheName, Arc<KnownCache>>>);

impl Known {
    fn get(&self, name: &CacheName) -> Option<Arc<KnownCache>> {
        let rows = self.0.read().expect("no panic under this lock");
        rows.get(name).cloned()
    }

    fn put(&self, known: Arc<KnownCache>) {
        let mut rows = self.0.write().expect("no panic under this lock");
        if rows.len() >= MAX_ROWS {
            rows.clear();
        }
        rows.insert(known.row.name.clone(), known);
    }
}

impl Engine {
    /// The live cache of that name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cache(&self, name: &CacheName) -> Result<Option<Arc<CacheRow>>, EngineError> {
        let known = self.known_cache(name).await?;
        Ok(known.map(|known| known.row.clone()))
    }

    /// The live cache of that name, if it is public: all that a caller without a grant may know.
    /// Private and absent ones cost one query each, so that the time of an answer differs by no
    /// more than the decoding of a row.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn public_cache(
        &self,
        name: &CacheName,
    ) -> Result<Option<Arc<CacheRow>>, EngineError> {
        let public = |row: &Arc<CacheRow>| row.settings.is_public;
        let remembered = self.remembered(name).map(|known| known.row.clone());
        if let Some(row) = remembered.filter(public) {
            return Ok(Some(row));
        }
        match self.0.config.db.cache(name).await? {
            Some(row) if row.settings.is_public => Ok(self.cache(name).await?.filter(public)),
            _ => Ok(None),
        }
    }

    fn remembered(&self, name: &CacheName) -> Option<Arc<KnownCache>> {
        let known = self.0.known.get(name)?;
        let removed = self.0.config.db.removed_counter(known.row.id);
        (removed == known.row.removed).then_some(known)
    }

    pub(super) async fn known_cache(
        &self,
        name: &CacheName,
    ) -> Result<Option<Arc<KnownCache>>, EngineError> {
        if let Some(known) = self.remembered(name) {
            return Ok(Some(known));
        }
        let db = &self.0.config.db;
        let Some(row) = db.cache(name).await? else {
            return Ok(None);
        };
        let rows = db.keys(row.id).await?;
        let (mut keys, mut unreadable) = (Vec::new(), None);
        for key in rows.iter().filter(|key| key.active) {
            match ActiveKey::read(key) {
                Ok(key) => keys.push(key),
                Err(name) => unreadable = Some(name),
            }
        }
        let known = Arc::new(KnownCache {
            keys,
            unreadable,
            public: rows
                .iter()
                .filter_map(|key| key.public.parse().ok())
                .collect(),
            upstream: row
                .settings
                .upstream_keys
                .iter()
                .filter_map(|key| key.parse().ok())
                .collect(),
            row: Arc::new(row),
        });
        self.0.known.put(known.clone());
        Ok(Some(known))
    }

    /// As [`Engine::known_cache`], for a row that was live a moment ago.
    pub(super) async fn known_row(&self, cache: &CacheRow) -> Result<Arc<KnownCache>, EngineError> {
        match self.known_cache(&cache.name).await? {
            Some(known) if known.row.id == cache.id => Ok(known),
            _ => Err(cache_db::DbError::CacheGone.into()),
        }
    }
}
