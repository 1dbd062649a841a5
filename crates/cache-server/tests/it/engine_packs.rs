//! Packs in: every rule has its code, and what breaks one leaves nothing.

use bytes::Bytes;
use cache_api::ErrorCode;
use cache_server::engine::{Caller, EngineError};
use futures_util::stream;

use crate::engine_support::{Package, Rig, noise};

async fn send(rig: &Rig, parts: Vec<Result<Bytes, &'static str>>) -> Result<u32, EngineError> {
    let cache = rig.cache("team").await;
    let by = Caller::operator("alice");
    let sent = rig
        .engine
        .ingest_pack(&by, &cache, None, stream::iter(parts))
        .await;
    sent.map(|answer| answer.frames)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_that_breaks_a_rule_is_refused_and_leaves_nothing() {
    let rig = Rig::new().await;
    let sound = Package::noise(1, 600_000).whole_pack();
    let flip = |at: usize| {
        let mut pack = sound.clone();
        pack[at] ^= 1;
        pack
    };
    let longer = [&sound[..], b"x"].concat();
    let index = 44;
    for (pack, code) in [
        (vec![], ErrorCode::PackTruncated),
        (flip(0), ErrorCode::InvalidPackHeader),
        (flip(20), ErrorCode::InvalidPackIndex),
        (flip(index + 1), ErrorCode::InvalidPackIndex),
        (flip(sound.len() - 1), ErrorCode::FrameSumMismatch),
        (sound[..sound.len() - 1].to_vec(), ErrorCode::PackTruncated),
        (longer, ErrorCode::PackTrailingBytes),
    ] {
        let len = pack.len();
        let parts = pack
            .chunks(77_777)
            .map(|part| Ok(Bytes::copy_from_slice(part)));
        let error = send(&rig, parts.collect()).await.unwrap_err();
        assert_eq!(error.code(), code, "{len}");
        assert!(!error.is_trouble());
    }
    let error = send(
        &rig,
        vec![Ok(Bytes::from(sound[..1000].to_vec())), Err("reset")],
    )
    .await;
    assert_eq!(error.unwrap_err().code(), ErrorCode::IncompleteBody);
    assert_eq!(rig.blobs("packs").len(), 0);
    assert_eq!(rig.blobs("tmp").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_does_not_tell_what_was_known() {
    let rig = Rig::new().await;
    let pack = Bytes::from(Package::noise(1, 300_000).whole_pack());
    let first = send(&rig, vec![Ok(pack.clone())]).await.unwrap();
    let again = send(&rig, vec![Ok(pack)]).await.unwrap();
    assert_eq!(first, again);
    // Written all the same, so that timing tells nothing either.
    assert_eq!(rig.blobs("packs").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn unpublished_bytes_are_limited() {
    let mut rig = Rig::new().await;
    let limits = cache_api::Limits {
        max_unpublished: 500_000,
        ..cache_api::Limits::default()
    };
    rig.reopen_with(|config| config.limits = limits).await;
    let pack = |seed| Bytes::from(Package::new(seed, &noise(seed, 200_000)).whole_pack());
    send(&rig, vec![Ok(pack(1))]).await.unwrap();
    send(&rig, vec![Ok(pack(2))]).await.unwrap();
    let error = send(&rig, vec![Ok(pack(3))]).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnpublishedLimit);
    // Where the size is announced, not a byte is read for nothing.
    let (by, cache) = (Caller::operator("alice"), rig.cache("team").await);
    let unread = stream::pending::<Result<Bytes, &'static str>>();
    let pack_3 = pack(3).len() as u64;
    let refused = rig.engine.ingest_pack(&by, &cache, Some(pack_3), unread);
    let error = refused.await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnpublishedLimit);
    // What is published counts no longer.
    let claim = Package::new(1, &noise(1, 200_000)).claim();
    rig.publish(&by, &cache, claim).await;
    send(&rig, vec![Ok(pack(3))]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_not_read_before_there_is_room_for_it() {
    let mut rig = Rig::new().await;
    rig.reopen_with(|config| config.upload_memory = 4 << 20)
        .await;
    let cache = rig.cache("team").await;
    let by = Caller::operator("alice");
    let pack = Bytes::from(Package::noise(1, 100_000).whole_pack());

    // The first upload is admitted and its client falls silent.
    let (started, mut has_started) = tokio::sync::watch::channel(false);
    let silent = stream::once(async move {
        started.send_replace(true);
        std::future::pending::<Result<Bytes, &'static str>>().await
    });
    let (engine, row, who) = (rig.engine.clone(), cache.clone(), by.clone());
    let stuck = tokio::spawn(async move { engine.ingest_pack(&who, &row, None, silent).await });
    has_started.wait_for(|started| *started).await.unwrap();

    let was_read = std::sync::atomic::AtomicBool::new(false);
    let body = stream::once(async {
        was_read.store(true, std::sync::atomic::Ordering::SeqCst);
        Ok::<_, &'static str>(pack)
    });
    let mut second = std::pin::pin!(rig.engine.ingest_pack(&by, &cache, None, body));
    let early = tokio::time::timeout(std::time::Duration::from_millis(100), &mut second);
    assert!(early.await.is_err());
    assert!(!was_read.load(std::sync::atomic::Ordering::SeqCst));

    // What an upload that is given up held is free at once.
    stuck.abort();
    second.await.unwrap();
    assert_eq!(rig.blobs("tmp").len(), 0);
}

/// What a token above its limit sends is refused before it is stored: refused
/// later it would fill the disk until the sweep comes by.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_above_its_limit_leaves_no_blob_behind() {
    let mut rig = Rig::new().await;
    rig.reopen_with(|config| config.limits.max_unpublished = 1_000_000)
        .await;
    let parts = |seed| vec![Ok(Bytes::from(Package::noise(seed, 600_000).whole_pack()))];
    send(&rig, parts(1)).await.unwrap();
    let refused = send(&rig, parts(2)).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::UnpublishedLimit);
    assert_eq!(rig.blobs("packs").len(), 1);
    assert_eq!(rig.blobs("tmp").len(), 0);
}
