//! Which chunks a cache reaches, and which a token holds, as bitmaps.
//!
//! They live in memory alone, are extended by the commit order, and are made
//! anew when something was removed (the cache's `removed` counter moved) or a
//! lease has grown too old.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chunk_store::recipe::Recipe;
use roaring::RoaringTreemap;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{CacheId, DbError, Seq, TokenKey};

/// Caches, and tokens, whose bitmaps are kept; beyond this some are forgotten
/// and made anew when asked for.
const KEPT: usize = 256;

/// What a cache reaches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    mark: Seq,
    removed: u64,
    /// Chunks of NARs that a live object names.
    pub(crate) live: Arc<RoaringTreemap>,
    /// Chunks of all its NARs.
    pub(crate) all: Arc<RoaringTreemap>,
}

/// What the young leases of a token hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    mark: Seq,
    /// When the oldest of them was made; `None` without one.
    oldest: Option<i64>,
    /// Chunks of all of them.
    pub(crate) chunks: Arc<RoaringTreemap>,
    /// Chunks that the token sent itself.
    pub(crate) sent: Arc<RoaringTreemap>,
}

/// The bitmaps of a process.
#[derive(Default)]
pub(crate) struct Bitmaps {
    caches: Mutex<HashMap<CacheId, Reach>>,
    tokens: Mutex<HashMap<TokenKey, Held>>,
}

impl Bitmaps {
    /// What a cache reaches at the moment that `conn` reads. A destroyed cache
    /// reaches nothing.
    pub(crate) fn reach(&self, conn: &Connection, cache: CacheId) -> Result<Reach, DbError> {
        let Some((mark, removed)) = cache_mark(conn, cache)? else {
            return Ok(Reach::default());
        };
        let mut reach = kept(&self.caches, &cache).unwrap_or_default();
        if reach.removed != removed || reach.mark > mark {
            reach = Reach::default();
        }
        if reach.mark < mark {
            let live = "SELECT recipe FROM nar WHERE id IN (SELECT nar_id FROM object
                 WHERE cache_id = ? AND seq > ? AND removed_at IS NULL)";
            add_recipes(conn, live, cache, reach.mark, &mut reach.live)?;
            let all = "SELECT recipe FROM nar WHERE cache_id = ? AND seq > ?";
            add_recipes(conn, all, cache, reach.mark, &mut reach.all)?;
        }
        (reach.mark, reach.removed) = (mark, removed);
        keep(&self.caches, cache, reach.clone(), |old| old.mark <= mark);
        Ok(reach)
    }

    /// What the leases of a token hold that are younger than grace, at the
    /// moment that `conn` reads; `since` = the greatest age that is too old,
    /// in seconds of the stored clock.
    pub(crate) fn held(
        &self,
        conn: &Connection,
        token: &TokenKey,
        since: i64,
    ) -> Result<Held, DbError> {
        let mark = store_seq(conn)?;
        let mut held = kept(&self.tokens, token).unwrap_or_default();
        if held.mark > mark || held.oldest.is_some_and(|oldest| oldest <= since) {
            held = Held::default();
        }
        let sql = "SELECT chunks, bytes, created_at FROM lease
             WHERE token_key = ? AND created_at > ? AND seq > ?";
        let mut select = conn.prepare_cached(sql)?;
        let mut rows = select.query(params![token.as_slice(), since, held.mark])?;
        while let Some(row) = rows.next()? {
            let chunks = treemap(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
            *Arc::make_mut(&mut held.chunks) |= &chunks;
            if row.get::<_, i64>(1)? > 0 {
                *Arc::make_mut(&mut held.sent) |= &chunks;
            }
            let created_at = row.get(2)?;
            held.oldest = Some(held.oldest.map_or(created_at, |o| o.min(created_at)));
        }
        held.mark = mark;
        keep(&self.tokens, *token, held.clone(), |old| old.mark <= mark);
        Ok(held)
    }
}

/// The last place in the commit order that `conn` sees.
pub(crate) fn store_seq(conn: &Connection) -> Result<Seq, DbError> {
    let mut select = conn.prepare_cached("SELECT seq FROM store")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

/// Reads a bitmap of chunk ids (portable serialisation).
pub(crate) fn treemap(bytes: &[u8]) -> Result<RoaringTreemap, DbError> {
    RoaringTreemap::deserialize_from(bytes)
        .map_err(|error| DbError::Corrupt(format!("bitmap of chunks: {error}")))
}

/// The bytes of a bitmap of chunk ids.
pub(crate) fn treemap_bytes(ids: &RoaringTreemap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ids.serialized_size());
    ids.serialize_into(&mut bytes)
        .expect("writing to memory does not fail");
    bytes
}

/// The chunks of a recipe.
pub(crate) fn recipe(bytes: &[u8]) -> Result<Recipe, DbError> {
    Recipe::parse(bytes).map_err(|error| DbError::Corrupt(format!("recipe: {error}")))
}

/// The set of the chunks of a recipe.
pub(crate) fn recipe_set(bytes: &[u8]) -> Result<RoaringTreemap, DbError> {
    Ok(recipe(bytes)?.ids().iter().map(|id| id.0).collect())
}

fn cache_mark(conn: &Connection, cache: CacheId) -> Result<Option<(Seq, u64)>, DbError> {
    let sql = "SELECT store.seq, cache.removed FROM store, cache
         WHERE cache.id = ? AND cache.deleted_at IS NULL";
    let mut select = conn.prepare_cached(sql)?;
    let read = select.query_row([cache.0], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(read.optional()?)
}

fn add_recipes(
    conn: &Connection,
    sql: &str,
    cache: CacheId,
    mark: Seq,
    into: &mut Arc<RoaringTreemap>,
) -> Result<(), DbError> {
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query(params![cache.0, mark])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        Arc::make_mut(into).extend(recipe(bytes)?.ids().iter().map(|id| id.0));
    }
    Ok(())
}

fn kept<K: Eq + Hash, V: Clone>(map: &Mutex<HashMap<K, V>>, key: &K) -> Option<V> {
    lock(map).get(key).cloned()
}

/// Keeps a value unless another caller kept a newer one meanwhile.
fn keep<K: Eq + Hash + Copy, V>(
    map: &Mutex<HashMap<K, V>>,
    key: K,
    value: V,
    is_older: impl FnOnce(&V) -> bool,
) {
    let mut map = lock(map);
    if map.get(&key).is_some_and(|old| !is_older(old)) {
        return;
    }
    if map.len() >= KEPT
        && !map.contains_key(&key)
        && let Some(any) = map.keys().next().copied()
    {
        map.remove(&any);
    }
    map.insert(key, value);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
