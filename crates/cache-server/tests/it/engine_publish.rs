//! What is published, and what is not.

use cache_api::{ConfigureCache, ErrorCode, PublishPath, PublishStatus};
use cache_server::engine::Caller;
use chunk_store::{
    Digest, frame,
    pack::{Builder, PackLimits},
    record::{Body, Record},
};
use nar_format::{
    NarHash,
    narinfo::NarInfo,
    signing::{PublicKey, SecretKey},
};

use crate::engine_support::{Package, Rig, nar_of, noise};

fn alice() -> Caller {
    Caller::operator("alice")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pushed_comes_back_signed() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 3_000_000);
    let line = rig.push(&alice(), &cache, &package).await;
    assert_eq!(line.status, PublishStatus::Published, "{line:?}");
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);

    let info: NarInfo = rig.narinfo(&cache, package.hash()).await.unwrap();
    assert_eq!(info.store_path, package.path);
    let row = rig.engine.cache_info(&cache, "http://x/").await.unwrap();
    let key: PublicKey = row.public_keys[0].public_key.parse().unwrap();
    assert!(key.verify(&info.fingerprint(), &info.sigs[0]));
    assert_eq!(info.sigs.len(), 1);

    let listing = rig.engine.listing(&cache, package.hash()).await.unwrap();
    let listing: serde_json::Value = serde_json::from_slice(&listing).unwrap();
    let file = &listing["root"]["entries"]["file"];
    assert_eq!(file["size"], 3_000_000);
    let start = file["narOffset"].as_u64().unwrap() as usize;
    assert_eq!(package.nar[start..start + 100], noise(1, 100));
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_of_a_nar_are_the_same_bytes() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 5_000_000);
    rig.push(&alice(), &cache, &package).await;
    let info = rig.narinfo(&cache, package.hash()).await.unwrap();
    let whole = rig.pull_url(&cache, &info.url).await.unwrap();
    let name = info.url.strip_prefix("nar/").unwrap().parse().unwrap();
    let nar = rig.engine.nar(&cache, &name).await.unwrap();
    assert!(nar.is_version_asked());
    let len = whole.len() as u64;
    for (offset, count) in [
        (0, 1),
        (0, len),
        (1, 70_000),
        (len - 1, 1),
        (len / 2, len),
        (0, 0),
    ] {
        use futures_util::TryStreamExt;
        let body = nar.body(offset, count).await.unwrap();
        let parts: Vec<bytes::Bytes> = body.try_collect().await.unwrap();
        let end = (offset + count).min(len) as usize;
        assert_eq!(
            parts.concat(),
            whole[offset as usize..end],
            "{offset} {count}"
        );
    }
}

/// What must be said to a claim about a package whose chunks are all there.
async fn check_refused(change: impl Fn(&mut PublishPath), code: ErrorCode) {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 100_000);
    rig.send(&alice(), &cache, &package, 3, |_| true).await;
    let records = rig.blobs("records").len();
    let (mut path, digests) = package.claim();
    change(&mut path);
    let line = rig.publish(&alice(), &cache, (path, digests)).await;
    assert_eq!(line.status, PublishStatus::Error);
    assert_eq!(line.http, Some(code.http()));
    assert_eq!(line.code, Some(code));
    assert_eq!(rig.blobs("records").len(), records);
    assert!(rig.narinfo(&cache, package.hash()).await.is_none());
    let paths = rig.engine.list_paths(&cache, None, 10).await.unwrap();
    assert_eq!(paths.paths, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_not_true_publishes_nothing_and_says_which() {
    check_refused(
        |p| p.nar_hash = NarHash::of(b"other"),
        ErrorCode::NarHashMismatch,
    )
    .await;
    check_refused(|p| p.nar_size += 1, ErrorCode::NarSizeMismatch).await;
    check_refused(|p| p.nar_size -= 1, ErrorCode::NarSizeMismatch).await;
    check_refused(
        |p| p.path = "/nix/store/x".into(),
        ErrorCode::InvalidStorePath,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_nar_with_the_right_hash_is_refused() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let sound = nar_of(b"content");
    let mut trailing = sound.clone();
    trailing.extend([0; 8]);
    let cut = sound[..sound.len() - 8].to_vec();
    for (seed, nar) in [(1, trailing), (2, cut), (3, b"not a nar at all".to_vec())] {
        let package = Package::of_nar(seed, nar);
        let line = rig.push(&alice(), &cache, &package).await;
        assert_eq!(line.code, Some(ErrorCode::MalformedNar), "{seed}");
        assert!(rig.narinfo(&cache, package.hash()).await.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_chunks_are_named_and_the_rest_is_kept() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 2_000_000);
    let last = package.chunks.len() - 1;
    rig.send(&alice(), &cache, &package, 3, |at| at != 1 && at != last)
        .await;
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Missing);
    assert_eq!(line.missing, [1, last as u32]);
    let asked = rig.missing(&alice(), &cache, &package);
    let missing: Vec<usize> = asked
        .await
        .iter()
        .enumerate()
        .filter_map(|(at, missing)| missing.then_some(at))
        .collect();
    assert_eq!(missing, [1, last]);
    rig.send(&alice(), &cache, &package, 3, |at| at == 1 || at == last)
        .await;
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Published);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_lies_is_marked_and_can_be_sent_again() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::new(1, b"the true content");
    let digest = Digest::of(&package.chunks[0]);
    let mut encoder = frame::Encoder::new(3).unwrap();
    let mut lie = package.chunks[0].clone();
    lie[20] ^= 1;
    let mut pack = Builder::new(PackLimits::default());
    pack.push(digest, lie.len() as u32, encoder.encode(&lie).unwrap())
        .unwrap();
    rig.send_pack(&alice(), &cache, pack.finish()).await;
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Missing);
    assert_eq!(line.code, Some(ErrorCode::DigestMismatch));
    assert_eq!(line.missing, [0]);
    assert_eq!(rig.engine.tally().broken_marked.get(), 1);
    let line = rig.push(&alice(), &cache, &package).await;
    assert_eq!(line.status, PublishStatus::Published);
    assert_eq!(rig.pull(&cache, package.hash()).await.unwrap(), package.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_frames_lie_that_is_what_the_answer_says() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::new(1, b"the true content");
    let digest = Digest::of(&package.chunks[0]);
    for at in 0..6 {
        let mut lie = package.chunks[0].clone();
        lie[at] ^= 1;
        let frame = frame::Encoder::new(3).unwrap().encode(&lie).unwrap();
        let mut pack = Builder::new(PackLimits::default());
        pack.push(digest, lie.len() as u32, frame).unwrap();
        rig.send_pack(&alice(), &cache, pack.finish()).await;
    }
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.code, Some(ErrorCode::DigestMismatch), "{line:?}");
    let line = rig.push(&alice(), &cache, &package).await;
    assert_eq!(line.status, PublishStatus::Published, "{line:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_secret_is_no_secret_is_named_and_pulls_go_on() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let before = Package::new(1, b"before");
    let line = rig.push(&alice(), &cache, &before).await;
    assert_eq!(line.status, PublishStatus::Published);
    let db = rusqlite::Connection::open(rig.dir.path().join("garret.db")).unwrap();
    let sql = "UPDATE key SET secret = 'nonsense'; UPDATE cache SET removed = removed + 1";
    db.execute_batch(sql).unwrap();
    rig.db.removed_counters().await.unwrap();
    let line = rig.push(&alice(), &cache, &Package::new(2, b"after")).await;
    assert_eq!(line.code, Some(ErrorCode::Internal), "{line:?}");
    let message = line.message.unwrap();
    assert!(message.contains("signing key team "), "{message}");
    assert_eq!(rig.pull(&cache, before.hash()).await.unwrap(), before.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn references_to_itself_in_circles_and_to_absent_paths_are_legal() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let mut packages = [Package::new(1, b"a"), Package::new(2, b"b")];
    let absent = Package::new(9, b"").path.base_name();
    let names = packages.clone().map(|package| package.path.base_name());
    packages[0].references = vec![names[0].clone(), names[1].clone()];
    packages[1].references = vec![names[0].clone(), absent];
    for package in &packages {
        let line = rig.push(&alice(), &cache, package).await;
        assert_eq!(line.status, PublishStatus::Published, "{line:?}");
        let info = rig.narinfo(&cache, package.hash()).await.unwrap();
        assert_eq!(info.references.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_publish_wins_unless_replaced() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let first = Package::new(1, b"first");
    let second = Package::new(1, b"second");
    assert_eq!(
        rig.push(&alice(), &cache, &first).await.status,
        PublishStatus::Published
    );
    assert_eq!(
        rig.push(&alice(), &cache, &first).await.status,
        PublishStatus::Present
    );
    let line = rig.push(&alice(), &cache, &second).await;
    assert_eq!(line.code, Some(ErrorCode::PathDiffers));
    assert_eq!(rig.pull(&cache, first.hash()).await.unwrap(), first.nar);

    // Other references alone make it another path, too.
    let mut other = first.clone();
    other.references = vec![first.path.base_name()];
    let line = rig.push(&alice(), &cache, &other).await;
    assert_eq!(line.code, Some(ErrorCode::PathDiffers));

    let old_url = rig.narinfo(&cache, first.hash()).await.unwrap().url;
    let (mut path, digests) = second.claim();
    path.replace = true;
    let line = rig.publish(&alice(), &cache, (path, digests)).await;
    assert_eq!(line.status, PublishStatus::Published, "{line:?}");
    assert_eq!(rig.pull(&cache, first.hash()).await.unwrap(), second.nar);
    // What was replaced answers its own URL for a while.
    let old = rig.pull_url(&cache, &old_url).await.unwrap();
    assert_eq!(zstd::stream::decode_all(&old[..]).unwrap(), first.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_paths_share_records_and_one_bad_path_stops_no_other() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let packages: Vec<_> = (0..60u8).map(|n| Package::new(n, &[n; 3000])).collect();
    for package in &packages {
        rig.send(&alice(), &cache, package, 3, |_| true).await;
    }
    let before = rig.blobs("records").len();
    let mut claims: Vec<_> = packages.iter().map(Package::claim).collect();
    claims[30].0.nar_hash = NarHash::of(b"wrong");
    claims[31].0.references = vec!["nonsense".into()];
    let twice = claims[5].clone();
    claims.push(twice);
    let lines = rig.publish_all(&alice(), &cache, claims).await;
    assert_eq!(lines.len(), 61);
    let published = |line: &&cache_api::PublishLine| line.status == PublishStatus::Published;
    assert_eq!(lines.iter().filter(published).count(), 58);
    let codes: Vec<_> = lines.iter().filter_map(|line| line.code.clone()).collect();
    for code in [
        ErrorCode::NarHashMismatch,
        ErrorCode::InvalidReference,
        ErrorCode::DuplicatePath,
    ] {
        assert_eq!(codes.iter().filter(|c| **c == code).count(), 1, "{code}");
    }
    let records = rig.blobs("records").len() - before;
    assert!((1..58).contains(&records), "{records} records for 58 paths");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_says_what_was_published() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 400_000);
    let before = rig.blobs("records");
    rig.push(&alice(), &cache, &package).await;
    let mut after = rig.blobs("records");
    after.retain(|record| !before.contains(record));
    assert_eq!(after.len(), 1);
    let record = Record::parse(&std::fs::read(&after[0]).unwrap(), 1 << 20).unwrap();
    assert_eq!(record.head.cache_uid, cache.uid);
    let Body::Publish(paths) = record.body else {
        panic!("not a publish record")
    };
    assert_eq!(paths[0].path, package.path);
    assert_eq!(paths[0].created_by.as_deref(), Some("alice"));
    assert_eq!(paths[0].replaces, None);
    let digests: Vec<_> = paths[0].chunks.iter().map(|chunk| chunk.digest).collect();
    assert_eq!(digests, package.digests());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_nar_under_another_path_is_not_decoded_again() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let first = Package::new(1, b"same content");
    let second = Package::new(2, b"same content");
    rig.push(&alice(), &cache, &first).await;
    let line = rig.publish(&alice(), &cache, second.claim()).await;
    assert_eq!(line.status, PublishStatus::Published);
    assert_eq!(rig.engine.tally().nars_reused.get(), 1);
    assert_eq!(rig.pull(&cache, second.hash()).await.unwrap(), first.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_publishes_nothing_and_the_server_goes_on() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let package = Package::noise(1, 1_000_000);
    rig.send(&alice(), &cache, &package, 3, |_| true).await;
    rig.faults.set_full(true);
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.code, Some(ErrorCode::StorageFull));
    let pack = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(
        Package::noise(2, 1_000_000).whole_pack(),
    ))]);
    let error = rig.engine.ingest_pack(&alice(), &cache, None, pack).await;
    assert_eq!(error.unwrap_err().code(), ErrorCode::StorageFull);
    let leftovers = std::fs::read_dir(rig.dir.path().join("store/tmp")).unwrap();
    assert_eq!(leftovers.count(), 0);
    rig.faults.set_full(false);
    let line = rig.publish(&alice(), &cache, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Published);
}

/// The chunks of the newest claim on the path, as a rebuild would find them.
fn recorded_version(rig: &Rig, package: &Package, known: &[std::path::PathBuf]) -> String {
    let new = rig.blobs("records");
    let new: Vec<_> = new.iter().filter(|file| !known.contains(file)).collect();
    assert_eq!(new.len(), 1);
    let record = Record::parse(&std::fs::read(new[0]).unwrap(), 1 << 20).unwrap();
    let Body::Publish(paths) = record.body else {
        panic!("not a publish record")
    };
    assert_eq!(paths[0].path, package.path);
    let frames = paths[0].chunks.iter().map(|chunk| &chunk.frame_id);
    nar_format::base32::encode(&chunk_store::recipe::version(frames))
}

/// The record of merged signatures takes the place of the one before, so it
/// must name the frames that are kept, not those of whoever brought them.
#[tokio::test(flavor = "multi_thread")]
async fn the_record_of_merged_signatures_names_the_frames_that_are_kept() {
    let rig = Rig::new().await;
    let cache = rig.cache("team").await;
    let trusted = SecretKey::from_seed("upstream-1", &[1; 32]).unwrap();
    let change = ConfigureCache {
        upstream_keys: Some(vec![trusted.public().to_string()]),
        ..ConfigureCache::default()
    };
    let origin = "http://x/";
    let engine = &rig.engine;
    engine
        .configure_cache(&cache, &change, origin)
        .await
        .unwrap();
    let package = Package::new(1, &b"much the same ".repeat(20_000));
    rig.push_at(&alice(), &cache, &package, 1).await;
    let first = rig.narinfo(&cache, package.hash()).await.unwrap();
    let known = rig.blobs("records");

    let bob = Caller::operator("bob");
    let (mut path, digests) = package.claim();
    path.sigs = vec![trusted.sign(&first.fingerprint()).to_string()];
    rig.send(&bob, &cache, &package, 19, |_| true).await;
    let line = rig.publish(&bob, &cache, (path, digests)).await;
    assert_eq!(line.status, PublishStatus::Present, "{line:?}");

    let info = rig.narinfo(&cache, package.hash()).await.unwrap();
    assert_eq!(info.sigs.len(), 2);
    assert_eq!(info.url, first.url);
    let version = recorded_version(&rig, &package, &known);
    assert!(
        info.url.ends_with(&format!("-{version}.nar.zst")),
        "{version}"
    );
}
