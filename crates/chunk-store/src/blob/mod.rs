//! Blob stores: where packs and records rest.

use std::future::Future;
use std::io;
use std::pin::Pin;

use bytes::Bytes;

use crate::BlobKey;

#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "local")]
mod local;
#[cfg(feature = "local")]
pub use local::{LocalStore, make_private_folder};

/// A boxed future, so that stores can be used behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What every method of a store answers.
pub type BlobResult<T> = Result<T, BlobError>;

/// A place for immutable blobs.
///
/// A key is written once and never replaced. All methods may be called from
/// several tasks at once.
pub trait BlobStore: Send + Sync + 'static {
    /// Starts a blob whose key is given when it is committed.
    fn writer(&self) -> BoxFuture<'_, BlobResult<Box<dyn BlobWriter>>>;

    /// Exactly `len` bytes from `offset`.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] when there is no such blob, and the store is
    /// surely there; [`BlobError::Short`] when the blob ends before.
    fn get_range<'a>(
        &'a self,
        key: &'a BlobKey,
        offset: u64,
        len: usize,
    ) -> BoxFuture<'a, BlobResult<Bytes>>;

    /// Opens a blob for reading what of it is in memory already; never waits.
    /// It holds a file descriptor for as long as it lives.
    ///
    /// `None` says nothing about the blob: ask `get_range`, which may wait.
    fn open_cached(&self, key: &BlobKey) -> Option<Box<dyn CachedBlob>> {
        let _ = key;
        None
    }

    /// The size of a blob in bytes, or `None` when there is none and the
    /// store is surely there.
    fn head<'a>(&'a self, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<Option<u64>>>;

    /// Deletes a blob. One that is absent is deleted already. A deleted blob
    /// may be back after a power loss.
    fn delete<'a>(&'a self, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<()>>;

    /// At most `limit` blobs whose key starts with `prefix`, in byte order of
    /// the key, from the first key above `after` on.
    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, BlobResult<Vec<BlobEntry>>>;
}

/// A blob of which some is in memory.
pub trait CachedBlob: Send {
    /// As [`BlobStore::get_range`], where the bytes are in memory already.
    ///
    /// `None` says nothing about the blob: ask `get_range`, which may wait.
    /// May be called within an async task, for a MiB at most: it copies.
    fn read(&self, offset: u64, len: usize) -> Option<Bytes>;
}

/// A blob on its way into a store. Dropping it abandons the blob.
pub trait BlobWriter: Send {
    /// Adds bytes.
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, BlobResult<()>>;

    /// Makes the blob durable under this key.
    ///
    /// # Errors
    /// [`BlobError::AlreadyExists`] when the key is taken; what is there
    /// stays as it is.
    fn commit<'a>(self: Box<Self>, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<()>>
    where
        Self: 'a;
}

/// A line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobEntry {
    /// The key as it is in the store. Foreign files are listed too, so it
    /// need not parse as a [`BlobKey`].
    pub key: String,
    /// Size in bytes.
    pub size: u64,
}

/// Why a store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// The store is there, and has no such blob.
    #[error("no blob {0}")]
    NotFound(BlobKey),
    /// The blob has fewer bytes than were asked for.
    #[error("blob {key} ends at {size}, wanted {wanted} bytes")]
    Short {
        /// Which blob.
        key: BlobKey,
        /// Its size in bytes.
        size: u64,
        /// The least size that would have done.
        wanted: u64,
    },
    /// The key is taken.
    #[error("blob {0} exists already")]
    AlreadyExists(BlobKey),
    /// The store itself is absent: a disk that is not mounted, a bucket out
    /// of reach. Says nothing about any blob.
    #[error("blob store is not there: {0}")]
    Unavailable(String),
    /// No space, or a quota is used up.
    #[error("blob store is full")]
    Full(#[source] io::Error),
    /// The file system lacks something that the store needs.
    #[error("unsuitable file system: {0}")]
    Unsuitable(String),
    /// Reading or writing failed.
    #[error("cannot {action}")]
    Io {
        /// What was tried.
        action: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

/// Writes a blob that is in memory already.
///
/// # Errors
/// Those of [`BlobWriter::commit`].
pub async fn put(store: &dyn BlobStore, key: &BlobKey, bytes: Bytes) -> BlobResult<()> {
    let mut writer = store.writer().await?;
    writer.write(bytes).await?;
    writer.commit(key).await
}
