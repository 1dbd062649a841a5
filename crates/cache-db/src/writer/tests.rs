use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::{connect, migrate};

/// Notes counters, and holds the clock at 1000.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<(CacheId, u64)>>>);

impl Surroundings for Notes {
    fn now(&self, stored: i64) -> i64 {
        stored.max(1000)
    }

    fn bumped(&self, counters: &[(CacheId, u64)]) {
        self.0.lock().unwrap().extend_from_slice(counters);
    }
}

struct Fixture {
    dir: tempfile::TempDir,
    notes: Notes,
}

impl Fixture {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            notes: Notes::default(),
        }
    }

    fn conn(&self) -> Connection {
        let path = self.dir.path().join("db");
        connect::create_private(&path).unwrap();
        let mut conn = connect::writer(&path).unwrap();
        migrate::migrate(&mut conn).unwrap();
        conn
    }

    fn start(&self, conn: Connection) -> Arc<Writer> {
        Arc::new(Writer::start(conn, self.notes.clone()).unwrap())
    }

    fn trash(&self) -> Vec<String> {
        let conn = self.conn();
        let mut select = conn.prepare("SELECT key FROM trash ORDER BY key").unwrap();
        let keys = select.query_map([], |row| row.get(0)).unwrap();
        keys.collect::<Result<_, _>>().unwrap()
    }
}

fn insert(tx: &Tx<'_>, key: &str) -> Result<(), DbError> {
    tx.execute("INSERT INTO trash VALUES (?, 0)", [key])?;
    Ok(())
}

type AnyChange = Box<dyn FnOnce(&Tx<'_>) -> Result<(), DbError> + Send>;

/// Runs changes so that all but the first wait, and so share a transaction.
async fn together(writer: &Arc<Writer>, changes: Vec<AnyChange>) -> Vec<Result<(), DbError>> {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (started, running) = oneshot::channel::<()>();
    let gate = writer.clone();
    let gate = tokio::spawn(async move {
        let hold = move |_: &Tx<'_>| {
            let _ = started.send(());
            let _ = wait.recv();
            Ok(())
        };
        gate.write(1, hold).await
    });
    running.await.unwrap();
    let waiting: Vec<_> = changes
        .into_iter()
        .map(|change| {
            let writer = writer.clone();
            tokio::spawn(async move { writer.write(1, change).await })
        })
        .collect();
    tokio::task::yield_now().await;
    go.send(()).unwrap();
    gate.await.unwrap().unwrap();
    let mut results = Vec::new();
    for change in waiting {
        results.push(change.await.unwrap());
    }
    results
}

#[tokio::test]
async fn a_change_that_fails_or_panics_takes_no_other_with_it() {
    let fixture = Fixture::new();
    let writer = fixture.start(fixture.conn());
    let results = together(
        &writer,
        vec![
            Box::new(|tx| insert(tx, "a")),
            Box::new(|tx| {
                insert(tx, "b")?;
                Err(DbError::Changed)
            }),
            Box::new(|tx| {
                insert(tx, "c")?;
                panic!("on purpose")
            }),
            Box::new(|tx| insert(tx, "a")),
            Box::new(|tx| insert(tx, "d")),
        ],
    )
    .await;
    let answers: Vec<_> = results
        .iter()
        .map(|result| match result {
            Ok(()) => "ok",
            Err(DbError::Changed) => "changed",
            Err(DbError::WriterGone) => "panicked",
            Err(DbError::Sqlite(_)) => "sqlite",
            Err(_) => "other",
        })
        .collect();
    assert_eq!(answers, ["ok", "changed", "panicked", "sqlite", "ok"]);
    assert_eq!(fixture.trash(), ["a", "d"]);
}

#[tokio::test]
async fn a_change_happens_even_when_nobody_waits_for_it() {
    let fixture = Fixture::new();
    let writer = fixture.start(fixture.conn());
    let first = writer.write(1, |tx| insert(tx, "a"));
    // Polled once, so that it is in the queue, then dropped.
    let _ = tokio::time::timeout(Duration::ZERO, first).await;
    writer.write(1, |tx| insert(tx, "b")).await.unwrap();
    assert_eq!(fixture.trash(), ["a", "b"]);
}

#[tokio::test]
async fn counters_of_what_was_undone_are_not_told() {
    let fixture = Fixture::new();
    let conn = fixture.conn();
    conn.execute_batch(
        "INSERT INTO cache (uid, name, is_public, store_dir, priority, upstream_keys, created_at)
         VALUES ('u', 'n', 0, '', 0, '[]', 0)",
    )
    .unwrap();
    let writer = fixture.start(conn);
    let undone = writer.write(1, |tx| {
        tx.bump_removed(CacheId(1))?;
        Err::<(), _>(DbError::Changed)
    });
    assert!(undone.await.is_err());
    assert!(fixture.notes.0.lock().unwrap().is_empty());
    let kept = writer.write(1, |tx| tx.bump_removed(CacheId(1)));
    kept.await.unwrap();
    assert_eq!(*fixture.notes.0.lock().unwrap(), [(CacheId(1), 1)]);
}

#[tokio::test]
async fn a_full_disk_fails_the_change_and_the_writer_goes_on() {
    let fixture = Fixture::new();
    let conn = fixture.conn();
    let pages: i64 = conn
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    conn.pragma_update(None, "max_page_count", pages + 4)
        .unwrap();
    let writer = fixture.start(conn);
    let results = together(
        &writer,
        vec![
            Box::new(|tx| insert(tx, "before")),
            Box::new(|tx| insert(tx, &"x".repeat(1 << 20))),
            Box::new(|tx| insert(tx, "after")),
        ],
    )
    .await;
    assert!(results[1].is_err());
    // Whether SQLite gave up the whole transaction or not: what was answered
    // as done is done, and nothing else is.
    let done: Vec<&str> = ["after", "before"]
        .into_iter()
        .zip([&results[2], &results[0]])
        .filter(|(_, result)| result.is_ok())
        .map(|(key, _)| key)
        .collect();
    assert_eq!(fixture.trash(), done);
    assert!(results[2].is_ok());
    writer.write(1, |tx| insert(tx, "z")).await.unwrap();
    assert_eq!(fixture.trash().last().unwrap(), "z");
}

#[tokio::test]
async fn a_transaction_that_sqlite_rolled_back_is_answered_as_not_committed() {
    let fixture = Fixture::new();
    let writer = fixture.start(fixture.conn());
    let results = together(
        &writer,
        vec![
            Box::new(|tx| insert(tx, "a")),
            // What SQLite does by itself when it runs out of disk or memory.
            Box::new(|tx| Ok(tx.conn().execute_batch("ROLLBACK")?)),
            Box::new(|tx| insert(tx, "b")),
        ],
    )
    .await;
    assert!(matches!(results[0], Err(DbError::NotCommitted(_))));
    assert!(matches!(results[1], Err(DbError::NotCommitted(_))));
    assert!(
        results[2].is_ok(),
        "it had not run and got its own transaction"
    );
    assert_eq!(fixture.trash(), ["b"]);
}

#[tokio::test]
async fn seq_and_clock_never_fall() {
    let fixture = Fixture::new();
    let writer = fixture.start(fixture.conn());
    let draw = || writer.write(1, |tx| tx.next_seq());
    let drawn = [draw().await.unwrap(), draw().await.unwrap()];
    assert_eq!(drawn, [1, 2]);
    let undone = writer.write(1, |tx| {
        tx.next_seq()?;
        Err::<(), _>(DbError::Changed)
    });
    assert!(undone.await.is_err());
    assert_eq!(draw().await.unwrap(), 3, "what was undone was never seen");
    let clock: i64 = fixture
        .conn()
        .query_row("SELECT clock FROM store", [], |row| row.get(0))
        .unwrap();
    assert_eq!(clock, 1000);
}

/// A change that failed and cannot be undone alone is undone with its group.
#[tokio::test]
async fn what_a_failed_change_wrote_is_never_committed() {
    let fixture = Fixture::new();
    let writer = fixture.start(fixture.conn());
    let results = together(
        &writer,
        vec![Box::new(|tx| {
            insert(tx, "half")?;
            tx.conn().execute_batch("RELEASE job")?;
            Err(DbError::Changed)
        })],
    )
    .await;
    assert!(matches!(results[0], Err(DbError::Changed)));
    writer.write(1, |tx| insert(tx, "next")).await.unwrap();
    assert_eq!(fixture.trash(), ["next"]);
}

#[tokio::test]
async fn a_process_that_runs_on_after_a_migration_by_another_writes_no_more() {
    let fixture = Fixture::new();
    let writer = fixture.start(fixture.conn());
    writer.write(1, |tx| insert(tx, "before")).await.unwrap();
    let sql = "INSERT INTO garret_schema (version) VALUES (?)";
    fixture.conn().execute(sql, [VERSION + 1]).unwrap();
    for _ in 0..2 {
        let refused = writer.write(1, |tx| insert(tx, "after")).await;
        assert!(
            matches!(refused, Err(DbError::TooNew { found, known })
                if (found, known) == (VERSION + 1, VERSION)),
            "{refused:?}"
        );
    }
    assert_eq!(fixture.trash(), ["before"]);
}

#[tokio::test]
async fn a_database_that_is_closed_leaves_no_log_and_what_waited_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let (clock, _) = crate::Clock::manual(0);
    let db = crate::Db::open(&crate::DbConfig::new(&path), clock).unwrap();
    let mut change = Box::pin(db.write(1, |tx| insert(tx, "last")));
    tokio::select! {
        biased;
        _ = &mut change => {}
        () = async {} => {}
    }
    drop(change);
    drop(db);
    let files = std::fs::read_dir(dir.path()).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["db"]);
    let conn = Connection::open(&path).unwrap();
    let key: String = conn
        .query_row("SELECT key FROM trash", [], |row| row.get(0))
        .unwrap();
    assert_eq!(key, "last");
}
