//! The store knows its database.

use std::sync::Arc;

use cache_api::PublishStatus;
use cache_db::{Clock, Db, DbConfig};
use cache_server::engine::{Caller, Engine, EngineConfig, Readiness};
use chunk_store::blob::LocalStore;

use crate::engine_support::{Package, Rig, START, until};

fn alice() -> Caller {
    Caller::operator("alice")
}

async fn full_rig(package: &Package) -> Rig {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let line = rig.push(&alice(), &cache, package).await;
    assert_eq!(line.status, PublishStatus::Published);
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_on_a_full_store_serves_nothing_and_says_what_to_do() {
    let package = Package::new(1, b"content");
    let rig = full_rig(&package).await;
    let Rig { dir, .. } = rig;
    let rig = Rig::open(dir, "store", "mistyped.db", START).await;
    let Readiness::Foreign(why) = rig.engine.readiness() else {
        panic!("{:?}", rig.engine.readiness())
    };
    assert!(why.contains("empty") && why.contains("restore"), "{why}");
    let name = "team".parse().unwrap();
    let error = rig
        .engine
        .create_cache(&name, &Default::default(), "http://x/")
        .await
        .unwrap_err();
    assert_eq!(error.code(), cache_api::ErrorCode::WrongStore);
    let before = (rig.blobs("packs"), rig.blobs("records"), rig.blobs("store"));
    let Rig { dir, .. } = rig;

    // The right database is still the right one.
    let rig = Rig::open(dir, "store", "garret.db", START).await;
    assert_eq!(rig.engine.readiness(), Readiness::Ready);
    let after = (rig.blobs("packs"), rig.blobs("records"), rig.blobs("store"));
    assert_eq!(before, after);
    let cache = rig.cache("team").await;
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_database_serves_nothing() {
    let rig = full_rig(&Package::new(1, b"content")).await;
    let Rig { dir, .. } = rig;
    let other = Rig::open(dir, "other-store", "other.db", START).await;
    let package = Package::new(2, b"other content");
    let cache = other.cache("team").await;
    other.push(&alice(), &cache, &package).await;
    let Rig { dir, .. } = other;
    let rig = Rig::open(dir, "store", "other.db", START).await;
    assert!(matches!(rig.engine.readiness(), Readiness::Foreign(_)));
    let name = "team".parse().unwrap();
    let cache = rig.engine.cache(&name).await.unwrap().unwrap();
    assert!(rig.engine.narinfo(&cache, package.hash()).await.is_none());
    let error = rig.engine.paths_missing(&cache, &[package.hash()]).await;
    assert_eq!(error.unwrap_err().code(), cache_api::ErrorCode::WrongStore);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_database_and_key_is_made_good() {
    let rig = full_rig(&Package::new(1, b"content")).await;
    let identity = rig.db.store_identity().await.unwrap();
    let keys = rig.blobs("store");
    assert_eq!(keys.len(), 1);
    // As an interrupted restore leaves it: the database is one ahead.
    let aside = rig.dir.path().join("aside");
    std::fs::rename(&keys[0], &aside).unwrap();
    let older = format!("{}-{}", identity.store_id, identity.generation - 1);
    std::fs::rename(&aside, keys[0].with_file_name(older)).unwrap();
    let rig = rig.crash().await;
    assert_eq!(rig.engine.readiness(), Readiness::Ready);
    assert_eq!(rig.blobs("store").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_that_lost_its_key_is_foreign() {
    let rig = full_rig(&Package::new(1, b"content")).await;
    std::fs::remove_file(&rig.blobs("store")[0]).unwrap();
    let rig = rig.crash().await;
    assert!(matches!(rig.engine.readiness(), Readiness::Foreign(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_vanishes_under_a_running_engine_is_not_paired_anew() {
    let rig = Rig::new().await;
    rig.cache("team").await;
    let (store, aside) = (rig.dir.path().join("store"), rig.dir.path().join("aside"));
    std::fs::rename(&store, &aside).unwrap();
    for folder in ["packs", "records", "store", "tmp"] {
        std::fs::create_dir_all(store.join(folder)).unwrap();
    }
    until(async || rig.engine.readiness() != Readiness::Ready).await;
    assert!(matches!(rig.engine.readiness(), Readiness::StoreAway(_)));
    assert_eq!(rig.blobs("store").len(), 0);
    std::fs::remove_dir_all(&store).unwrap();
    std::fs::rename(&aside, &store).unwrap();
    until(async || rig.engine.readiness() == Readiness::Ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_and_a_command_that_start_at_once_agree_on_the_store() {
    for _ in 0..5 {
        let dir = tempfile::TempDir::new().unwrap();
        let open = async |seed: u8| {
            let (clock, _) = Clock::manual(START);
            let db = Db::open(&DbConfig::new(dir.path().join("db")), clock.clone()).unwrap();
            let blobs = LocalStore::open(dir.path().join("store")).await.unwrap();
            let random = Arc::new(move |bytes: &mut [u8]| bytes.fill(seed));
            let config = EngineConfig::new(db.clone(), Arc::new(blobs), clock, random);
            (Engine::open(config).await.unwrap(), db)
        };
        let ((server, db), (command, _)) = tokio::join!(open(1), open(2));
        assert_eq!(server.readiness(), Readiness::Ready);
        assert_eq!(command.readiness(), Readiness::Ready);
        let keys: Vec<_> = std::fs::read_dir(dir.path().join("store/store"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let identity = db.store_identity().await.unwrap();
        let own = format!("{}-{}", identity.store_id, identity.generation);
        assert_eq!(keys, [own]);
    }
}

/// Another database has taken the store over: this one must not go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_another_database_takes_is_given_up() {
    let rig = full_rig(&Package::new(1, b"content")).await;
    let identity = rig.db.store_identity().await.unwrap();
    let taken = format!("{}-{}", identity.store_id, identity.generation + 1);
    std::fs::write(rig.blobs("store")[0].with_file_name(taken), "").unwrap();
    until(async || rig.engine.readiness() != Readiness::Ready).await;
    assert!(matches!(rig.engine.readiness(), Readiness::Foreign(_)));
}
