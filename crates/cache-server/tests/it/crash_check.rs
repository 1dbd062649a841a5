//! What must hold when a server starts on what a crash left.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use cache_api::PublishStatus;
use cache_db::{
    CacheRow,
    plan::{Plan, Policy, Snapshot, classify},
};
use cache_server::engine::Readiness;
use chunk_store::{BlobKey, blob::BlobStore};
use tempfile::TempDir;

use crate::{
    crash_marks::{BROKEN, Expect, NONE, package},
    crash_runs::{DB, RUN, STORE, alice},
    engine_support::{Rig, START, files_below, until},
};

/// A path that no run pushes.
const NEW: u8 = 99;

/// What a crash left, with the server that was started on it.
pub(crate) struct Restart<'a> {
    rig: Rig,
    expect: &'a Expect,
}

impl<'a> Restart<'a> {
    /// Starts on the files in a folder, as the same server with a later clock.
    pub(crate) async fn on(dir: TempDir, expect: &'a Expect) -> Self {
        let (store, db) = (format!("{RUN}/{STORE}"), format!("{RUN}/{DB}"));
        let rig = Rig::open(dir, &store, &db, START + 1000).await;
        Self { rig, expect }
    }

    /// Checks all of it. `whole`: the bytes of all blobs that a row may name.
    pub(crate) async fn check(self, whole: &BTreeMap<String, Arc<Vec<u8>>>) {
        assert_eq!(self.rig.engine.readiness(), Readiness::Ready);
        self.rows_name_whole_blobs(whole).await;
        self.acknowledged_chunks_are_kept().await;
        let found = self.answered_paths_read_back().await;
        self.bytes_are_found_and_leftovers_harmless().await;
        assert_eq!(self.found().await, found, "without orphans");
        self.a_push_succeeds(&found).await;
        self.rig.engine.close().await;
    }

    /// I2: every pack and record that a row names is there, byte for byte.
    async fn rows_name_whole_blobs(&self, whole: &BTreeMap<String, Arc<Vec<u8>>>) {
        let snapshot = self.rig.db.snapshot().await.unwrap();
        let packs = snapshot.packs.iter().map(|pack| &pack.key);
        let records = snapshot.records.iter().map(|record| &record.key);
        for key in packs.chain(records) {
            let bytes = fs::read(self.store().join(key.as_str())).ok();
            let meant = whole.get(key.as_str()).map(|bytes| &**bytes);
            assert!(
                bytes.as_ref() == meant,
                "a row names {key}, which is not whole"
            );
        }
    }

    /// Leases: what was acknowledged is not asked for again.
    async fn acknowledged_chunks_are_kept(&self) {
        for (cache, path, variant) in &self.expect.sent {
            let cache = self.cache(cache).await.expect("chunks were sent to it");
            let package = package(*path, *variant);
            let missing = self.rig.missing(&alice(), &cache, &package).await;
            assert!(
                !missing.contains(&true),
                "{path} {variant} was acknowledged"
            );
        }
    }

    /// I1 and I5: each path is as it was answered, or as it was about to be.
    async fn answered_paths_read_back(&self) -> BTreeMap<(String, u8), u8> {
        let found = self.found().await;
        for (key, variant) in &found {
            let may = &self.expect.paths[key];
            assert!(
                may.contains(variant),
                "{key:?} is {variant}, may be {may:?}"
            );
        }
        let mut listed = BTreeSet::new();
        for name in ["team", "other"] {
            let Some(cache) = self.cache(name).await else {
                continue;
            };
            let paths = self.rig.engine.list_paths(&cache, None, 100).await.unwrap();
            listed.extend(
                paths
                    .paths
                    .into_iter()
                    .map(|path| (name.to_owned(), path.path)),
            );
        }
        let there = |variant: &&u8| ![NONE, BROKEN].contains(*variant);
        assert_eq!(
            listed.len(),
            found.values().filter(there).count(),
            "{listed:?}"
        );
        found
            .into_iter()
            .map(|(key, variant)| (key, if variant == BROKEN { NONE } else { variant }))
            .collect()
    }

    /// Which variant each path has: what answers is read whole.
    async fn found(&self) -> BTreeMap<(String, u8), u8> {
        let mut found = BTreeMap::new();
        for (name, path) in self.expect.paths.keys() {
            let variant = match self.cache(name).await {
                Some(cache) => self.variant(&cache, *path).await,
                None => NONE,
            };
            found.insert((name.clone(), *path), variant);
        }
        found
    }

    async fn variant(&self, cache: &CacheRow, path: u8) -> u8 {
        let hash = package(path, 1).hash();
        let Some(info) = self.rig.narinfo(cache, hash).await else {
            return NONE;
        };
        if self.rig.pull_url(cache, &info.url).await.is_none() {
            until(async || self.rig.narinfo(cache, hash).await.is_none()).await;
            return BROKEN;
        }
        let nar = self
            .rig
            .pull(cache, hash)
            .await
            .expect("it was there just now");
        let variant = (1..BROKEN).find(|variant| package(path, *variant).nar == nar);
        variant.expect("a NAR that was pushed")
    }

    /// I6: the planner finds every file; what it calls an orphan is of no use.
    async fn bytes_are_found_and_leftovers_harmless(&self) {
        let (snapshot, plan) = self.plan().await;
        let store = self.store();
        let files = files_below(&store);
        let key = |path: &PathBuf| path.strip_prefix(&store).unwrap().to_str().unwrap().parse();
        let on_disk: BTreeSet<BlobKey> = files.iter().map(|path| key(path).unwrap()).collect();
        let classed: BTreeSet<BlobKey> = plan.blobs.into_iter().map(|(key, _)| key).collect();
        assert_eq!(classed, on_disk, "every file is classed");
        let trash = snapshot.trash.iter().map(|(key, _)| key);
        let packs = snapshot.packs.iter().map(|pack| &pack.key);
        let records = snapshot.records.iter().map(|record| &record.key);
        let named: BTreeSet<&BlobKey> = trash.chain(packs).chain(records).collect();
        let lost: Vec<&BlobKey> = on_disk
            .iter()
            .filter(|key| !named.contains(key) && key.identity_parts().is_none())
            .collect();
        assert_eq!(plan.orphans.iter().collect::<Vec<_>>(), lost);
        for key in &plan.orphans {
            self.rig.faults.delete(key).await.unwrap();
        }
    }

    async fn plan(&self) -> (Snapshot, Plan) {
        let mut snapshot = self.rig.db.snapshot().await.unwrap();
        let listed = self.rig.faults.list("", None, 1000).await.unwrap();
        let keys = listed.iter().map(|entry| entry.key.parse().unwrap());
        snapshot.blobs = keys.collect();
        let policy = Policy {
            grace: Duration::from_secs(24 * 3600),
            read_grace: Duration::from_secs(3600),
        };
        let plan = classify(&snapshot, &policy);
        (snapshot, plan)
    }

    /// Everything that the run pushed is pushed again, and something new.
    async fn a_push_succeeds(&self, found: &BTreeMap<(String, u8), u8>) {
        let new = (("team".to_owned(), NEW), NONE);
        let pushes = found.iter().map(|(key, variant)| (key.clone(), *variant));
        for ((name, path), variant) in pushes.chain([new]) {
            let cache = self.rig.cache(&name).await;
            let package = package(path, variant.max(1));
            let line = self.rig.push(&alice(), &cache, &package).await;
            let status = match (path, variant) {
                (NEW, _) => [PublishStatus::Published; 2],
                // The same frames may heal a NAR before it is published.
                (_, NONE) => [PublishStatus::Published, PublishStatus::Present],
                _ => [PublishStatus::Present; 2],
            };
            assert!(status.contains(&line.status), "{line:?}");
            let nar = self.rig.pull(&cache, package.hash()).await;
            assert!(
                nar.as_ref() == Some(&package.nar),
                "{name} {path} reads back"
            );
        }
    }

    async fn cache(&self, name: &str) -> Option<Arc<CacheRow>> {
        let name = name.parse().unwrap();
        self.rig.engine.cache(&name).await.unwrap()
    }

    fn store(&self) -> PathBuf {
        self.rig.dir.path().join(RUN).join(STORE)
    }
}
