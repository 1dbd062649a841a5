//! Small runs of a real engine whose file operations are written down.

use std::{fs, path::PathBuf};

use bytes::Bytes;
use cache_api::PublishStatus;
use cache_server::engine::Caller;
use futures_util::{StreamExt, TryStreamExt, stream};
use tempfile::TempDir;

use crate::{
    crash_marks::{BASE, BROKEN, NONE, package},
    crash_trace::{Op, parse},
    engine_damage::{damage, notice},
    engine_support::{Package, Rig, START, files_below, pieces},
    shim::{self, mark},
};

/// The folder of a run, below the root that the shim watches.
pub(crate) const RUN: &str = "run";
/// Where its blobs are: two folders deep, and none of them there before.
pub(crate) const STORE: &str = "disk/garret/blobs";
pub(crate) const DB_FOLDER: &str = "db";
pub(crate) const DB: &str = "db/garret.db";

pub(crate) fn alice() -> Caller {
    Caller::operator("alice")
}

/// Runs one of the scenarios below in a child; its trace.
pub(crate) fn trace_of(scenario: &str) -> Vec<Op> {
    let dir = TempDir::new().unwrap();
    let (root, file) = (dir.path().join("root"), dir.path().join("trace"));
    fs::create_dir(&root).unwrap();
    let env = [
        ("GARRET_TEST_TRACE", file.to_str().unwrap()),
        ("GARRET_TEST_SCENARIO", scenario),
    ];
    shim::run_child("crash_runs::child", &root, &env);
    let data = fs::read(file.with_extension("data")).unwrap();
    parse(&fs::read_to_string(file).unwrap(), &Bytes::from(data))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of a test"]
async fn child() {
    shim::trace(&PathBuf::from(shim::told("GARRET_TEST_TRACE")));
    let mut folder = tempfile::Builder::new();
    let dir = folder.prefix(RUN).rand_bytes(0).tempdir_in(shim::root());
    let dir = dir.unwrap();
    fs::create_dir(dir.path().join(DB_FOLDER)).unwrap();
    mark(BASE);
    let scenario = shim::told("GARRET_TEST_SCENARIO");
    if scenario == "a start after a killed one" {
        let (above, _) = STORE.split_once('/').unwrap();
        fs::create_dir(dir.path().join(above)).unwrap();
    }
    let rig = Rig::open(dir, STORE, DB, START).await;
    match &*scenario {
        "first start" | "a start after a killed one" => {}
        "one pack" => one_pack(&rig).await,
        "two caches" => two_caches(&rig).await,
        "abandoned" => abandoned(&rig).await,
        "heal" => heal(&rig).await,
        other => panic!("no scenario {other}"),
    }
    shim::untrace();
}

/// From nothing at all to a path that is published.
async fn one_pack(rig: &Rig) {
    let cache = rig.cache("team").await;
    mark("may team 1 1");
    rig.send(&alice(), &cache, &package(1, 1), 3, |_| true)
        .await;
    mark("sent team 1 1");
    let line = rig.publish(&alice(), &cache, package(1, 1).claim()).await;
    assert_eq!(line.status, PublishStatus::Published);
    mark("is team 1 1");
}

/// The same to two caches, another in the place of one, and one removed.
async fn two_caches(rig: &Rig) {
    let (team, other) = (rig.cache("team").await, rig.cache("other").await);
    rig.push(&alice(), &team, &package(1, 1)).await;
    mark("is team 1 1");
    mark(BASE);
    for (cache, name) in [(&team, "team"), (&other, "other")] {
        mark(&format!("may {name} 2 2"));
        let line = rig.push(&alice(), cache, &package(2, 2)).await;
        assert_eq!(line.status, PublishStatus::Published);
        mark(&format!("is {name} 2 2"));
    }
    mark("may team 1 3");
    rig.send(&alice(), &team, &package(1, 3), 3, |_| true).await;
    mark("sent team 1 3");
    let (mut path, digests) = package(1, 3).claim();
    path.replace = true;
    let line = rig.publish(&alice(), &team, (path, digests)).await;
    assert_eq!(line.status, PublishStatus::Published);
    mark("is team 1 3");
    mark(&format!("may team 2 {NONE}"));
    let (by, hash) = (alice(), package(2, 2).hash());
    let removed = rig.engine.remove_path(&by, &team, &hash).await;
    assert!(removed.unwrap());
    mark(&format!("is team 2 {NONE}"));
}

/// A client that goes away in the middle of its pack, one that lies, and one
/// that finds the server well after them.
async fn abandoned(rig: &Rig) {
    let cache = rig.cache("team").await;
    rig.push(&alice(), &cache, &package(1, 1)).await;
    mark("is team 1 1");
    mark(BASE);
    let mut pack = Package::noise(7, 600_000).whole_pack();
    let gone = pieces(&pack[..pack.len() / 2]).map_err(|never| match never {});
    let gone = gone.chain(stream::iter([Err("gone")]));
    let by = alice();
    let gone = rig.engine.ingest_pack(&by, &cache, None, gone).await;
    assert!(gone.is_err());
    let last = pack.len() - 1;
    pack[last] ^= 1;
    let lied = rig
        .engine
        .ingest_pack(&by, &cache, None, pieces(&pack))
        .await;
    assert!(lied.is_err());
    mark("may team 2 2");
    rig.push(&by, &cache, &package(2, 2)).await;
    mark("is team 2 2");
}

/// A frame that reads wrong is noticed, and pushed again.
async fn heal(rig: &Rig) {
    let cache = rig.cache("team").await;
    let package = package(1, 1);
    rig.push(&alice(), &cache, &package).await;
    damage(&files_below(&rig.dir.path().join(STORE).join("packs"))[0]);
    mark(&format!("is team 1 {BROKEN}"));
    mark(BASE);
    mark(&format!("may team 1 {NONE}"));
    notice(rig, &cache, &package).await;
    mark(&format!("is team 1 {NONE}"));
    mark("may team 1 1");
    rig.push(&alice(), &cache, &package).await;
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
    mark("is team 1 1");
}
