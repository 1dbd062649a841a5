//! A server with two tenants, prepared once and copied for each try.

use std::{fs, path::Path, sync::Arc};

use cache_api::{AddKey, ConfigureCache, CreateCache};
use cache_db::CacheRow;
use cache_server::engine::Caller;
use chunk_store::Digest;
use nar_format::signing::SecretKey;
use tempfile::TempDir;

use crate::{
    engine_support::{Package, Rig, START, until},
    engine_tenants::member,
    shim,
};

use super::holds::Before;

pub(super) const ORIGIN: &str = "http://x/";

/// Who and what takes part, and the folder to begin with.
pub(super) struct Cast {
    template: TempDir,
    pub(super) alice: Caller,
    /// A public cache with `shown`, signed by two keys.
    pub(super) team: Arc<CacheRow>,
    /// A private cache of another tenant, with `theirs`.
    pub(super) other: Arc<CacheRow>,
    /// A cache with `shown`, to be destroyed.
    pub(super) doomed: Arc<CacheRow>,
    pub(super) shown: Package,
    /// The URL of `shown`'s NAR, and its listing.
    pub(super) url: String,
    pub(super) listing: Vec<u8>,
    /// Another NAR for the path of `shown`, sent and not published.
    pub(super) changed: Package,
    /// Sent and not published.
    pub(super) sent: Package,
    /// Not sent.
    pub(super) fresh: Package,
    pub(super) fresh_pack: Vec<u8>,
    pub(super) unsent: Vec<Digest>,
    pub(super) theirs: Package,
    /// The chunks that are of `theirs` alone.
    pub(super) secret: Vec<Digest>,
    /// Trusted by `team`; its signature is not there yet.
    pub(super) upstream: SecretKey,
    pub(super) before: Before,
}

impl Cast {
    pub(super) async fn new() -> Self {
        let rig = Rig::open(folder(), "store", "garret.db", START).await;
        let alice = member("team");
        let upstream = SecretKey::from_seed("upstream-1", &[1; 32]).unwrap();
        make_team(&rig, &upstream).await;
        let shown = Package::noise(1, 1_300_000);
        let changed = Package::new(1, b"changed");
        let sent = Package::noise(2, 400_000);
        let fresh = Package::noise(3, 700_000);
        let theirs = Package::noise(4, 100_000);
        let (team, other) = (rig.cache("team").await, rig.cache("other").await);
        let doomed = rig.cache("doomed").await;
        rig.push(&alice, &team, &shown).await;
        rig.push(&member("doomed"), &doomed, &shown).await;
        rig.push(&member("other"), &other, &theirs).await;
        for package in [&changed, &sent] {
            rig.send(&alice, &team, package, 3, |_| true).await;
        }
        let url = rig.narinfo(&team, shown.hash()).await.unwrap().url;
        let listing = rig.engine.listing(&team, shown.hash()).await.unwrap();
        let before = Before::see(&rig).await;
        // Taken while it runs: so rows are read from the write-ahead log, by calls that may fail, and not from a mapping.
        let template = copy(rig.dir.path());
        close(rig).await;
        let known = [&shown, &changed, &sent].map(Package::digests).concat();
        let only = |package: &Package| -> Vec<Digest> {
            let digests = package.digests().into_iter();
            digests.filter(|digest| !known.contains(digest)).collect()
        };
        Self {
            secret: only(&theirs),
            unsent: only(&fresh),
            template,
            fresh_pack: fresh.pack(3, |_| true).unwrap(),
            listing: listing.to_vec(),
            alice,
            team,
            other,
            doomed,
            shown,
            url,
            changed,
            sent,
            fresh,
            theirs,
            upstream,
            before,
        }
    }

    /// A folder as it is before anything fails.
    pub(super) fn folder(&self) -> TempDir {
        copy(self.template.path())
    }

    /// A server over it, long after everything there was used.
    pub(super) async fn rig(&self) -> Rig {
        let rig = reopen(self.folder(), 1).await;
        rig.advance(4000).await;
        rig
    }
}

async fn make_team(rig: &Rig, upstream: &SecretKey) {
    let request = CreateCache {
        is_public: Some(true),
        ..CreateCache::default()
    };
    let name = "team".parse().unwrap();
    let made = rig.engine.create_cache(&name, &request, ORIGIN).await;
    made.unwrap();
    let team = rig.cache("team").await;
    let trust = ConfigureCache {
        upstream_keys: Some(vec![upstream.public().to_string()]),
        ..ConfigureCache::default()
    };
    let trusts = rig.engine.configure_cache(&team, &trust, ORIGIN).await;
    trusts.unwrap();
    let second = AddKey {
        secret: None,
        name: Some("team-2".to_owned()),
    };
    rig.engine.add_key(&team, &second, ORIGIN).await.unwrap();
}

/// An empty folder whose files the shim watches.
pub(super) fn folder() -> TempDir {
    TempDir::new_in(shim::root()).unwrap()
}

/// Opens what is in a folder; `time` is another one for each server over the same files.
pub(super) async fn reopen(dir: TempDir, time: u64) -> Rig {
    Rig::open(dir, "store", "garret.db", START + 10_000 * time).await
}

/// What a kill would leave: everything but the memory that SQLite shares.
pub(super) fn copy(from: &Path) -> TempDir {
    let to = folder();
    copy_into(from, to.path());
    to
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy_into(&entry.path(), &target);
        } else if !entry.path().to_string_lossy().ends_with("-shm") {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Drops a server and waits until its last file is closed.
pub(super) async fn close(rig: Rig) -> TempDir {
    let dir = rig.into_dir();
    until(async || !is_open(dir.path())).await;
    dir
}

/// Whether this process has a file below a folder open.
pub(super) fn is_open(folder: &Path) -> bool {
    let links = fs::read_dir("/proc/self/fd").unwrap();
    let mut open = links.filter_map(|link| fs::read_link(link.ok()?.path()).ok());
    open.any(|path| path.starts_with(folder))
}
