//! Crashes, leases, removals: what must hold over time.

use std::sync::Arc;

use cache_api::{ConfigureCache, PublishStatus};
use cache_server::engine::{Caller, PublishRequest};
use chunk_store::ChunkId;
use futures_util::StreamExt;
use nar_format::signing::SecretKey;

use crate::{
    engine_faults::Hang,
    engine_support::{Package, Rig, until},
};

fn alice() -> Caller {
    Caller::operator("alice")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_record_and_commit_publishes_nothing_and_loses_nothing() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 300_000);
    rig.send(&alice(), &cache, &package, 3, |_| true).await;
    let before = rig.blobs("records").len();
    rig.faults.set_hang(Hang::AfterRecord);
    let (path, digests) = package.claim();
    let request = PublishRequest::new(vec![path], digests);
    let mut lines = rig.engine.publish(&alice(), &cache, request).await.unwrap();
    until(async || rig.blobs("records").len() > before).await;
    assert!(futures_util::FutureExt::now_or_never(lines.next()).is_none());
    let rig = rig.crash().await;

    let cache = rig.cache("team").await;
    assert!(rig.narinfo(&cache, package.hash()).await.is_none());
    let asked = rig.missing(&alice(), &cache, &package);
    assert!(asked.await.iter().all(|missing| !missing), "leased");
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Published);
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
    // The record of the crash is a claim that nobody committed.
    assert_eq!(rig.blobs("records").len(), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_outlives_a_killed_client() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 1_000_000);
    let half = package.chunks.len() / 2;
    rig.send(&alice(), &cache, &package, 3, |at| at < half)
        .await;
    // The client is killed here; a sweep comes an hour later.
    rig.advance(3600).await;
    let snapshot = rig.db.snapshot().await.unwrap();
    let leased = snapshot.leases.iter().flat_map(|lease| lease.chunks.iter());
    assert!(leased.count() >= half);
    let rig = rig.crash().await;
    let cache = rig.cache("team").await;
    let asked = rig.missing(&alice(), &cache, &package);
    let missing = asked.await;
    assert!(missing[..half].iter().all(|missing| !missing));
    rig.send(&alice(), &cache, &package, 3, |at| missing[at])
        .await;
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Published);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_publish_resolved_is_not_condemned_under_it() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 500_000);
    rig.send(&alice(), &cache, &package, 3, |_| true).await;
    // The sweeper looked before the publish came, a day later.
    let before = rig.db.snapshot().await.unwrap();
    let all: Vec<ChunkId> = before.chunks.iter().map(|chunk| chunk.id).collect();
    assert_eq!(all.len(), package.chunks.len());
    rig.faults.hold_reads(true);
    let (path, digests) = package.claim();
    let request = PublishRequest::new(vec![path], digests);
    let lines = rig.engine.publish(&alice(), &cache, request).await.unwrap();
    until(async || rig.faults.reads() > 0).await;
    let condemned = rig.db.condemn_chunks(&all, before.mark).await.unwrap();
    assert_eq!(
        condemned,
        [],
        "the lease of the publish is newer than the mark"
    );
    rig.faults.hold_reads(false);
    let lines: Vec<_> = lines.collect().await;
    assert_eq!(lines[0].status, PublishStatus::Published);
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_condemned_before_is_missing_and_never_half_published() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 500_000);
    rig.send(&alice(), &cache, &package, 3, |_| true).await;
    let snapshot = rig.db.snapshot().await.unwrap();
    let first = snapshot.chunks[0].id;
    let condemned = rig
        .db
        .condemn_chunks(&[first], snapshot.mark)
        .await
        .unwrap();
    assert_eq!(condemned, [first]);
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Missing);
    assert_eq!(line.missing.len(), 1);
    // The same chunk gets a new id, never the old one.
    rig.send(&alice(), &cache, &package, 3, |_| true).await;
    let after = rig.db.snapshot().await.unwrap();
    assert!(after.chunks.iter().all(|chunk| chunk.id != first));
    assert_eq!(after.chunks.len(), package.chunks.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_try_joins_the_verification_that_runs() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 2_000_000);
    rig.send(&alice(), &cache, &package, 3, |_| true).await;
    rig.faults.hold_reads(true);
    let publish = async || {
        let (path, digests) = package.claim();
        let request = PublishRequest::new(vec![path], digests);
        rig.engine.publish(&alice(), &cache, request).await.unwrap()
    };
    let lost = publish().await;
    until(async || rig.faults.reads() > 0).await;
    drop(lost);
    let again = publish().await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    rig.faults.hold_reads(false);
    let lines: Vec<_> = again.collect().await;
    assert!(matches!(
        lines[0].status,
        PublishStatus::Published | PublishStatus::Present
    ));
    let verified = rig.engine.tally().verified_bytes.get();
    assert_eq!(verified, package.nar.len() as u64, "verified once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_path_answers_its_own_url_for_a_while() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 100_000);
    rig.push(&alice(), &cache, &package).await;
    let url = rig.narinfo(&cache, package.hash()).await.unwrap().url;
    assert!(
        rig.engine
            .remove_path(&alice(), &cache, &package.hash())
            .await
            .unwrap()
    );
    assert!(
        !rig.engine
            .remove_path(&alice(), &cache, &package.hash())
            .await
            .unwrap()
    );
    assert!(rig.narinfo(&cache, package.hash()).await.is_none());
    assert!(
        rig.engine
            .path(&cache, &package.hash())
            .await
            .unwrap()
            .is_none()
    );
    let attic_url = format!("nar/{}.nar", package.hash());
    assert!(rig.pull_url(&cache, &url).await.is_some());
    assert!(rig.pull_url(&cache, &attic_url).await.is_some());
    rig.advance(23 * 3600).await;
    assert!(rig.pull_url(&cache, &url).await.is_some());
    rig.advance(2 * 3600).await;
    assert!(rig.pull_url(&cache, &url).await.is_none());
    assert!(rig.pull_url(&cache, &attic_url).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_narinfo_is_never_given_after_a_removal() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::new(1, b"content");
    for _ in 0..30 {
        let line = rig.push(&alice(), &cache, &package).await;
        assert_eq!(line.status, PublishStatus::Published);
        let engine = rig.engine.clone();
        let (row, hash) = (cache.clone(), package.hash());
        // Readers fill the memory while the path is removed.
        let reader = tokio::spawn(async move {
            for _ in 0..50 {
                engine.narinfo(&row, hash).await;
            }
        });
        rig.engine
            .remove_path(&alice(), &cache, &package.hash())
            .await
            .unwrap();
        assert!(rig.engine.narinfo(&cache, package.hash()).await.is_none());
        reader.await.unwrap();
        assert!(rig.engine.narinfo(&cache, package.hash()).await.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_keys_change_at_once() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::new(1, b"content");
    rig.push(&alice(), &cache, &package).await;
    assert_eq!(
        rig.narinfo(&cache, package.hash())
            .await
            .unwrap()
            .sigs
            .len(),
        1
    );

    let new_key = SecretKey::from_seed("team-2", &[5; 32]).unwrap();
    let add = cache_api::AddKey {
        secret: Some(new_key.to_secret_string()),
        name: None,
    };
    rig.engine.add_key(&cache, &add, "http://x/").await.unwrap();
    let info = rig.narinfo(&cache, package.hash()).await.unwrap();
    assert_eq!(info.sigs.len(), 2);
    let public = new_key.public();
    assert!(
        info.sigs
            .iter()
            .any(|sig| public.verify(&info.fingerprint(), sig))
    );
    let again = rig
        .engine
        .add_key(&cache, &add, "http://x/")
        .await
        .unwrap_err();
    assert_eq!(again.code(), cache_api::ErrorCode::KeyExists);

    rig.engine
        .retire_key(&cache, "team", "http://x/")
        .await
        .unwrap();
    let last = rig
        .engine
        .retire_key(&cache, "team-2", "http://x/")
        .await
        .unwrap_err();
    assert_eq!(last.code(), cache_api::ErrorCode::LastKey);

    let change = ConfigureCache {
        is_public: Some(true),
        priority: Some(7),
        ..ConfigureCache::default()
    };
    rig.engine
        .configure_cache(&cache, &change, "http://x/")
        .await
        .unwrap();
    let row = rig.cache("team").await;
    assert!(row.settings.is_public);
    assert_eq!(row.settings.priority, 7);
    assert_eq!(row.uid, cache.uid);

    rig.engine.destroy_cache(&row).await.unwrap();
    assert!(rig.engine.cache(&row.name).await.unwrap().is_none());
    assert!(rig.engine.narinfo(&row, package.hash()).await.is_none());
    let made_anew = rig.cache("team").await;
    assert_ne!(made_anew.uid, cache.uid);
    assert!(rig.narinfo(&made_anew, package.hash()).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_shown_a_cache_as_long_as_it_is_public() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let public = async || rig.engine.public_cache(&cache.name).await.unwrap();
    let set = async |is_public| {
        let change = ConfigureCache {
            is_public: Some(is_public),
            ..ConfigureCache::default()
        };
        let row = rig.cache("team").await;
        let set = rig.engine.configure_cache(&row, &change, "http://x/").await;
        set.unwrap();
    };
    assert!(public().await.is_none());
    set(true).await;
    for _ in 0..2 {
        assert_eq!(public().await.expect("public").uid, cache.uid);
    }
    set(false).await;
    assert!(public().await.is_none(), "not even from memory");
    set(true).await;
    let row = rig.cache("team").await;
    rig.engine.destroy_cache(&row).await.unwrap();
    assert!(public().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn trusted_signatures_are_kept_and_others_dropped() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let trusted = SecretKey::from_seed("upstream-1", &[1; 32]).unwrap();
    let stranger = SecretKey::from_seed("stranger-1", &[2; 32]).unwrap();
    let change = ConfigureCache {
        upstream_keys: Some(vec![trusted.public().to_string(), "only-a-name".into()]),
        ..ConfigureCache::default()
    };
    rig.engine
        .configure_cache(&cache, &change, "http://x/")
        .await
        .unwrap();
    let package = Package::new(1, b"content");
    rig.push(&alice(), &cache, &package).await;
    let info = rig.narinfo(&cache, package.hash()).await.unwrap();
    let (mut path, digests) = package.claim();
    path.sigs = vec![
        trusted.sign(&info.fingerprint()).to_string(),
        stranger.sign(&info.fingerprint()).to_string(),
        trusted.sign("something else").to_string(),
    ];
    let line = rig.publish(&alice(), &cache, (path, digests)).await;
    assert_eq!(line.status, PublishStatus::Present, "{line:?}");
    let names: Vec<_> = {
        let info = rig.narinfo(&cache, package.hash()).await.unwrap();
        info.sigs.into_iter().map(|sig| sig.name).collect()
    };
    assert_eq!(names, ["team", "upstream-1"]);
    let listed = rig
        .engine
        .path(&cache, &package.hash())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(listed.sigs.len(), 1);
    assert!(listed.sigs[0].starts_with("upstream-1:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_publish_the_same_at_once_and_one_object_comes_of_it() {
    let rig = Arc::new(Rig::new().await);
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 300_000);
    let mut tasks = Vec::new();
    for n in 0..8 {
        let (rig, cache, package) = (rig.clone(), cache.clone(), package.clone());
        tasks.push(tokio::spawn(async move {
            let by = Caller::operator(&format!("pusher-{n}"));
            rig.push(&by, &cache, &package).await.status
        }));
    }
    let mut published = 0;
    for task in tasks {
        match task.await.unwrap() {
            PublishStatus::Published => published += 1,
            PublishStatus::Present => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(published, 1);
    let paths = rig.engine.list_paths(&cache, None, 10).await.unwrap().paths;
    assert_eq!(paths.len(), 1);
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_are_noted_in_memory_and_written_later() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::new(1, b"content");
    rig.push(&alice(), &cache, &package).await;
    let used = async || {
        let path = rig.engine.path(&cache, &package.hash()).await.unwrap();
        path.unwrap().accessed_at.unwrap()
    };
    let before = used().await;
    rig.advance(5000).await;
    assert!(rig.narinfo(&cache, package.hash()).await.is_some());
    assert!(rig.narinfo(&cache, package.hash()).await.is_some());
    rig.engine.close().await;
    assert_eq!(used().await, before + 5000);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_another_process_are_seen() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::new(1, b"content");
    rig.push(&alice(), &cache, &package).await;
    assert!(rig.narinfo(&cache, package.hash()).await.is_some());
    // Another handle on the same file stands for another process.
    let (clock, _hands) = cache_db::Clock::manual(crate::engine_support::START);
    let config = cache_db::DbConfig::new(rig.dir.path().join("garret.db"));
    let other = cache_db::Db::open(&config, clock).unwrap();
    let change = cache_api::CacheSettings {
        priority: 3,
        ..cache.settings.clone()
    };
    let record = cache_db::NewRecord {
        key: chunk_store::BlobKey::record(ulid::Ulid::from(7u128)),
        put_at: other.now(),
    };
    let row = other.cache(&cache.name).await.unwrap().unwrap();
    let changed = other.configure_cache(row.id, &row.settings, &change, record);
    changed.await.unwrap();
    until(async || rig.cache("team").await.settings.priority == 3).await;
}
