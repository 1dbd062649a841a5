//! Two tenants of one server.

use std::sync::Arc;

use cache_api::{CacheName, ErrorCode, PublishStatus};
use cache_server::engine::{Caller, PublishRequest};
use futures_util::StreamExt;
use token_auth::{CachePattern, Claims, Issuer, Permission, SigningKey, Verifier};

use crate::engine_damage::{damage, notice};
use crate::engine_support::{Package, Rig, START, noise, until};

/// Someone whose token may pull from, push to and delete from one cache.
pub(crate) fn member(of: &str) -> Caller {
    with(
        of,
        &[Permission::Pull, Permission::Push, Permission::Delete],
    )
}

fn with(of: &str, permissions: &[Permission]) -> Caller {
    let secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ==";
    let key = SigningKey::hs256_from_base64(secret).unwrap();
    let mut claims = Claims::new(of, START);
    for permission in permissions.iter().copied() {
        let pattern: CachePattern = of.parse().unwrap();
        claims.grant(pattern, permission);
    }
    let jwt = Issuer::new(&key).unwrap().issue(&claims).unwrap();
    Caller::token(Arc::new(Verifier::new(&key).verify(&jwt, START).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_learns_nothing_of_another_and_takes_nothing_from_it() {
    let rig = Rig::new().await;
    let (red, blue) = (rig.cache("red").await, rig.cache("blue").await);
    let (alice, bob) = (member("red"), member("blue"));
    let package = Package::noise(1, 1_000_000);
    rig.push(&alice, &red, &package).await;

    let asked = rig.missing(&bob, &blue, &package);
    assert!(asked.await.iter().all(|missing| *missing));
    // Knowing every digest and the NAR hash is not enough to publish.
    let line = rig.publish(&bob, &blue, package.claim()).await;
    assert_eq!(line.status, PublishStatus::Missing);
    assert_eq!(line.missing.len(), package.chunks.len());
    let missing = rig.engine.paths_missing(&blue, &[package.hash()]).await;
    assert_eq!(missing.unwrap(), [package.hash()]);
    assert!(rig.narinfo(&blue, package.hash()).await.is_none());
    assert!(rig.engine.listing(&blue, package.hash()).await.is_none());

    let names = |infos: Vec<cache_api::CacheInfo>| -> Vec<CacheName> {
        infos.into_iter().map(|info| info.name).collect()
    };
    let seen = rig.engine.list_caches(&bob, "http://x/").await.unwrap();
    assert_eq!(names(seen), std::slice::from_ref(&blue.name));
    let none = rig.engine.list_caches(&Caller::nobody(), "http://x/").await;
    assert_eq!(names(none.unwrap()), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_nars_in_two_caches_live_and_die_apart() {
    let rig = Rig::new().await;
    let (red, blue) = (rig.cache("red").await, rig.cache("blue").await);
    let (alice, bob) = (member("red"), member("blue"));
    let package = Package::noise(1, 1_000_000);
    for (by, cache) in [(&alice, &red), (&bob, &blue)] {
        let line = rig.push(by, cache, &package).await;
        assert_eq!(line.status, PublishStatus::Published);
    }
    assert!(
        rig.engine
            .remove_path(&alice, &red, &package.hash())
            .await
            .unwrap()
    );
    assert!(rig.narinfo(&red, package.hash()).await.is_none());
    assert_eq!(rig.pull(&blue, package.hash()).await.unwrap(), package.nar);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_tenant_at_another_level_changes_nothing_that_is_served() {
    let compressible: Vec<u8> = (0..400_000u32)
        .flat_map(|n| (n / 7).to_le_bytes())
        .collect();
    let package = Package::new(1, &compressible);
    let mut served = Vec::new();
    for hidden_level in [None, Some(1), Some(19)] {
        let rig = Rig::new().await;
        let (red, blue) = (rig.cache("red").await, rig.cache("blue").await);
        if let Some(level) = hidden_level {
            let line = rig.push_at(&member("red"), &red, &package, level).await;
            assert_eq!(line.status, PublishStatus::Published);
        }
        let bob = member("blue");
        let asked = rig.missing(&bob, &blue, &package);
        assert!(asked.await.iter().all(|missing| *missing));
        let line = rig.push_at(&bob, &blue, &package, 3).await;
        assert_eq!(line.status, PublishStatus::Published);
        let info = rig.narinfo(&blue, package.hash()).await.unwrap();
        let bytes = rig.pull_url(&blue, &info.url).await.unwrap();
        served.push((info.url, info.file_size, bytes));
    }
    assert_eq!(served[0], served[1]);
    assert_eq!(served[0], served[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_needs_the_delete_permission() {
    let rig = Rig::new().await;
    let cache = rig.cache("red").await;
    let (first, second) = (Package::new(1, b"first"), Package::new(1, b"second"));
    rig.push(&member("red"), &cache, &first).await;
    let stranger = Caller::nobody();
    rig.send(&stranger, &cache, &second, 3, |_| true).await;
    let (mut path, digests) = second.claim();
    path.replace = true;
    let claim = (path, digests);
    let line = rig.publish(&stranger, &cache, claim.clone()).await;
    assert_eq!(line.code, Some(cache_api::ErrorCode::Forbidden));
    rig.send(&member("red"), &cache, &second, 3, |_| true).await;
    let line = rig.publish(&member("red"), &cache, claim).await;
    assert_eq!(line.status, PublishStatus::Published);
}

/// A broken path is free for all; one that was healed meanwhile is not.
#[tokio::test(flavor = "multi_thread")]
async fn replacing_what_was_healed_meanwhile_needs_the_delete_permission() {
    let rig = Rig::new().await;
    let cache = rig.cache("red").await;
    let (alice, pusher) = (
        member("red"),
        with("red", &[Permission::Pull, Permission::Push]),
    );
    let first = Package::noise(1, 300_000);
    rig.push(&alice, &cache, &first).await;
    damage(&rig.blobs("packs")[0]);
    notice(&rig, &cache, &first).await;

    let second = Package::new(1, &noise(2, 300_000));
    rig.send(&pusher, &cache, &second, 3, |_| true).await;
    let (mut path, digests) = second.claim();
    path.replace = true;
    rig.faults.hold_reads(true);
    let reads = rig.faults.reads();
    let request = PublishRequest::new(vec![path], digests);
    let lines = rig.engine.publish(&pusher, &cache, request).await.unwrap();
    until(async || rig.faults.reads() > reads).await;
    rig.send(&alice, &cache, &first, 3, |_| true).await;
    assert!(rig.narinfo(&cache, first.hash()).await.is_some());
    rig.faults.hold_reads(false);
    let lines: Vec<_> = lines.collect().await;
    assert_eq!(lines[0].code, Some(ErrorCode::PathDiffers), "{lines:?}");
    assert_eq!(rig.pull(&cache, first.hash()).await.unwrap(), first.nar);
}
