//! The file, the clock, the identity, and several processes.

use std::time::Duration;

use cache_db::{Clock, Db, DbConfig, DbError, StoreIdentity};

use crate::assert_fails;
use crate::world::{GRACE, START, World, frames};

/// [R] The stored clock starts at wall time when the store is paired, and
/// never steps.
pub(crate) async fn a_machine_that_wakes_up_in_2038_expires_nothing(w: World) {
    assert_eq!(w.db.now(), START as i64);
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1])).await;
    w.hands.set_wall(2_145_916_800);
    w.pass(Duration::from_secs(60)).await;
    assert_eq!(w.db.now(), START as i64 + 120, "twice the pace, no step");
    assert!(w.sweep_chunks().await.is_empty());
    // Back to the right year: it goes on at the pace of the monotonic clock.
    w.hands.set_wall(START);
    w.pass(Duration::from_secs(60)).await;
    assert_eq!(w.db.now(), START as i64 + 180);
}

/// Starts and one-shot commands do not move the stored clock.
pub(crate) async fn only_a_server_that_ticks_moves_the_clock(w: World) {
    let cache = w.cache("main").await;
    w.pass(Duration::from_secs(1000)).await;
    let (one_shot, hands) = w.other_process();
    hands.advance(Duration::from_secs(500_000));
    let pack = w.pack_of(cache, 1, frames([1]));
    one_shot.commit_pack(pack).await.unwrap();
    assert_eq!(one_shot.now(), START as i64 + 1000);
    assert_eq!(w.db.tick().await.unwrap(), START as i64 + 1000);
}

/// Each process writes max(stored, its own): several run it no faster.
pub(crate) async fn several_servers_run_the_clock_no_faster(w: World) {
    let (other, hands) = w.other_process();
    for _ in 0..20 {
        w.pass(Duration::from_secs(15)).await;
        hands.advance(Duration::from_secs(15));
        other.tick().await.unwrap();
    }
    let (restarted, _) = w.other_process();
    for db in [&w.db, &other, &restarted] {
        assert_eq!(db.now(), START as i64 + 300);
    }
}

/// The database takes an identity once, and keeps it when it holds packs.
pub(crate) async fn a_database_with_packs_is_not_paired_anew(w: World) {
    let paired = StoreIdentity {
        store_id: "01STORE".to_owned(),
        generation: 1,
    };
    assert_eq!(w.db.store_identity().await.unwrap(), paired);
    w.pass(Duration::from_secs(20)).await;
    w.db.pair(&paired, "01OTHER", 4).await.unwrap();
    assert_eq!(
        w.db.now(),
        START as i64 + 20,
        "no second start of the clock"
    );
    let paired = w.db.store_identity().await.unwrap();
    assert_fails!(w.db.pair(&paired, "01OTHER", 3).await, DbError::Changed);
    assert!(!w.db.has_pack_rows().await.unwrap());
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1])).await;
    assert!(w.db.has_pack_rows().await.unwrap());
    assert_fails!(w.db.pair(&paired, "01OTHER", 5).await, DbError::Changed);
    assert_eq!(w.db.store_identity().await.unwrap().generation, 4);
}

/// [R] Commit order: whoever reads a mark sees all that is not newer.
pub(crate) async fn seq_order_is_commit_order_across_processes(w: World) {
    let cache = w.cache("main").await;
    let (other, _) = w.other_process();
    let writers: Vec<_> = (0..8_u32)
        .map(|writer| {
            let db = if writer % 2 == 0 { &w.db } else { &other }.clone();
            let packs: Vec<_> = (0..12)
                .map(|n| w.pack_of(cache, 1, frames([writer * 100 + n])))
                .collect();
            tokio::spawn(async move {
                for pack in packs {
                    db.commit_pack(pack).await.unwrap();
                }
            })
        })
        .collect();
    // A reader that extends by mark never misses a lease.
    let mut seen = (0, 0);
    while seen.1 < 96 {
        let snapshot = w.db.snapshot().await.unwrap();
        assert!(snapshot.mark >= seen.0);
        seen = (snapshot.mark, snapshot.leases.len());
        assert_eq!(snapshot.mark, snapshot.leases.len() as i64);
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(w.ids(cache, 1, &[0, 711]).await.len(), 2);
}

/// What was answered is there after a restart, also when nobody waited.
pub(crate) async fn committed_rows_survive_a_restart(w: World) {
    let cache = w.cache("main").await;
    let object = w.publish(cache, 1, 1, &[1]).await;
    w.pass(GRACE * 2).await;
    let (restarted, _) = w.other_process();
    let hash = object.path.hash();
    assert_eq!(restarted.object(cache, &hash).await.unwrap(), Some(object));
    assert_eq!(restarted.now(), w.db.now());
}

/// [R] A database with tables that are not ours is refused, and not touched.
#[test]
fn the_database_of_another_program_is_refused_before_any_migration() {
    let dir = tempfile::tempdir().unwrap();
    let tables = [
        "CREATE TABLE seaql_migrations (version TEXT)",
        "CREATE TABLE chunk (id)",
    ];
    for sql in tables {
        let path = dir.path().join(format!("{}.db", sql.len()));
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        let before = std::fs::read(&path).unwrap();
        let (clock, _) = Clock::manual(START);
        let opened = Db::open(&DbConfig::new(&path), clock);
        assert_fails!(opened.map(drop), DbError::Foreign { .. });
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(names.len(), 2, "no journal, no log");
}

/// Ours with a table of another program in it, or of a newer version.
#[tokio::test]
async fn a_mixed_or_newer_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let open = || Db::open(&DbConfig::new(&path), Clock::manual(START).0).map(drop);
    open().unwrap();
    open().unwrap();
    let change = |sql| {
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch(sql)
            .unwrap()
    };
    change("CREATE TABLE chunkref (id)");
    assert_fails!(open(), DbError::Foreign { table, .. } if table == "chunkref");
    change("DROP TABLE chunkref; INSERT INTO garret_schema VALUES (99)");
    assert_fails!(
        open(),
        DbError::TooNew {
            found: 99,
            known: 2
        }
    );
    let nowhere = DbConfig::new(dir.path().join("no/such/folder"));
    let opened = Db::open(&nowhere, Clock::manual(START).0);
    assert_fails!(opened.map(drop), DbError::Create { .. });
}
