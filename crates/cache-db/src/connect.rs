//! Opening connections.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// How long a writer waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Page cache of the writing connection, in KiB. A page cache fills only where
/// the file is large, so it is what the memory of a process grows by; the
/// upper levels of the indexes fit, and the system caches the rest.
const WRITER_KIB: i64 = 4 * 1024;
/// Page cache of each connection that reads, in KiB. The file is not mapped
/// either: every connection would map it again.
const READER_KIB: i64 = 1024;
/// The write-ahead log is cut back to this many bytes after a checkpoint.
const WAL_LIMIT: i64 = 64 << 20;
/// Pages of the write-ahead log after which a commit copies it into the database
/// itself, and is that much slower. In a large database a push changes thousands
/// of pages all over the indexes. A server copies beside the writer and sooner:
/// see [`crate::Db::checkpoint`].
const CHECKPOINT_PAGES: i64 = 12_000;
/// Statements kept prepared by each connection.
const STATEMENTS: usize = 128;

/// Makes the file, readable by its owner alone: it holds signing keys.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The connection that writes. Every commit is on disk when it returns.
pub(crate) fn writer(path: &Path) -> rusqlite::Result<Connection> {
    let conn = open(path, WRITER_KIB)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "journal_size_limit", WAL_LIMIT)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    Ok(conn)
}

/// A connection that cannot write.
pub(crate) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let conn = open(path, READER_KIB)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

fn open(path: &Path, cache_kib: i64) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asked on the very connection that commits, in one of its transactions.
    #[tokio::test]
    async fn the_writing_connection_is_wal_and_synchronous_full() {
        let dir = tempfile::tempdir().unwrap();
        let (clock, _) = crate::Clock::manual(0);
        let db = crate::Db::open(&crate::DbConfig::new(dir.path().join("db")), clock).unwrap();
        let asked = db.write(1, |tx| {
            let mode: Option<String> = tx.first("PRAGMA journal_mode", [], |row| row.get(0))?;
            let level: Option<i64> = tx.first("PRAGMA synchronous", [], |row| row.get(0))?;
            Ok((mode, level))
        });
        let (mode, level) = asked.await.unwrap();
        assert_eq!((mode.as_deref(), level), (Some("wal"), Some(2)));
    }

    #[test]
    fn a_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        create_private(&path).unwrap();
        writer(&path).unwrap();
        let conn = reader(&path).unwrap();
        assert!(conn.execute_batch("CREATE TABLE t (a)").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_with_the_signing_keys_is_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        create_private(&path).unwrap();
        create_private(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
