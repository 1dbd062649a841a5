//! What can go wrong in the rows.

use std::path::PathBuf;
use std::sync::Arc;

/// Why a method of the database failed.
///
/// The message speaks of this level only; the source says why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The database file cannot be opened or set up.
    #[error("cannot open database {path}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The database file cannot be created.
    #[error("cannot create database {path}", path = path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database holds tables that are not ours; nothing in it was changed.
    #[error("database {path} holds the table {table:?}, which is not Garret's", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// One of the tables.
        table: String,
    },
    /// A newer version wrote this database; nothing in it was changed.
    #[error("database has schema version {found}, this program knows up to {known}")]
    TooNew {
        /// The version in the file.
        found: u32,
        /// The newest version this program can read.
        known: u32,
    },
    /// A statement failed.
    #[error("database statement failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The transaction that several changes shared was not committed; none of
    /// them happened.
    #[error("transaction was not committed")]
    NotCommitted(#[source] Arc<rusqlite::Error>),
    /// The thread that writes is gone, or the change it was given panicked.
    #[error("the database writer did not answer")]
    WriterGone,
    /// The thread that writes cannot be started.
    #[error("cannot start the database writer")]
    Thread(#[source] std::io::Error),
    /// A background read was cancelled or panicked.
    #[error("a database read did not finish")]
    ReadGone,
    /// A row says something that it cannot say.
    #[error("damaged row: {0}")]
    Corrupt(String),
    /// The cache does not exist any more.
    #[error("the cache does not exist")]
    CacheGone,
    /// A cache of this name exists.
    #[error("a cache of this name exists")]
    CacheExists,
    /// What the caller based its change on has changed; read again and retry.
    #[error("changed by somebody else meanwhile")]
    Changed,
    /// No such signing key.
    #[error("no such key")]
    NoSuchKey,
    /// No other key of the cache signs.
    #[error("no other key signs")]
    LastKey,
    /// More than an hour of the stored clock went by since the blob was put:
    /// the sweeper may have deleted it. Its key is in trash; send it again.
    #[error("the blob was written too long ago to be committed")]
    PutTooOld,
    /// The token has sent too much that it did not publish. The key of the
    /// pack is in trash.
    #[error("{would_be} unpublished bytes would exceed the limit of {limit}")]
    UnpublishedLimit {
        /// The limit, in bytes.
        limit: u64,
        /// What it would come to, in bytes.
        would_be: u64,
    },
    /// More items than one call takes.
    #[error("{count} {what} in one call, at most {limit} are allowed")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many came.
        count: usize,
        /// How many may come.
        limit: usize,
    },
}

impl DbError {
    /// Whether the disk that holds the database is full.
    pub fn is_full(&self) -> bool {
        let error = match self {
            Self::Sqlite(error) | Self::Open { source: error, .. } => error,
            Self::NotCommitted(error) => error.as_ref(),
            Self::Create { source, .. } => {
                return source.kind() == std::io::ErrorKind::StorageFull;
            }
            _ => return false,
        };
        error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
    }
}

impl DbError {
    /// Whether this answers the caller, where others speak of trouble.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::CacheGone
                | Self::CacheExists
                | Self::Changed
                | Self::NoSuchKey
                | Self::LastKey
                | Self::PutTooOld
                | Self::UnpublishedLimit { .. }
                | Self::TooMany { .. }
        )
    }
}
