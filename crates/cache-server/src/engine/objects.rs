//! Published paths: looking at them and removing them.

use cache_api::{ListPathsAnswer, ListedPath};
use cache_db::{CacheRow, DbError, ObjectRow, Removal, RemoveObject};
use chunk_store::record::{Body, EndedPath};
use nar_format::{PathHash, StoreDir, StorePath, signing::Signature};
use tracing::info;

use super::{Caller, Engine, EngineError, known::KnownCache};

/// Most paths of one page.
const PAGE: usize = 1000;
/// Times a removal is tried anew after the path was published again meanwhile.
const RETRIES: usize = 8;

impl Engine {
    /// One page of the paths of a cache, by path hash.
    ///
    /// # Errors
    /// When the store is away, or the database fails.
    pub async fn list_paths(
        &self,
        cache: &CacheRow,
        after: Option<&PathHash>,
        limit: usize,
    ) -> Result<ListPathsAnswer, EngineError> {
        self.require_ready()?;
        let limit = limit.clamp(1, PAGE);
        let known = self.known_row(cache).await?;
        let db = &self.0.config.db;
        let rows = db.list_objects(cache.id, after, limit).await?;
        let mut next = rows.last().map(|row| row.path.hash());
        // A page may also end because it is large.
        if rows.len() < limit
            && let Some(last) = next
        {
            let more = db.list_objects(cache.id, Some(&last), 1).await?;
            next = next.filter(|_| !more.is_empty());
        }
        Ok(ListPathsAnswer {
            next,
            paths: rows.into_iter().map(|row| listed(&known, row)).collect(),
        })
    }

    /// What is known of one path, or `None` when it is not here.
    ///
    /// # Errors
    /// When the store is away, or the database fails.
    pub async fn path(
        &self,
        cache: &CacheRow,
        path: &PathHash,
    ) -> Result<Option<ListedPath>, EngineError> {
        self.require_ready()?;
        let known = self.known_row(cache).await?;
        let row = self.0.config.db.object(cache.id, path).await?;
        Ok(row.map(|row| listed(&known, row)))
    }

    /// Hides a path; `false` when it was not there. Its bytes stay for grace.
    ///
    /// # Errors
    /// When store or database fail.
    pub async fn remove_path(
        &self,
        caller: &Caller,
        cache: &CacheRow,
        path: &PathHash,
    ) -> Result<bool, EngineError> {
        self.require_ready()?;
        let db = &self.0.config.db;
        for _ in 0..RETRIES {
            let Some((row, _)) = db.live_object(cache.id, path).await? else {
                return Ok(false);
            };
            let ended = EndedPath {
                path_hash: *path,
                ends: row.record.clone(),
            };
            let body = Body::Tombstone(vec![ended]);
            let record = self.write_record(&cache.uid, &cache.name, &cache.settings, body);
            let removal = db.remove_object(RemoveObject {
                cache_id: cache.id,
                path_hash: *path,
                record: record.await?,
                ends: row.record,
            });
            match removal.await? {
                Removal::Removed => {
                    info!(cache = %cache.name, %path, by = caller.subject(), "removed a path");
                    return Ok(true);
                }
                Removal::Absent => return Ok(false),
                Removal::Changed => {}
            }
        }
        Err(DbError::Changed.into())
    }
}

/// A row as callers are told of it. Signatures by the cache's own keys are left
/// out: they are not kept with the path but made for it.
fn listed(cache: &KnownCache, row: ObjectRow) -> ListedPath {
    let is_own = |sig: &String| {
        let name = sig.parse::<Signature>().map(|sig| sig.name);
        name.is_ok_and(|name| cache.public.iter().any(|key| key.name() == name))
    };
    let path = match StoreDir::parse(&cache.row.settings.store_dir) {
        Ok(store_dir) => row.path.absolute(&store_dir),
        Err(_) => row.path.base_name(),
    };
    ListedPath {
        path,
        nar_hash: row.nar.hash,
        nar_size: row.nar.size,
        references: row.references.iter().map(StorePath::base_name).collect(),
        deriver: row.deriver.as_ref().map(StorePath::base_name),
        ca: row.ca,
        sigs: row.sigs.into_iter().filter(|sig| !is_own(sig)).collect(),
        file_size: row.nar.frame_size,
        created_at: u64::try_from(row.created_at).unwrap_or_default(),
        created_by: row.created_by,
        accessed_at: u64::try_from(row.accessed_at).ok(),
    }
}
