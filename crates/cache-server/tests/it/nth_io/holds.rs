//! What must hold after anything failed.

use std::collections::{BTreeMap, BTreeSet};

use cache_db::{
    CacheRow,
    plan::{Policy, Snapshot, classify},
};
use chunk_store::{BlobKey, ChunkId, blob::BlobStore as _};
use nar_format::PathHash;

use crate::engine_support::Rig;

use super::stage::{Cast, ORIGIN};

/// What was there before, and must not go.
pub(super) struct Before {
    blobs: BTreeMap<String, u64>,
    chunks: BTreeSet<ChunkId>,
}

impl Before {
    pub(super) async fn see(rig: &Rig) -> Self {
        let snapshot = rig.db.snapshot().await.unwrap();
        Self {
            blobs: blobs(rig).await,
            chunks: snapshot.chunks.iter().map(|chunk| chunk.id).collect(),
        }
    }
}

/// Everything in the blob store, as it lists it.
async fn blobs(rig: &Rig) -> BTreeMap<String, u64> {
    let listed = rig.faults.list("", None, usize::MAX).await.unwrap();
    listed
        .into_iter()
        .map(|entry| (entry.key, entry.size))
        .collect()
}

/// The invariants, with nothing failing any more.
pub(super) async fn holds(rig: &Rig, cast: &Cast) {
    let broken = rig.db.broken_ids().await.unwrap();
    assert!(
        broken.is_empty(),
        "sound chunks were marked broken: {broken:?}"
    );
    rows_and_blobs_agree(rig, cast).await;
    for cache in rig.db.caches().await.unwrap() {
        what_is_promised_is_there(rig, &cache).await;
    }
    tenants_are_apart(rig, cast).await;
}

/// I2: rows name blobs that are there. I3, I4: nothing went. I6: every file is known or found.
async fn rows_and_blobs_agree(rig: &Rig, cast: &Cast) {
    let there = blobs(rig).await;
    for (key, size) in &cast.before.blobs {
        assert_eq!(there.get(key), Some(size), "{key}");
    }
    let mut snapshot = rig.db.snapshot().await.unwrap();
    let rows = snapshot.packs.iter().map(|pack| &pack.key);
    for key in rows.chain(snapshot.records.iter().map(|record| &record.key)) {
        assert!(there.contains_key(key.as_str()), "{key} is in a row alone");
    }
    let chunks: BTreeSet<_> = snapshot.chunks.iter().map(|chunk| chunk.id).collect();
    assert!(chunks.is_superset(&cast.before.chunks), "chunks went");
    let keys = there.keys().filter(|key| !key.starts_with("tmp/"));
    snapshot.blobs = keys.map(|key| key.parse::<BlobKey>().unwrap()).collect();
    every_blob_has_a_class(&snapshot);
}

fn every_blob_has_a_class(snapshot: &Snapshot) {
    let day = std::time::Duration::from_secs(24 * 3600);
    let policy = Policy {
        grace: day,
        read_grace: day,
    };
    let plan = classify(snapshot, &policy);
    assert_eq!(plan.blobs.len(), snapshot.blobs.len());
    let named: BTreeSet<_> = snapshot.packs.iter().map(|pack| &pack.key).collect();
    assert!(plan.orphans.iter().all(|key| !named.contains(key)));
}

/// I1: what has a narinfo reads back whole.
async fn what_is_promised_is_there(rig: &Rig, cache: &CacheRow) {
    let listed = rig.engine.list_paths(cache, None, 1000).await.unwrap();
    for line in listed.paths {
        let base = line.path.rsplit('/').next().unwrap();
        let hash: PathHash = base[..32].parse().unwrap();
        let nar = rig.pull(cache, hash).await;
        assert!(nar.is_some(), "{base} of {} is not to be had", cache.name);
    }
}

/// I7: alice learns nothing of the other tenant's, and that is unharmed.
async fn tenants_are_apart(rig: &Rig, cast: &Cast) {
    let nar = rig.pull(&cast.other, cast.theirs.hash()).await.unwrap();
    assert!(nar == cast.theirs.nar);
    let asked = cast.secret.clone();
    let asked = rig
        .engine
        .chunks_missing(&cast.alice, &cast.team, asked)
        .await;
    assert!(asked.unwrap().iter().all(|missing| *missing));
    let seen = rig.engine.list_caches(&cast.alice, ORIGIN).await.unwrap();
    assert!(seen.iter().all(|info| info.name != cast.other.name));
}
