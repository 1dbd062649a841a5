//! Broken means absent, and the next push heals.

use std::path::PathBuf;

use cache_api::PublishStatus;
use cache_server::engine::{Caller, Readiness};
use futures_util::StreamExt;

use crate::engine_support::{Package, Rig, noise, until};

fn alice() -> Caller {
    Caller::operator("alice")
}

/// Flips a byte in the middle of a file.
pub(crate) fn damage(path: &PathBuf) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    // The store's files are read-only, and never changed in place.
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Reads a path's NAR until the damage was noticed and marked.
pub(crate) async fn notice(rig: &Rig, cache: &cache_db::CacheRow, package: &Package) {
    let url = rig.narinfo(cache, package.hash()).await.unwrap().url;
    assert!(rig.pull_url(cache, &url).await.is_none());
    until(async || rig.narinfo(cache, package.hash()).await.is_none()).await;
    assert!(rig.pull_url(cache, &url).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_frame_is_absent_until_the_same_is_pushed_again() {
    for ruin in [damage, |path: &PathBuf| std::fs::remove_file(path).unwrap()] {
        let rig = Rig::new().await;
        let cache = rig.cache("team").await;
        let package = Package::noise(1, 2_000_000);
        rig.push(&alice(), &cache, &package).await;
        ruin(&rig.blobs("packs")[0]);
        notice(&rig, &cache, &package).await;

        let missing = rig.engine.paths_missing(&cache, &[package.hash()]).await;
        assert_eq!(missing.unwrap(), [package.hash()]);
        let asked = rig.missing(&alice(), &cache, &package);
        let missing = asked.await;
        assert!(missing.contains(&true));
        rig.send(&alice(), &cache, &package, 3, |at| missing[at])
            .await;
        // The same frame came back, so the NAR is whole before it is published.
        let line = rig.publish(&alice(), &cache, package.claim()).await;
        assert!(
            matches!(
                line.status,
                PublishStatus::Published | PublishStatus::Present
            ),
            "{line:?}"
        );
        assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_not_bit_identical_heals_too() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 500_000);
    rig.push(&alice(), &cache, &package).await;
    damage(&rig.blobs("packs")[0]);
    notice(&rig, &cache, &package).await;
    let rebuilt = Package::new(1, &noise(99, 400_000));
    assert_eq!(rebuilt.path, package.path);
    let line = rig.push(&alice(), &cache, &rebuilt).await;
    assert_eq!(line.status, PublishStatus::Published, "{line:?}");
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), rebuilt.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_that_meets_damage_answers_missing_after_the_mark() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 500_000);
    rig.send(&alice(), &cache, &package, 3, |_| true).await;
    damage(&rig.blobs("packs")[0]);
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Missing, "{line:?}");
    assert_eq!(line.missing.len(), 1);
    let asked = rig.missing(&alice(), &cache, &package);
    assert!(asked.await[line.missing[0] as usize]);
    let line = rig.push(&alice(), &cache, &package).await;
    assert_eq!(line.status, PublishStatus::Published);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unmounted_store_marks_nothing() {
    let mut rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 500_000);
    rig.push(&alice(), &cache, &package).await;
    let url = rig.narinfo(&cache, package.hash()).await.unwrap().url;

    // The disk goes away, and an empty folder shows in its place.
    let (store, aside) = (rig.dir.path().join("store"), rig.dir.path().join("aside"));
    std::fs::rename(&store, &aside).unwrap();
    for folder in ["packs", "records", "store", "tmp"] {
        std::fs::create_dir_all(store.join(folder)).unwrap();
    }
    for _ in 0..3 {
        assert!(rig.pull_url(&cache, &url).await.is_none());
    }
    until(async || {
        rig.pull_url(&cache, &url).await;
        rig.engine.readiness() != Readiness::Ready
    })
    .await;
    assert!(rig.engine.narinfo(&cache, package.hash()).await.is_none());
    rig.reopen_with(|_| {}).await;
    assert!(matches!(rig.engine.readiness(), Readiness::StoreAway(_)));
    assert!(rig.engine.narinfo(&cache, package.hash()).await.is_none());
    assert_eq!(rig.blobs("store").len(), 0, "nothing was paired anew");

    std::fs::remove_dir_all(&store).unwrap();
    std::fs::rename(&aside, &store).unwrap();
    rig.reopen_with(|_| {}).await;
    assert_eq!(rig.engine.readiness(), Readiness::Ready);
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_does_not_answer_marks_nothing_and_comes_back() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 500_000);
    rig.push(&alice(), &cache, &package).await;
    let url = rig.narinfo(&cache, package.hash()).await.unwrap().url;
    rig.faults.set_away(true);
    assert!(rig.pull_url(&cache, &url).await.is_none());
    let line = rig
        .publish(&alice(), &cache, Package::new(2, b"x").claim())
        .await;
    assert_ne!(line.status, PublishStatus::Published);
    rig.faults.set_away(false);
    until(async || rig.engine.readiness() == Readiness::Ready).await;
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
    assert_eq!(rig.engine.tally().broken_marked.get(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_resumes_across_a_heal() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 4_000_000);
    rig.push(&alice(), &cache, &package).await;
    let url = rig.narinfo(&cache, package.hash()).await.unwrap().url;
    let whole = rig.pull_url(&cache, &url).await.unwrap();
    damage(&rig.blobs("packs")[0]);
    notice(&rig, &cache, &package).await;
    rig.push(&alice(), &cache, &package).await;

    // The same frames are back, so the version is the same and half a
    // download goes on with the rest.
    let name = url.strip_prefix("nar/").unwrap().parse().unwrap();
    let nar = rig.engine.nar(&cache, &name).await.unwrap();
    assert!(nar.is_version_asked());
    let half = whole.len() / 2;
    use futures_util::TryStreamExt;
    let body = nar.body(half as u64, u64::MAX).await.unwrap();
    let rest: Vec<bytes::Bytes> = body.try_collect().await.unwrap();
    assert_eq!([&whole[..half], &rest.concat()].concat(), whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heal_by_other_frames_is_another_version() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let compressible: Vec<u8> = (0..400_000u32)
        .flat_map(|n| (n / 5).to_le_bytes())
        .collect();
    let package = Package::new(1, &compressible);
    rig.push(&alice(), &cache, &package).await;
    let old = rig.narinfo(&cache, package.hash()).await.unwrap().url;
    std::fs::remove_file(&rig.blobs("packs")[0]).unwrap();
    notice(&rig, &cache, &package).await;
    let line = rig.push_at(&alice(), &cache, &package, 12).await;
    assert_eq!(line.status, PublishStatus::Published, "{line:?}");
    let new = rig.narinfo(&cache, package.hash()).await.unwrap().url;
    assert_ne!(old, new);
    let name = old.strip_prefix("nar/").unwrap().parse().unwrap();
    let nar = rig.engine.nar(&cache, &name).await.unwrap();
    assert!(!nar.is_version_asked(), "a range of the old one is refused");
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_met_under_way_cuts_the_answer_and_no_wrong_byte_goes_out() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 6_000_000);
    rig.push(&alice(), &cache, &package).await;
    let url = rig.narinfo(&cache, package.hash()).await.unwrap().url;
    let whole = rig.pull_url(&cache, &url).await.unwrap();
    damage(&rig.blobs("packs")[0]);

    let name = url.strip_prefix("nar/").unwrap().parse().unwrap();
    let nar = rig.engine.nar(&cache, &name).await.unwrap();
    assert_eq!(nar.len(), whole.len() as u64);
    let mut body = nar.body(0, nar.len()).await.unwrap();
    let mut got = Vec::new();
    let cut = loop {
        match body.next().await {
            Some(Ok(bytes)) => got.extend_from_slice(&bytes),
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    assert!(cut, "a clean end would look like a whole NAR");
    assert!(!got.is_empty() && got.len() < whole.len());
    assert_eq!(got, whole[..got.len()]);
    assert_eq!(rig.engine.tally().nars_cut.get(), 1);
}
