//! One thread writes, in groups.
//!
//! Changes that wait while a transaction is being committed share the next
//! one: each runs in a savepoint of its own, then there is one `COMMIT`, and
//! only after it are they answered. So a change that was answered is on disk,
//! and a disk that syncs slowly costs latency and not throughput.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, ffi};
use tokio::sync::{mpsc, oneshot};

use crate::migrate::VERSION;
use crate::tx::Tx;
use crate::{CacheId, DbError};

/// Changes that may wait for the writer; more wait to be let in.
const QUEUE: usize = 256;
/// Changes in one transaction.
const GROUP: usize = 64;
/// Rows that the changes of one transaction may come to, so that the first
/// of a group does not wait for seconds of others.
const GROUP_ROWS: usize = 16_384;

/// What is looked at where a transaction begins: the stored clock and the
/// version of the schema.
const BEGINNING: &str = "SELECT clock, (SELECT max(version) FROM garret_schema) FROM store";

/// What the thread needs from its surroundings.
pub(crate) trait Surroundings: Send + 'static {
    /// The stored clock, given what is stored.
    fn now(&self, stored: i64) -> i64;
    /// These caches have new `removed` counters, and readers see it.
    fn bumped(&self, counters: &[(CacheId, u64)]);
}

/// Hands changes to the thread. Dropping it waits until the thread has made
/// those that wait and closed its connection: SQLite puts away its log where
/// the last one of a process is closed, and not where the process just ends.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        // A change may hold the last handle, and is dropped by the thread itself.
        let thread = self.thread.take();
        let thread = thread.filter(|thread| thread.thread().id() != thread::current().id());
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(conn: Connection, around: impl Surroundings) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("cache-db writer".into())
            .spawn(move || run(&conn, jobs, &around))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Makes one change, all or nothing. It happens even when the caller stops
    /// waiting. `rows` = about how many rows it touches.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        rows: usize,
        change: impl FnOnce(&Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Change {
            rows,
            change: Some(change),
            result: None,
            answer,
        });
        let queue = self.queue.as_ref().ok_or(DbError::WriterGone)?;
        queue.send(job).await.map_err(|_| DbError::WriterGone)?;
        answered.await.map_err(|_| DbError::WriterGone)?
    }
}

trait Job: Send {
    fn rows(&self) -> usize;
    /// Runs the change; whether it shall be kept.
    fn run(&mut self, tx: &Tx<'_>) -> bool;
    /// Answers it.
    fn finish(self: Box<Self>, committed: Result<(), NotCommitted>);
}

struct Change<F, T> {
    rows: usize,
    change: Option<F>,
    result: Option<Result<T, DbError>>,
    answer: oneshot::Sender<Result<T, DbError>>,
}

impl<T: Send, F: FnOnce(&Tx<'_>) -> Result<T, DbError> + Send> Job for Change<F, T> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn run(&mut self, tx: &Tx<'_>) -> bool {
        if let Some(change) = self.change.take() {
            let caught = catch_unwind(AssertUnwindSafe(|| change(tx)));
            self.result = Some(caught.unwrap_or(Err(DbError::WriterGone)));
        }
        matches!(self.result, Some(Ok(_)))
    }

    fn finish(self: Box<Self>, committed: Result<(), NotCommitted>) {
        let result = match (self.result, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(DbError::WriterGone),
        };
        // Nobody waits any more: the change stands all the same.
        let _ = self.answer.send(result);
    }
}

fn run(conn: &Connection, mut jobs: mpsc::Receiver<Box<dyn Job>>, around: &impl Surroundings) {
    while let Some(first) = jobs.blocking_recv() {
        let mut rows = first.rows();
        let mut group = vec![first];
        while group.len() < GROUP && rows < GROUP_ROWS {
            let Ok(job) = jobs.try_recv() else { break };
            rows += job.rows();
            group.push(job);
        }
        while !group.is_empty() {
            group = commit_group(conn, group, around);
        }
    }
}

/// Runs and commits a group. Answers what it could not get to because SQLite
/// gave up the whole transaction.
fn commit_group(
    conn: &Connection,
    mut group: Vec<Box<dyn Job>>,
    around: &impl Surroundings,
) -> Vec<Box<dyn Job>> {
    let mut counters = Vec::new();
    let (ran, committed) = match begin(conn, around) {
        Err(error) => (group.len(), Err(error)),
        Ok(now) => {
            let ran = run_group(conn, now, &mut group, &mut counters);
            (ran, commit(conn))
        }
    };
    let rest = group.split_off(ran);
    if let Err(error) = &committed {
        tracing::warn!(%error, changes = ran, "a group of changes was not committed");
    }
    if committed.is_ok() {
        around.bumped(&counters);
    }
    for job in group {
        job.finish(committed.clone());
    }
    rest
}

/// Why nothing of a group was kept.
#[derive(Clone, Debug, thiserror::Error)]
enum NotCommitted {
    #[error(transparent)]
    Sqlite(#[from] Arc<rusqlite::Error>),
    #[error("another process brought the schema to version {0}")]
    Migrated(u32),
}

impl From<rusqlite::Error> for NotCommitted {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl From<NotCommitted> for DbError {
    fn from(error: NotCommitted) -> Self {
        match error {
            NotCommitted::Sqlite(error) => Self::NotCommitted(error),
            NotCommitted::Migrated(found) => Self::TooNew {
                found,
                known: VERSION,
            },
        }
    }
}

/// Another process may have brought the schema to a version that this one does
/// not know while it ran on: it must not write by the rules of the old one.
fn begin(conn: &Connection, around: &impl Surroundings) -> Result<i64, NotCommitted> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let stored = conn.prepare_cached(BEGINNING).and_then(|mut stored| {
        stored.query_row([], |row| Ok((row.get(0)?, row.get::<_, u32>(1)?)))
    });
    let now = match stored {
        Ok((stored, VERSION)) => Ok(around.now(stored)),
        Ok((_, found)) => Err(NotCommitted::Migrated(found)),
        Err(error) => Err(error.into()),
    };
    now.inspect_err(|_| {
        let _ = conn.execute_batch("ROLLBACK");
    })
}

/// Runs each job in a savepoint. Returns how many ran: all, unless SQLite
/// rolled back the whole transaction (as it may when the disk is full).
fn run_group(
    conn: &Connection,
    now: i64,
    group: &mut [Box<dyn Job>],
    counters: &mut Vec<(CacheId, u64)>,
) -> usize {
    for (index, job) in group.iter_mut().enumerate() {
        let tx = Tx::new(conn, now);
        // When even this fails the job has not run, and is answered so.
        if conn.execute_batch("SAVEPOINT job").is_ok() {
            let end = if job.run(&tx) {
                counters.extend(tx.into_bumped());
                "RELEASE job"
            } else {
                "ROLLBACK TO job; RELEASE job"
            };
            if conn.execute_batch(end).is_err() {
                // What a failed change wrote cannot be told apart any more.
                let _ = conn.execute_batch("ROLLBACK");
            }
        }
        if conn.is_autocommit() {
            return index + 1;
        }
    }
    group.len()
}

fn commit(conn: &Connection) -> Result<(), NotCommitted> {
    if conn.is_autocommit() {
        let code = ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK);
        let text = "a change in the same transaction made SQLite roll it back";
        return Err(rusqlite::Error::SqliteFailure(code, Some(text.to_owned())).into());
    }
    let committed = conn.execute_batch("COMMIT");
    if committed.is_err() && !conn.is_autocommit() {
        let _ = conn.execute_batch("ROLLBACK");
    }
    Ok(committed?)
}

#[cfg(test)]
mod tests;
