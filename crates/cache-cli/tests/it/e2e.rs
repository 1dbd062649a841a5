//! Whole pushes to the real server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cache_api::{CacheName, CreateCache};
use cache_cli::progress::{Event, Progress, Silent};
use cache_cli::push::{PushOptions, Report, push};
use nar_format::narinfo::NarInfo;
use nar_format::{NarHash, StoreDir, StorePath};
use tokio::sync::Notify;

use crate::server::Server;
use crate::store::{Store, closure, dumped, noise};

fn main_cache() -> CacheName {
    "main".parse().expect("a name")
}

async fn server() -> Server {
    let server = Server::start().await;
    server
        .api
        .create_cache(&main_cache(), &CreateCache::default())
        .await
        .expect("a cache");
    server
}

async fn pushed(server: &Server, store: &Store, root: &StorePath) -> Report {
    let roots = [root.clone()];
    let options = PushOptions::default();
    let report = push(
        &server.api,
        &main_cache(),
        &store.local,
        &roots,
        &options,
        Arc::new(Silent),
    )
    .await;
    let report = report.expect("pushed");
    let failed: Vec<String> = report
        .tally
        .failed
        .iter()
        .map(|failure| failure.error.one_line())
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    report
}

/// The narinfo as Nix would see it.
async fn narinfo(server: &Server, path: &StorePath) -> Option<NarInfo> {
    let text = server
        .api
        .get(&format!("main/{}.narinfo", path.hash()))
        .await
        .expect("200 or 404")?;
    let text = String::from_utf8(text.to_vec()).expect("text");
    Some(NarInfo::parse(&text, &StoreDir::default()).expect("a narinfo"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pushed_is_served_and_pushing_again_is_one_request() {
    let (server, store) = (server().await, Store::new());
    let paths = closure(&store);
    let report = pushed(&server, &store, &paths[2]).await;
    assert_eq!(report.tally.paths, 3);
    for path in &paths {
        let info = narinfo(&server, path).await.expect("it is there");
        let nar = dumped(&store.local.real_path(path));
        assert_eq!(
            (info.nar_hash, info.nar_size),
            (NarHash::of(&nar), nar.len() as u64)
        );
        assert!(!info.sigs.is_empty(), "signed");
        let body = server
            .api
            .get(&format!("main/{}", info.url))
            .await
            .expect("served")
            .expect("there");
        assert_eq!(Some(body.len() as u64), info.file_size);
    }
    let again = pushed(&server, &store, &paths[2]).await;
    assert_eq!(
        (again.requests, again.present, again.tally.sent_bytes),
        (1, 3, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_sends_little() {
    let (server, store) = (server().await, Store::new());
    let content = noise(5, 6_000_000);
    let old = store.add('a', &[("file", content.clone())], &[]);
    pushed(&server, &store, &old).await;
    let new = store.add(
        'b',
        &[("file", content), ("other", b"rebuilt".to_vec())],
        &[],
    );
    let report = pushed(&server, &store, &new).await;
    assert!(
        report.tally.sent_bytes < report.tally.nar_bytes / 25,
        "{:?}",
        report.tally
    );
}

/// Tells when the first pack has arrived, and counts what was sent.
#[derive(Default)]
struct FirstPack {
    sent: AtomicU64,
    arrived: Notify,
}

impl Progress for FirstPack {
    fn event(&self, event: &Event<'_>) {
        if let Event::Sent(bytes) = event {
            self.sent.fetch_add(*bytes, Ordering::Relaxed);
            self.arrived.notify_one();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_was_cut_off_goes_on_where_it_was() {
    let (server, store) = (server().await, Store::new());
    let size = 60 << 20;
    let path = store.add('a', &[("file", noise(6, size))], &[]);
    let first = Arc::new(FirstPack::default());
    {
        let (roots, options, cache) = ([path.clone()], PushOptions::default(), main_cache());
        let running = push(
            &server.api,
            &cache,
            &store.local,
            &roots,
            &options,
            first.clone(),
        );
        // Dropping the push is as good as killing the client.
        tokio::select! {
            result = running => panic!("it ended before the first pack was told: {result:?}"),
            () = first.arrived.notified() => {}
        }
    }
    let before = first.sent.load(Ordering::Relaxed);
    let report = pushed(&server, &store, &path).await;
    assert!(before > 1 << 20, "{before} bytes were sent at first");
    assert!(
        report.tally.sent_bytes + before <= size as u64 + (1 << 20),
        "{} and {before}",
        report.tally.sent_bytes
    );
    assert_eq!(report.tally.paths, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_packs_are_healed_by_the_next_push() {
    let (server, store) = (server().await, Store::new());
    let content = noise(8, 3_000_000);
    let old = store.add('a', &[("file", content.clone())], &[]);
    pushed(&server, &store, &old).await;
    for pack in server.packs() {
        std::fs::remove_file(pack).expect("removed");
    }
    let new = store.add(
        'b',
        &[("file", content), ("other", b"rebuilt".to_vec())],
        &[],
    );
    let report = pushed(&server, &store, &new).await;
    assert_eq!(report.tally.paths, 1);
    let info = narinfo(&server, &new).await.expect("published");
    let body = server
        .api
        .get(&format!("main/{}", info.url))
        .await
        .expect("served")
        .expect("there");
    assert_eq!(Some(body.len() as u64), info.file_size, "whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_publish_wins_until_it_is_replaced() {
    let (server, store) = (server().await, Store::new());
    let path = store.add('a', &[("file", noise(1, 1000))], &[]);
    pushed(&server, &store, &path).await;
    let other = Store::new();
    let same_name = other.add('a', &[("file", noise(2, 1000))], &[]);
    assert_eq!(path, same_name);
    assert_eq!(
        pushed(&server, &other, &path).await.present,
        1,
        "it is there, as far as names go"
    );
    let replace = PushOptions {
        replace: true,
        ..PushOptions::default()
    };
    let roots = [path.clone()];
    let report = push(
        &server.api,
        &main_cache(),
        &other.local,
        &roots,
        &replace,
        Arc::new(Silent),
    )
    .await;
    assert_eq!(report.expect("replaced").tally.paths, 1);
    let nar = dumped(&other.local.real_path(&path));
    assert_eq!(
        narinfo(&server, &path).await.map(|info| info.nar_hash),
        Some(NarHash::of(&nar))
    );
}
