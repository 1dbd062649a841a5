//! What every change can do: draw its place in the commit order, bump
//! counters, keep and trash blob keys.

use std::cell::RefCell;

use chunk_store::BlobKey;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Params, Row, params};

use crate::{CacheId, DbError, NewRecord, RecordKind, Seq};

/// A blob may be named by a commit for this long after it was put, in seconds
/// of the stored clock; the sweeper leaves it alone for longer.
pub(crate) const MAX_PUT_AGE: i64 = 3600;

/// One change, within a savepoint of the writer's transaction.
pub(crate) struct Tx<'a> {
    conn: &'a Connection,
    /// The stored clock, in seconds.
    pub(crate) now: i64,
    bumped: RefCell<Vec<(CacheId, u64)>>,
}

/// What a change to rows that name a new blob came to.
pub(crate) enum Verdict<T> {
    /// Keep what was written.
    Keep(T),
    /// Undo it and put the blob's key in trash.
    Undo(T),
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: &'a Connection, now: i64) -> Self {
        Self {
            conn,
            now,
            bumped: RefCell::default(),
        }
    }

    /// The counters that this change raised.
    pub(crate) fn into_bumped(self) -> Vec<(CacheId, u64)> {
        self.bumped.into_inner()
    }

    pub(crate) fn conn(&self) -> &'a Connection {
        self.conn
    }

    pub(crate) fn prepare(&self, sql: &str) -> Result<CachedStatement<'a>, DbError> {
        Ok(self.conn.prepare_cached(sql)?)
    }

    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, DbError> {
        Ok(self.prepare(sql)?.execute(params)?)
    }

    pub(crate) fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, DbError> {
        Ok(self.prepare(sql)?.query_row(params, read).optional()?)
    }

    /// Draws the next place in the commit order. The writer holds the lock
    /// until it commits, so the order of these is the order of commits. The
    /// stored clock is written along: the row changes anyway.
    ///
    /// Not with `RETURNING`, and with a condition: SQLite keeps a journal for a
    /// statement that may change several rows, and to drop it walks over all that
    /// the savepoints around it have kept.
    pub(crate) fn next_seq(&self) -> Result<Seq, DbError> {
        let sql = "UPDATE store SET seq = seq + 1, clock = max(clock, ?) WHERE one = 1";
        self.execute(sql, [self.now])?;
        let sql = "SELECT seq FROM store WHERE one = 1";
        Ok(self.prepare(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Draws `count` ids for new chunks; the first of them.
    pub(crate) fn next_chunks(&self, count: u64) -> Result<u64, DbError> {
        let sql = "UPDATE store SET next_chunk = next_chunk + ?1 RETURNING next_chunk - ?1";
        Ok(self.prepare(sql)?.query_row([count], |row| row.get(0))?)
    }

    /// Says that a broken flag changed.
    pub(crate) fn bump_broken(&self) -> Result<(), DbError> {
        self.execute("UPDATE store SET broken_seq = broken_seq + 1", [])?;
        Ok(())
    }

    /// Says that what a rendered narinfo of this cache says was changed or
    /// hidden.
    pub(crate) fn bump_removed(&self, cache_id: CacheId) -> Result<(), DbError> {
        let sql = "UPDATE cache SET removed = removed + 1 WHERE id = ? RETURNING removed";
        let removed = self
            .prepare(sql)?
            .query_row([cache_id.0], |row| row.get(0))?;
        self.bumped.borrow_mut().push((cache_id, removed));
        Ok(())
    }

    /// The uid of a cache that is not destroyed.
    pub(crate) fn live_cache_uid(&self, cache_id: CacheId) -> Result<String, DbError> {
        let sql = "SELECT uid FROM cache WHERE id = ? AND deleted_at IS NULL";
        self.first(sql, [cache_id.0], |row| row.get(0))?
            .ok_or(DbError::CacheGone)
    }

    /// A change whose rows name a new blob: takes its key out of trash, and
    /// refuses one that the sweeper may have deleted. When the change is
    /// refused, nothing of it stays but the blob's key in trash.
    pub(crate) fn with_blob<T>(
        &self,
        blob: &NewRecord,
        change: impl FnOnce() -> Result<Verdict<T>, DbError>,
    ) -> Result<Result<T, DbError>, DbError> {
        self.conn.execute_batch("SAVEPOINT blob")?;
        let raised = self.bumped.borrow().len();
        let outcome = match self.claim(blob).and_then(|()| change()) {
            Ok(Verdict::Keep(value)) => {
                self.conn.execute_batch("RELEASE blob")?;
                return Ok(Ok(value));
            }
            Ok(Verdict::Undo(value)) => Ok(value),
            Err(error) if error.is_refusal() => Err(error),
            Err(error) => return Err(error),
        };
        self.conn.execute_batch("ROLLBACK TO blob; RELEASE blob")?;
        self.bumped.borrow_mut().truncate(raised);
        self.trash_unnamed(&blob.key)?;
        Ok(outcome)
    }

    fn claim(&self, blob: &NewRecord) -> Result<(), DbError> {
        if self.now.saturating_sub(blob.put_at) > MAX_PUT_AGE {
            return Err(DbError::PutTooOld);
        }
        self.execute("DELETE FROM trash WHERE key = ?", [blob.key.as_str()])?;
        Ok(())
    }

    /// Puts the key of a blob in trash, unless a row names it.
    pub(crate) fn trash_unnamed(&self, key: &BlobKey) -> Result<(), DbError> {
        let sql = "INSERT INTO trash (key, since) SELECT ?1, ?2
             WHERE NOT EXISTS (SELECT 1 FROM pack WHERE key = ?1)
               AND NOT EXISTS (SELECT 1 FROM record WHERE key = ?1)
             ON CONFLICT DO NOTHING";
        self.execute(sql, params![key.as_str(), self.now])?;
        Ok(())
    }

    pub(crate) fn insert_record(
        &self,
        record: &NewRecord,
        kind: RecordKind,
        cache_uid: &str,
    ) -> Result<(), DbError> {
        let sql = "INSERT INTO record (key, kind, cache_uid, created_at) VALUES (?, ?, ?, ?)";
        let params = params![record.key.as_str(), kind.as_str(), cache_uid, self.now];
        self.execute(sql, params)?;
        Ok(())
    }

    /// Says that a record replaces or ends what another claims.
    pub(crate) fn insert_end(&self, record: &NewRecord, ended: &str) -> Result<(), DbError> {
        let sql = "INSERT INTO ends (key, ended) VALUES (?, ?) ON CONFLICT DO NOTHING";
        self.execute(sql, [record.key.as_str(), ended])?;
        Ok(())
    }
}
