//! Making, changing and destroying caches, and their keys. What changes a
//! cache is written as a record before it is committed.

use bytes::Bytes;
use cache_api::{
    AddKey, CacheInfo, CacheName, CacheSettings, ConfigureCache, CreateCache, ErrorCode, KeyInfo,
    KeyState,
};
use cache_db::{CacheRow, DbError, NewCache, NewKey, NewRecord};
use chunk_store::{
    blob::put,
    record::{Body, Head, Record},
};
use nar_format::signing::SecretKey;
use tracing::info;

use super::{Caller, Engine, EngineError};

/// Times a change is tried anew after somebody else changed the same cache.
const RETRIES: usize = 8;

impl Engine {
    /// Makes a cache. It is private unless asked otherwise.
    ///
    /// # Errors
    /// [`ErrorCode::CacheExists`], [`ErrorCode::InvalidSettings`],
    /// [`ErrorCode::InvalidKey`]; trouble of store or database.
    pub async fn create_cache(
        &self,
        name: &CacheName,
        request: &CreateCache,
        origin: &str,
    ) -> Result<CacheInfo, EngineError> {
        self.require_ready()?;
        if self.cache(name).await?.is_some() {
            return Err(DbError::CacheExists.into());
        }
        let key = match &request.key {
            Some(text) => parse_key(text)?,
            None => self.fresh_key(name.as_str())?,
        };
        let settings = request.settings();
        let settings = settings
            .map_err(|error| EngineError::refused(ErrorCode::InvalidSettings, error.to_string()))?;
        let uid = self.fresh_ulid().to_string();
        let body = Body::Cache { destroyed: false };
        let record = self.write_record(&uid, name, &settings, body).await?;
        let new = NewCache {
            uid,
            name: name.clone(),
            settings,
            key: key_row(&key),
            record,
        };
        let row = self.0.config.db.create_cache(new).await?;
        info!(cache = %name, "made a cache");
        self.cache_info(&row, origin).await
    }

    /// Changes the settings that the request names.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidSettings`], [`ErrorCode::NoSuchCache`]; trouble of
    /// store or database.
    pub async fn configure_cache(
        &self,
        cache: &CacheRow,
        request: &ConfigureCache,
        origin: &str,
    ) -> Result<CacheInfo, EngineError> {
        self.require_ready()?;
        for _ in 0..RETRIES {
            let known = self.known_row(cache).await?;
            let settings = request.apply(&known.row.settings).map_err(|error| {
                EngineError::refused(ErrorCode::InvalidSettings, error.to_string())
            })?;
            if settings == known.row.settings {
                return self.cache_info(&known.row, origin).await;
            }
            let body = Body::Cache { destroyed: false };
            let record = self
                .write_record(&cache.uid, &cache.name, &settings, body)
                .await?;
            let db = &self.0.config.db;
            let changed = db.configure_cache(cache.id, &known.row.settings, &settings, record);
            match changed.await {
                Ok(row) => return self.cache_info(&row, origin).await,
                Err(DbError::Changed) => {
                    db.removed_counters().await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(DbError::Changed.into())
    }

    /// Hides a cache and everything in it. Its bytes stay for grace.
    ///
    /// # Errors
    /// [`ErrorCode::NoSuchCache`]; trouble of store or database.
    pub async fn destroy_cache(&self, cache: &CacheRow) -> Result<(), EngineError> {
        self.require_ready()?;
        let body = Body::Cache { destroyed: true };
        let settings = &cache.settings;
        let record = self
            .write_record(&cache.uid, &cache.name, settings, body)
            .await?;
        self.0.config.db.destroy_cache(cache.id, record).await?;
        info!(cache = %cache.name, "destroyed a cache");
        Ok(())
    }

    /// Adds a signing key. It signs what is published and served from now on;
    /// older keys go on to sign too.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidKey`], [`ErrorCode::KeyExists`],
    /// [`ErrorCode::NoSuchCache`]; trouble of the database.
    pub async fn add_key(
        &self,
        cache: &CacheRow,
        request: &AddKey,
        origin: &str,
    ) -> Result<CacheInfo, EngineError> {
        self.require_ready()?;
        let key = match (&request.secret, &request.name) {
            (Some(text), _) => parse_key(text)?,
            (None, Some(name)) => self.fresh_key(name)?,
            (None, None) => self.fresh_key(cache.name.as_str())?,
        };
        let db = &self.0.config.db;
        if db
            .keys(cache.id)
            .await?
            .iter()
            .any(|row| row.name == key.name())
        {
            let message = format!("the cache has a key {:?}", key.name());
            return Err(EngineError::refused(ErrorCode::KeyExists, message));
        }
        db.add_key(cache.id, key_row(&key)).await?;
        self.cache_info(cache, origin).await
    }

    /// Retires the key of that name: it signs nothing any more.
    ///
    /// # Errors
    /// [`ErrorCode::NoSuchKey`], [`ErrorCode::LastKey`],
    /// [`ErrorCode::NoSuchCache`]; trouble of the database.
    pub async fn retire_key(
        &self,
        cache: &CacheRow,
        name: &str,
        origin: &str,
    ) -> Result<CacheInfo, EngineError> {
        self.require_ready()?;
        let db = &self.0.config.db;
        let keys = db.keys(cache.id).await?;
        let key = keys.iter().find(|key| key.name == name);
        let key = key.ok_or(DbError::NoSuchKey)?;
        let others = keys
            .iter()
            .filter(|other| other.active && other.id != key.id);
        if key.active && others.count() == 0 {
            let message = format!("{name:?} is the only key that signs");
            return Err(EngineError::refused(ErrorCode::LastKey, message));
        }
        db.retire_key(cache.id, &key.public).await?;
        self.cache_info(cache, origin).await
    }

    /// What a caller that may see the cache is told of it. `origin` is the
    /// server's own URL with a slash at the end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cache_info(
        &self,
        cache: &CacheRow,
        origin: &str,
    ) -> Result<CacheInfo, EngineError> {
        let keys = self.0.config.db.keys(cache.id).await?;
        let info = |key: cache_db::KeyRow| KeyInfo {
            public_key: key.public,
            state: if key.active {
                KeyState::Active
            } else {
                KeyState::Retired
            },
        };
        Ok(CacheInfo {
            name: cache.name.clone(),
            uid: cache.uid.clone(),
            settings: cache.settings.clone(),
            public_keys: keys.into_iter().map(info).collect(),
            origin: origin.to_owned(),
            substituter: format!("{origin}{}", cache.name),
            created_at: u64::try_from(cache.created_at).unwrap_or_default(),
        })
    }

    /// The caches that the caller may see: those its token names, and public ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_caches(
        &self,
        caller: &Caller,
        origin: &str,
    ) -> Result<Vec<CacheInfo>, EngineError> {
        let mut infos = Vec::new();
        for cache in self.0.config.db.caches().await? {
            if cache.settings.is_public || caller.knows(&cache.name) {
                infos.push(self.cache_info(&cache, origin).await?);
            }
        }
        Ok(infos)
    }

    fn fresh_key(&self, name: &str) -> Result<SecretKey, EngineError> {
        let mut seed = [0; 32];
        (self.0.config.random)(&mut seed);
        SecretKey::from_seed(name, &seed)
            .map_err(|error| EngineError::refused(ErrorCode::InvalidKey, error.to_string()))
    }

    /// Writes a record durably. Its rows are committed after this.
    pub(super) async fn write_record(
        &self,
        uid: &str,
        name: &CacheName,
        settings: &CacheSettings,
        body: Body,
    ) -> Result<NewRecord, EngineError> {
        let config = &self.0.config;
        let put_at = config.db.now();
        let settings = match serde_json::to_value(settings) {
            Ok(serde_json::Value::Object(map)) => map,
            _ => return Err(EngineError::Cut("settings are not an object")),
        };
        let record = Record {
            head: Head {
                cache_uid: uid.to_owned(),
                cache_name: name.to_string(),
                settings,
                time: put_at,
            },
            body,
        };
        let blob = tokio::task::spawn_blocking(move || record.encode())
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(EngineError::Cut("a record could not be made"))?;
        let key = self.fresh_record_key();
        put(&*config.blobs, &key, Bytes::from(blob)).await?;
        Ok(NewRecord { key, put_at })
    }
}

fn parse_key(text: &str) -> Result<SecretKey, EngineError> {
    text.parse().map_err(|_| {
        let message = "the key is not NAME:BASE64 of an Ed25519 key pair";
        EngineError::refused(ErrorCode::InvalidKey, message)
    })
}

fn key_row(key: &SecretKey) -> NewKey {
    NewKey {
        name: key.name().to_owned(),
        secret: key.to_secret_string(),
        public: key.public().to_string(),
    }
}
