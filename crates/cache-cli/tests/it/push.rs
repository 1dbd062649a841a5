//! Whole pushes of real store paths to a server that checks what it gets.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use cache_api::CacheName;
use cache_cli::api::Api;
use cache_cli::progress::{Recorded, Silent};
use cache_cli::push::{PushOptions, Report, push};
use cache_cli::{CliError, ErrorKind, Secret};
use nar_format::{NarHash, StorePath};

use crate::fake::{Fake, Fault};
use crate::store::{Store, closure, dumped, noise};

fn api(fake: &Fake) -> Api {
    Api::new(
        fake.url.parse().expect("a URL"),
        Some(&Secret::new("token")),
    )
    .expect("a client")
}

async fn try_push(
    fake: &Fake,
    store: &Store,
    roots: &[&StorePath],
    options: &PushOptions,
) -> Result<Report, CliError> {
    let cache: CacheName = "main".parse().expect("a name");
    let roots: Vec<StorePath> = roots.iter().map(|&root| root.clone()).collect();
    push(
        &api(fake),
        &cache,
        &store.local,
        &roots,
        options,
        Arc::new(Silent),
    )
    .await
}

async fn pushed(fake: &Fake, store: &Store, roots: &[&StorePath]) -> Report {
    let report = try_push(fake, store, roots, &PushOptions::default())
        .await
        .expect("pushed");
    let failed: HashMap<_, _> = report
        .tally
        .failed
        .iter()
        .map(|failure| (&failure.path, failure.error.one_line()))
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closure_is_sent_whole_and_shared_chunks_once() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    let report = pushed(&fake, &store, &[&paths[2]]).await;
    assert_eq!(
        (report.tally.paths, report.present, report.upstream),
        (3, 0, 0)
    );
    for path in &paths {
        let nar = dumped(&store.local.real_path(path));
        let got = fake
            .lock()
            .paths
            .get(&path.absolute(store.local.store_dir()))
            .cloned();
        assert!(got.as_deref() == Some(&nar[..]), "{path} differs");
    }
    let inner = fake.lock();
    assert_eq!(report.tally.sent_bytes, inner.pack_bytes);
    assert!(
        inner.pack_bytes < 9_900_000,
        "the shared file went twice: {}",
        inner.pack_bytes
    );
    assert!(
        report.tally.known_bytes >= 650_000,
        "{}",
        report.tally.known_bytes
    );
    assert_eq!(report.requests, inner.requests.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn pushing_again_is_one_request() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    pushed(&fake, &store, &[&paths[2]]).await;
    fake.forget_requests();
    let report = pushed(&fake, &store, &[&paths[2]]).await;
    assert_eq!(
        (report.tally.paths, report.present, report.tally.sent_bytes),
        (0, 3, 0)
    );
    assert_eq!(
        fake.lock().requests,
        ["POST /_api/v2/caches/main/paths/missing"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn known_chunks_are_not_sent_again_for_another_path() {
    let (fake, store) = (Fake::start().await, Store::new());
    let content = noise(7, 3_000_000);
    let old = store.add('a', &[("file", content.clone())], &[]);
    pushed(&fake, &store, &[&old]).await;
    let before = fake.lock().pack_bytes;
    let rebuilt = store.add('b', &[("file", content), ("new", b"changed".to_vec())], &[]);
    let report = pushed(&fake, &store, &[&rebuilt]).await;
    assert_eq!(report.tally.paths, 1);
    let sent = fake.lock().pack_bytes - before;
    assert!(
        sent < 3_000_000 / 25,
        "{sent} bytes for a file that is known"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_closure_only_the_named_path_goes() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    let options = PushOptions {
        closure: false,
        ..PushOptions::default()
    };
    let report = try_push(&fake, &store, &[&paths[2]], &options)
        .await
        .expect("pushed");
    assert_eq!((report.tally.paths, fake.lock().paths.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sends_nothing() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    let options = PushOptions {
        dry_run: true,
        ..PushOptions::default()
    };
    let report = try_push(&fake, &store, &[&paths[2]], &options)
        .await
        .expect("planned");
    assert_eq!((report.planned.len(), report.tally.paths), (3, 0));
    assert_eq!(fake.lock().requests.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_upstream_signed_is_left_out_and_counted() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    let sig = format!("up-1:{}", "A".repeat(86) + "==");
    store.sign(&paths[1], &sig);
    fake.lock().upstream_keys = vec!["up-1".to_owned()];
    let report = pushed(&fake, &store, &[&paths[2]]).await;
    assert_eq!((report.tally.paths, report.upstream), (2, 1));
    let before = fake.lock().requests.len();
    let report = pushed(&fake, &store, &[&paths[2]]).await;
    assert_eq!((report.tally.paths, report.upstream), (0, 1));
    assert_eq!(fake.lock().requests.len() - before, 1);
    let options = PushOptions {
        all: true,
        ..PushOptions::default()
    };
    let report = try_push(&fake, &store, &[&paths[2]], &options)
        .await
        .expect("pushed");
    assert_eq!(
        (report.tally.paths, report.present, report.upstream),
        (1, 2, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_before_an_end_is_not_sent_again() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    fake.fail(
        "main/paths",
        Fault::Status(403, r#"{"code":"forbidden","message":"no"}"#),
        9,
    );
    let error = try_push(&fake, &store, &[&paths[2]], &PushOptions::default())
        .await
        .expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Access);
    fake.lock().faults.clear();
    let report = pushed(&fake, &store, &[&paths[2]]).await;
    assert_eq!(report.tally.paths, 3);
    let total: usize = fake.lock().chunks.values().map(Vec::len).sum();
    let packs = fake.lock().pack_bytes;
    assert!(
        packs < total as u64 + 100_000,
        "{packs} bytes sent for {total} bytes of chunks"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_on_the_way_are_got_over() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    for route in ["/paths/missing", "/chunks/missing", "/packs", "main/paths"] {
        fake.fail(route, Fault::Status(503, ""), 1);
        fake.fail(route, Fault::Status(502, "<html>"), 1);
        fake.fail(route, Fault::Half, 1);
    }
    fake.fail("main/paths", Fault::Cut, 1);
    let report = pushed(&fake, &store, &[&paths[2]]).await;
    assert_eq!(report.tally.paths, 3);
    assert!(fake.lock().faults.is_empty(), "every fault was met");
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_that_the_server_lost_are_sent_again() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    fake.lock().lose = 3;
    let report = pushed(&fake, &store, &[&paths[2]]).await;
    assert_eq!(report.tally.paths, 3);
    assert_eq!(fake.lock().lose, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_loses_for_ever_fails_the_path_in_the_end() {
    let (fake, store) = (Fake::start().await, Store::new());
    let path = store.add('a', &[("file", noise(1, 1000))], &[]);
    fake.lock().lose = 1000;
    let report = try_push(&fake, &store, &[&path], &PushOptions::default())
        .await
        .expect("a report");
    assert_eq!((report.tally.paths, report.tally.failed.len()), (0, 1));
    assert!(fake.count("main/paths") < 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_path_does_not_stop_the_others() {
    let (fake, store) = (Fake::start().await, Store::new());
    let paths = closure(&store);
    let gone = store.add('d', &[("x", noise(9, 50))], &[]);
    fs::remove_dir_all(store.local.real_path(&gone)).expect("removed");
    let changed = store.add('f', &[("x", noise(10, 50))], &[]);
    fs::write(store.local.real_path(&changed).join("x"), noise(11, 50)).expect("changed in place");
    let grown = store.add('g', &[("x", noise(12, 50))], &[]);
    fs::write(store.local.real_path(&grown).join("x"), noise(12, 5000)).expect("grown");
    let roots = [&paths[2], &gone, &changed, &grown];
    let recorded = Arc::new(Recorded::default());
    let cache: CacheName = "main".parse().expect("a name");
    let roots: Vec<StorePath> = roots.into_iter().cloned().collect();
    let report = push(
        &api(&fake),
        &cache,
        &store.local,
        &roots,
        &PushOptions::default(),
        recorded.clone(),
    )
    .await;
    let report = report.expect("a report");
    assert_eq!(report.tally.paths, 3);
    let failed: HashMap<String, String> = report
        .tally
        .failed
        .iter()
        .map(|failure| (failure.path.name().to_owned(), failure.error.one_line()))
        .collect();
    assert_eq!(failed.len(), 3, "{failed:?}");
    assert!(failed["d"].contains("cannot read"), "{failed:?}");
    assert!(failed["f"].contains("another hash"), "{failed:?}");
    assert!(failed["g"].contains("not as Nix recorded it"), "{failed:?}");
    assert_eq!(
        recorded
            .events()
            .iter()
            .filter(|event| event.starts_with("Failed"))
            .count(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_the_server_are_kept_with_little_memory() {
    let (fake, store) = (Fake::start().await, Store::new());
    {
        let mut inner = fake.lock();
        inner.limits.max_pack_bytes = 1 << 20;
        inner.limits.max_pack_frames = 7;
        inner.limits.max_query_digests = 5;
    }
    let mut roots = Vec::new();
    for (at, letter) in ['a', 'b', 'c', 'd', 'f'].into_iter().enumerate() {
        let seed = at as u64 + 1;
        roots.push(store.add(
            letter,
            &[("x", noise(seed, 9 << 20)), ("y", noise(seed + 50, 40_000))],
            &[],
        ));
    }
    // Less than one window, and than the open packs together: only giving back in time helps.
    let options = PushOptions {
        memory: 2 << 20,
        readers: 4,
        ..PushOptions::default()
    };
    let roots: Vec<&StorePath> = roots.iter().collect();
    let pushing = try_push(&fake, &store, &roots, &options);
    let report = tokio::time::timeout(Duration::from_secs(120), pushing)
        .await
        .expect("no standstill")
        .expect("pushed");
    assert_eq!(report.tally.paths, 5);
    assert!(fake.lock().packs.iter().all(|&frames| frames <= 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_tiny_paths_are_few_requests() {
    let (fake, store) = (Fake::start().await, Store::new());
    store.database.execute_batch("BEGIN").expect("begun");
    let letters = "0123456789abcdfghijklmnpqrsvwxyz";
    let mut roots = Vec::new();
    for (at, first) in letters.chars().enumerate() {
        for (by, second) in letters.chars().enumerate() {
            let base = format!("{}-p", format!("{first}{second}").repeat(16));
            let path = StorePath::from_base_name(&base).expect("valid");
            let real = store.local.real_path(&path);
            fs::write(&real, noise((at * 32 + by) as u64 + 1, 200)).expect("file");
            let nar = dumped(&real);
            let sql = "INSERT INTO ValidPaths (path, hash, registrationTime, narSize) VALUES (?1, ?2, 0, ?3)";
            let hash = format!("sha256:{}", NarHash::of(&nar).to_hex());
            store
                .database
                .execute(
                    sql,
                    (
                        path.absolute(store.local.store_dir()),
                        hash,
                        nar.len() as i64,
                    ),
                )
                .expect("row");
            roots.push(path);
        }
    }
    store.database.execute_batch("COMMIT").expect("committed");
    let roots: Vec<&StorePath> = roots.iter().collect();
    let report = pushed(&fake, &store, &roots).await;
    assert_eq!(report.tally.paths, 1024);
    assert!(report.requests <= 8, "{:?}", fake.lock().requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_another_kind_is_refused_before_anything_is_sent() {
    let (fake, store) = (Fake::start().await, Store::new());
    let path = store.add('a', &[("x", vec![1])], &[]);
    fake.fail(
        "/paths/missing",
        Fault::Status(200, r#"{"missing":[],"server":{"name":"garret","version":"9","api":2,"chunker":7,"compression_level":3}}"#),
        1,
    );
    let error = try_push(&fake, &store, &[&path], &PushOptions::default())
        .await
        .expect_err("refused");
    assert!(
        error.to_string().contains("cuts chunks by version 7"),
        "{error}"
    );
    assert_eq!(fake.lock().requests.len(), 1);
}
