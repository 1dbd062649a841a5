//! The handle.

use std::path::PathBuf;
use std::sync::Arc;

use crate::{Clock, DbError};

/// Where the database is and how it is opened.
#[derive(Clone, Debug)]
pub struct DbConfig {
    /// The SQLite file; made if absent.
    pub path: PathBuf,
    /// Connections that read, at least 1.
    pub readers: usize,
}

impl DbConfig {
    /// The usual settings for the database at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            readers: 8,
        }
    }
}

/// The rows of a server. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {}

impl Db {
    /// Opens or makes the database, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is not ours ([`DbError::Foreign`]) or
    /// is of a newer version ([`DbError::TooNew`]); then it was not changed.
    pub fn open(_config: &DbConfig, _clock: Clock) -> Result<Self, DbError> {
        unimplemented!()
    }

    /// The stored clock, in seconds: what every `_at` is in. It moves only by
    /// [`Db::tick`].
    pub fn now(&self) -> i64 {
        unimplemented!()
    }

    /// Lets the stored clock advance; a running server calls this about once
    /// a second. One-shot commands do not, so they do not move it.
    ///
    /// # Errors
    /// When what it came to cannot be written (done every ten seconds).
    pub async fn tick(&self) -> Result<i64, DbError> {
        unimplemented!()
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Db")
    }
}
