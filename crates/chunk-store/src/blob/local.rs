//! A folder as a blob store.

use std::path::PathBuf;

use bytes::Bytes;

use super::{BlobEntry, BlobResult, BlobStore, BlobWriter, BoxFuture};
use crate::BlobKey;

/// A folder as a blob store.
#[derive(Clone, Debug)]
pub struct LocalStore {}

impl LocalStore {
    /// Opens the folder; makes it where it is absent.
    pub async fn open(_root: impl Into<PathBuf>) -> BlobResult<Self> {
        unimplemented!()
    }
}

impl BlobStore for LocalStore {
    fn writer(&self) -> BoxFuture<'_, BlobResult<Box<dyn BlobWriter>>> {
        unimplemented!()
    }
    fn get_range<'a>(
        &'a self,
        _: &'a BlobKey,
        _: u64,
        _: usize,
    ) -> BoxFuture<'a, BlobResult<Bytes>> {
        unimplemented!()
    }
    fn head<'a>(&'a self, _: &'a BlobKey) -> BoxFuture<'a, BlobResult<Option<u64>>> {
        unimplemented!()
    }
    fn delete<'a>(&'a self, _: &'a BlobKey) -> BoxFuture<'a, BlobResult<()>> {
        unimplemented!()
    }
    fn list<'a>(
        &'a self,
        _: &'a str,
        _: Option<&'a str>,
        _: usize,
    ) -> BoxFuture<'a, BlobResult<Vec<BlobEntry>>> {
        unimplemented!()
    }
}
