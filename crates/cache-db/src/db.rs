//! The handle.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::Connection;

use crate::clock::Pace;
use crate::credit::Credits;
use crate::held::Tokens;
use crate::readers::Readers;
use crate::tx::{Tx, Verdict};
use crate::writer::{Surroundings, Writer};
use crate::{CacheId, Clock, DbError, NewRecord, connect, migrate};

/// The stored clock is written this often, in seconds, when nothing else is.
const CLOCK_WRITE_EVERY: i64 = 10;
/// Rows after which [`Db::checkpoint`] copies: in a large database a new path is
/// some ten rows and five pages.
const CHECKPOINT_ROWS: usize = 4000;

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

/// The rows of a server. Cheap to clone; the file is closed when the last
/// clone is gone.
#[derive(Clone)]
pub struct Db {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) readers: Readers,
    writer: Writer,
    /// About how many rows were written since the last checkpoint.
    written: AtomicUsize,
    shared: Arc<Shared>,
    pub(crate) tokens: Tokens,
    pub(crate) credits: Credits,
    pub(crate) broken: Mutex<crate::broken::BrokenSet>,
}

/// What the writer's thread shares with the handle.
struct Shared {
    clock: Clock,
    pace: Mutex<Paced>,
    removed: RwLock<HashMap<CacheId, u64>>,
}

struct Paced {
    pace: Pace,
    written: i64,
}

impl Shared {
    fn pace(&self) -> MutexGuard<'_, Paced> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's end of [`Shared`].
struct ThreadEnd(Arc<Shared>);

impl Surroundings for ThreadEnd {
    fn now(&self, stored: i64) -> i64 {
        let mono = self.0.clock.mono();
        let mut paced = self.0.pace();
        paced.pace = paced.pace.at_least(stored, mono);
        paced.pace.now()
    }

    fn bumped(&self, counters: &[(CacheId, u64)]) {
        if counters.is_empty() {
            return;
        }
        let mut removed = self
            .0
            .removed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for (id, counter) in counters {
            let known = removed.entry(*id).or_default();
            *known = (*known).max(*counter);
        }
    }
}

impl Db {
    /// Opens or makes the database, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is not ours ([`DbError::Foreign`]) or
    /// is of a newer version ([`DbError::TooNew`]); then it was not changed.
    pub fn open(config: &DbConfig, clock: Clock) -> Result<Self, DbError> {
        let path = &config.path;
        let open = |source| DbError::Open {
            path: path.clone(),
            source,
        };
        connect::create_private(path).map_err(|source| DbError::Create {
            path: path.clone(),
            source,
        })?;
        migrate::check_ours(path)?;
        let mut conn = connect::writer(path).map_err(open)?;
        migrate::migrate(&mut conn).map_err(|error| match error {
            DbError::Sqlite(source) => open(source),
            other => other,
        })?;
        let stored = conn
            .query_row("SELECT clock FROM store", [], |row| row.get(0))
            .map_err(open)?;
        let readers = Readers::open(path, config.readers).map_err(open)?;
        let counters = readers.read_one(crate::caches::read_counters)?;
        let shared = Arc::new(Shared {
            pace: Mutex::new(Paced {
                pace: Pace::start(stored, clock.mono()),
                written: stored,
            }),
            clock,
            removed: RwLock::new(counters.into_iter().collect()),
        });
        let writer = Writer::start(conn, ThreadEnd(shared.clone())).map_err(DbError::Thread)?;
        let inner = Inner {
            readers,
            writer,
            written: AtomicUsize::new(0),
            shared,
            tokens: Tokens::default(),
            credits: Credits::default(),
            broken: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The stored clock, in seconds: what every `_at` is in. It moves only by
    /// [`Db::tick`], and by what other processes have stored.
    pub fn now(&self) -> i64 {
        self.inner.shared.pace().pace.now()
    }

    /// Lets the stored clock advance; a running server calls this about once
    /// a second. One-shot commands do not, so they do not move it.
    ///
    /// # Errors
    /// When what it came to cannot be written (done every ten seconds).
    pub async fn tick(&self) -> Result<i64, DbError> {
        let (now, due) = {
            let clock = &self.inner.shared.clock;
            let (wall, mono) = (clock.wall(), clock.mono());
            let mut paced = self.inner.shared.pace();
            paced.pace = paced.pace.advance(wall, mono);
            let now = paced.pace.now();
            (now, now - paced.written >= CLOCK_WRITE_EVERY)
        };
        if !due {
            return Ok(now);
        }
        let written = self
            .write(1, |tx| {
                tx.execute("UPDATE store SET clock = max(clock, ?)", [tx.now])?;
                Ok(tx.now)
            })
            .await?;
        self.inner.shared.pace().written = written;
        Ok(self.now())
    }

    /// Copies the write-ahead log into the database if much was written since the
    /// last time; a running server calls this about once a second. Commits go on
    /// meanwhile, which they could not if the writer copied.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn checkpoint(&self) -> Result<(), DbError> {
        let written = &self.inner.written;
        if written.load(Ordering::Relaxed) < CHECKPOINT_ROWS {
            return Ok(());
        }
        written.store(0, Ordering::Relaxed);
        self.blocking(|inner| {
            inner.readers.read_one(|conn| {
                let sql = "PRAGMA wal_checkpoint(PASSIVE)";
                Ok(conn.query_row(sql, [], |_| Ok(()))?)
            })
        })
        .await
    }

    pub(crate) fn wall(&self) -> u64 {
        self.inner.shared.clock.wall()
    }

    /// Moves this process's clock up to what was stored.
    pub(crate) fn note_clock(&self, stored: i64) {
        let mono = self.inner.shared.clock.mono();
        let mut paced = self.inner.shared.pace();
        paced.pace = paced.pace.at_least(stored, mono);
    }

    pub(crate) fn known_removed(&self, cache_id: CacheId) -> u64 {
        let removed = &self.inner.shared.removed;
        let removed = removed.read().unwrap_or_else(PoisonError::into_inner);
        removed.get(&cache_id).copied().unwrap_or(0)
    }

    pub(crate) fn note_removed(&self, counters: &[(CacheId, u64)]) {
        ThreadEnd(self.inner.shared.clone()).bumped(counters);
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        rows: usize,
        change: impl FnOnce(&Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        self.inner.written.fetch_add(rows, Ordering::Relaxed);
        self.inner.writer.write(rows, change).await
    }

    /// See [`Tx::with_blob`].
    pub(crate) async fn write_blob<T: Send + 'static>(
        &self,
        rows: usize,
        blob: NewRecord,
        change: impl FnOnce(&Tx<'_>) -> Result<Verdict<T>, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        self.write(rows, move |tx| tx.with_blob(&blob, || change(tx)))
            .await?
    }

    /// A read that takes long enough to be worth another thread.
    pub(crate) async fn read_long<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Inner, &Connection) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        self.blocking(move |inner| inner.readers.read(|conn| read(inner, conn)))
            .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .map_err(|_| DbError::ReadGone)?
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Db")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_log_is_copied_when_much_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        let (clock, _) = Clock::manual(0);
        let db = Db::open(&DbConfig::new(&path), clock).unwrap();
        let size = || std::fs::metadata(&path).unwrap().len();
        let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 1000)
             INSERT INTO trash SELECT hex(randomblob(20)), n FROM n";
        let mut rows = Vec::new();
        for count in [1, CHECKPOINT_ROWS, 1] {
            db.write(count, move |tx| tx.execute(fill, []))
                .await
                .unwrap();
            let before = size();
            db.checkpoint().await.unwrap();
            rows.push(size() > before);
        }
        assert_eq!(rows, [false, true, false]);
    }
}
