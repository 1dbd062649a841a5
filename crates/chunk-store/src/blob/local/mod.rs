//! A folder as a blob store.
//!
//! A blob is written to `tmp/`, synced, linked to its key, and the key's
//! folder is synced: so a key appears whole and durable or not at all, and a
//! hard link never replaces. What a crash leaves in `tmp/` is listed like any
//! other blob.

mod cached;
mod folder;
mod list;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::{BlobEntry, BlobError, BlobResult, BlobStore, BlobWriter, BoxFuture, CachedBlob};
use crate::BlobKey;
use crate::buffers::Buffers;
use folder::Folder;
pub use folder::make_private_folder;
use writer::LocalWriter;

/// Bytes of buffers for reading that may lie idle.
const IDLE: usize = 4 << 20;

/// A folder as a blob store. Cloning it gives another handle on the same one.
///
/// Its methods must be called within a tokio runtime; they work on its
/// blocking threads, one hop a call, so read long runs at a time.
#[derive(Clone, Debug)]
pub struct LocalStore {
    folder: Arc<Folder>,
    buffers: Arc<Buffers>,
}

impl LocalStore {
    /// Opens the folder. Makes it where it is absent, for the owner alone
    /// (mode 0700), with the folders that it needs.
    ///
    /// # Errors
    /// [`BlobError::Unsuitable`] on a file system without hard links; when
    /// the folder cannot be made or written to.
    pub async fn open(root: impl Into<PathBuf>) -> BlobResult<Self> {
        let root = root.into();
        let folder = Arc::new(blocking(|| Folder::open(root)).await?);
        Ok(Self {
            folder,
            buffers: Buffers::new(IDLE),
        })
    }
}

impl BlobStore for LocalStore {
    fn writer(&self) -> BoxFuture<'_, BlobResult<Box<dyn BlobWriter>>> {
        let folder = Arc::clone(&self.folder);
        Box::pin(async move {
            let writer = blocking(move || LocalWriter::open(folder)).await?;
            Ok(Box::new(writer) as Box<dyn BlobWriter>)
        })
    }

    fn get_range<'a>(
        &'a self,
        key: &'a BlobKey,
        offset: u64,
        len: usize,
    ) -> BoxFuture<'a, BlobResult<Bytes>> {
        let (folder, key) = (Arc::clone(&self.folder), key.clone());
        Box::pin(blocking(move || folder.read(&key, offset, len)))
    }

    fn open_cached(&self, key: &BlobKey) -> Option<Box<dyn CachedBlob>> {
        cached::open(&self.folder.path(key), &self.buffers)
    }

    fn head<'a>(&'a self, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<Option<u64>>> {
        let (folder, key) = (Arc::clone(&self.folder), key.clone());
        Box::pin(blocking(move || folder.size(&key)))
    }

    fn delete<'a>(&'a self, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<()>> {
        let (folder, key) = (Arc::clone(&self.folder), key.clone());
        Box::pin(blocking(move || folder.delete(&key)))
    }

    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, BlobResult<Vec<BlobEntry>>> {
        let folder = Arc::clone(&self.folder);
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        Box::pin(blocking(move || {
            folder.list(&prefix, after.as_deref(), limit)
        }))
    }
}

/// Runs what may wait for the disk where it holds up no other task.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> BlobResult<T> + Send + 'static,
) -> BlobResult<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(BlobError::Unavailable("shutting down".to_owned())),
        },
    }
}
