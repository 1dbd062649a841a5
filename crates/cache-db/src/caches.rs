//! Caches and their signing keys.

use cache_api::{CacheName, CacheSettings};
use rusqlite::{Connection, Row, params};

use crate::tx::{Tx, Verdict};
use crate::{
    CacheId, CacheRow, Db, DbError, KeyId, KeyRow, NewCache, NewKey, NewRecord, RecordKind, rows,
};

const CACHE: &str = "id, uid, name, is_public, store_dir, priority, retention, max_size,
    upstream_keys, removed, created_at, deleted_at";

impl Db {
    /// Makes a cache with its first key.
    ///
    /// # Errors
    /// [`DbError::CacheExists`], [`DbError::PutTooOld`]; then the record's key
    /// is in trash.
    pub async fn create_cache(&self, new: NewCache) -> Result<CacheRow, DbError> {
        self.write_blob(1, new.record.clone(), move |tx| {
            let sql = "SELECT 1 FROM cache WHERE name = ? AND deleted_at IS NULL";
            if tx.first(sql, [new.name.as_str()], |_| Ok(()))?.is_some() {
                return Err(DbError::CacheExists);
            }
            let sql = "INSERT INTO cache (uid, name, is_public, store_dir, priority, retention,
                     max_size, upstream_keys, created_at)
                 VALUES (?, ?, false, '', 0, NULL, NULL, '[]', ?)";
            tx.execute(sql, params![new.uid, new.name.as_str(), tx.now])?;
            let id = CacheId(tx.conn().last_insert_rowid());
            write_settings(tx, id, &new.settings)?;
            insert_key(tx, id, &new.key)?;
            tx.insert_record(&new.record, RecordKind::Cache, &new.uid)?;
            live_cache(tx, id).map(Verdict::Keep)
        })
        .await
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
        cache_id: CacheId,
        expected: &CacheSettings,
        settings: &CacheSettings,
        record: NewRecord,
    ) -> Result<CacheRow, DbError> {
        let (expected, settings) = (expected.clone(), settings.clone());
        self.write_blob(1, record.clone(), move |tx| {
            let cache = live_cache(tx, cache_id)?;
            if cache.settings != expected {
                return Err(DbError::Changed);
            }
            tx.insert_record(&record, RecordKind::Cache, &cache.uid)?;
            write_settings(tx, cache_id, &settings)?;
            tx.bump_removed(cache_id)?;
            live_cache(tx, cache_id).map(Verdict::Keep)
        })
        .await
    }

    /// Hides a cache and all it holds; its bytes stay for grace. Its name is
    /// free at once.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`]; then the record's key
    /// is in trash.
    pub async fn destroy_cache(&self, id: CacheId, record: NewRecord) -> Result<(), DbError> {
        self.write_blob(1, record.clone(), move |tx| {
            let uid = tx.live_cache_uid(id)?;
            tx.insert_record(&record, RecordKind::Destroy, &uid)?;
            let sql = "UPDATE cache SET deleted_at = ? WHERE id = ?";
            tx.execute(sql, params![tx.now, id.0])?;
            tx.bump_removed(id).map(Verdict::Keep)
        })
        .await
    }

    /// The cache of this name, unless destroyed.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn cache(&self, name: &CacheName) -> Result<Option<CacheRow>, DbError> {
        self.inner.readers.read_one(|conn| {
            let sql = format!("SELECT {CACHE} FROM cache WHERE name = ? AND deleted_at IS NULL");
            let mut select = conn.prepare_cached(&sql)?;
            rows::first(select.query([name.as_str()])?, cache_row)
        })
    }

    /// All caches that are not destroyed, by name.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn caches(&self) -> Result<Vec<CacheRow>, DbError> {
        self.inner.readers.read_one(|conn| {
            let sql = format!("SELECT {CACHE} FROM cache WHERE deleted_at IS NULL ORDER BY name");
            let mut select = conn.prepare_cached(&sql)?;
            rows::collect(select.query([])?, cache_row)
        })
    }

    /// The keys of a cache, oldest first, retired ones too.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn keys(&self, cache_id: CacheId) -> Result<Vec<KeyRow>, DbError> {
        self.inner.readers.read_one(|conn| {
            let sql = format!("SELECT {KEY} FROM key WHERE cache_id = ? ORDER BY id");
            let mut select = conn.prepare_cached(&sql)?;
            rows::collect(select.query([cache_id.0])?, key_row)
        })
    }

    /// Adds an active signing key.
    ///
    /// # Errors
    /// [`DbError::CacheGone`]; [`DbError::Changed`] when the cache has a key
    /// with this public part.
    pub async fn add_key(&self, cache_id: CacheId, key: NewKey) -> Result<KeyRow, DbError> {
        self.write(1, move |tx| {
            tx.live_cache_uid(cache_id)?;
            let sql = "SELECT 1 FROM key WHERE cache_id = ? AND public = ?";
            let known = tx.first(sql, params![cache_id.0, key.public], |_| Ok(()))?;
            if known.is_some() {
                return Err(DbError::Changed);
            }
            insert_key(tx, cache_id, &key)?;
            tx.bump_removed(cache_id)?;
            let sql = format!("SELECT {KEY} FROM key WHERE id = ?");
            let id = tx.conn().last_insert_rowid();
            let mut select = tx.prepare(&sql)?;
            rows::first(select.query([id])?, key_row)?.ok_or(DbError::NoSuchKey)
        })
        .await
    }

    /// Retires the key with this public part (`NAME:BASE64`): it stays listed
    /// and signs nothing any more.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::NoSuchKey`]; [`DbError::LastKey`]
    /// when no other key signs, also where two are retired at once.
    pub async fn retire_key(&self, cache_id: CacheId, public: &str) -> Result<(), DbError> {
        let public = public.to_owned();
        self.write(1, move |tx| {
            tx.live_cache_uid(cache_id)?;
            let sql = "UPDATE key SET state = 'retired' WHERE cache_id = ? AND public = ?";
            if tx.execute(sql, params![cache_id.0, public])? == 0 {
                return Err(DbError::NoSuchKey);
            }
            let sql = "SELECT 1 FROM key WHERE cache_id = ? AND state = 'active' LIMIT 1";
            if tx.first(sql, [cache_id.0], |_| Ok(()))?.is_none() {
                return Err(DbError::LastKey);
            }
            tx.bump_removed(cache_id)
        })
        .await
    }

    /// The `removed` counter of every cache, destroyed ones too, from the rows;
    /// poll it each second for what other processes did.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn removed_counters(&self) -> Result<Vec<(CacheId, u64)>, DbError> {
        let counters = self.inner.readers.read_one(read_counters)?;
        self.note_removed(&counters);
        Ok(counters)
    }

    /// The `removed` counter of a cache as this process knows it: raised by
    /// its own changes before they are answered, and by each
    /// [`Db::removed_counters`]. Reads no row.
    pub fn removed_counter(&self, cache_id: CacheId) -> u64 {
        self.known_removed(cache_id)
    }
}

/// The `removed` counters in the rows.
pub(crate) fn read_counters(conn: &Connection) -> Result<Vec<(CacheId, u64)>, DbError> {
    let mut select = conn.prepare_cached("SELECT id, removed FROM cache")?;
    let rows = select.query_map([], |row| Ok((CacheId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn live_cache(tx: &Tx<'_>, id: CacheId) -> Result<CacheRow, DbError> {
    let sql = format!("SELECT {CACHE} FROM cache WHERE id = ? AND deleted_at IS NULL");
    let mut select = tx.prepare(&sql)?;
    rows::first(select.query([id.0])?, cache_row)?.ok_or(DbError::CacheGone)
}

fn write_settings(tx: &Tx<'_>, id: CacheId, settings: &CacheSettings) -> Result<(), DbError> {
    let sql = "UPDATE cache SET is_public = ?, store_dir = ?, priority = ?, retention = ?,
             max_size = ?, upstream_keys = ? WHERE id = ?";
    let upstream_keys = serde_json::to_string(&settings.upstream_keys)
        .map_err(|error| DbError::Corrupt(error.to_string()))?;
    let params = params![
        settings.is_public,
        settings.store_dir,
        settings.priority,
        settings.retention,
        settings.max_size,
        upstream_keys,
        id.0,
    ];
    tx.execute(sql, params)?;
    Ok(())
}

fn cache_row(row: &Row<'_>) -> Result<CacheRow, DbError> {
    let upstream_keys: String = row.get(8)?;
    Ok(CacheRow {
        id: CacheId(row.get(0)?),
        uid: row.get(1)?,
        name: rows::parsed(&row.get::<_, String>(2)?)?,
        settings: CacheSettings {
            is_public: row.get(3)?,
            store_dir: row.get(4)?,
            priority: row.get(5)?,
            retention: row.get(6)?,
            max_size: row.get(7)?,
            upstream_keys: serde_json::from_str(&upstream_keys)
                .map_err(|error| DbError::Corrupt(format!("upstream keys: {error}")))?,
        },
        removed: row.get(9)?,
        created_at: row.get(10)?,
        deleted_at: row.get(11)?,
    })
}

const KEY: &str = "id, name, secret, public, state, created_at";

fn key_row(row: &Row<'_>) -> Result<KeyRow, DbError> {
    Ok(KeyRow {
        id: KeyId(row.get(0)?),
        name: row.get(1)?,
        secret: row.get(2)?,
        public: row.get(3)?,
        active: row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)? == "active",
        created_at: row.get(5)?,
    })
}

/// The keys that sign, the oldest first.
pub(crate) fn active_keys(tx: &Tx<'_>, cache_id: CacheId) -> Result<Vec<KeyId>, DbError> {
    let sql = "SELECT id FROM key WHERE cache_id = ? AND state = 'active' ORDER BY id";
    let mut select = tx.prepare(sql)?;
    rows::collect(select.query([cache_id.0])?, |row| Ok(KeyId(row.get(0)?)))
}

fn insert_key(tx: &Tx<'_>, cache_id: CacheId, key: &NewKey) -> Result<(), DbError> {
    let sql = "INSERT INTO key (cache_id, name, secret, public, state, created_at)
         VALUES (?, ?, ?, ?, 'active', ?)";
    tx.execute(
        sql,
        params![cache_id.0, key.name, key.secret, key.public, tx.now],
    )?;
    Ok(())
}
