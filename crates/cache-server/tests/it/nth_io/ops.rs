//! Every public operation of the engine, how it is called, and how one sees
//! that it was done.

use cache_api::{AddKey, CacheName, ConfigureCache, CreateCache, PublishStatus};
use cache_server::engine::{NarName, PublishRequest};
use futures_util::{StreamExt as _, TryStreamExt as _};
use nar_format::NarHash;

use crate::engine_support::{Package, Rig, pieces};

use super::stage::{Cast, ORIGIN};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Cache,
    PublicCache,
    CacheInfo,
    ListCaches,
    ListPaths,
    Path,
    Narinfo,
    Listing,
    Nar,
    NarRange,
    ChunksMissing,
    PathsMissing,
    Admit,
    IngestPack,
    Publish,
    PublishAgain,
    PublishOther,
    PublishMerged,
    CreateCache,
    ConfigureCache,
    DestroyCache,
    AddKey,
    RetireKey,
    RemovePath,
    Close,
}

/// Each with the functions of the engine that it covers. `open` is tried on its own.
pub(super) const OPS: [(Op, &[&str]); 25] = [
    (Op::Cache, &["cache"]),
    (Op::PublicCache, &["public_cache"]),
    (Op::CacheInfo, &["cache_info"]),
    (Op::ListCaches, &["list_caches"]),
    (Op::ListPaths, &["list_paths"]),
    (Op::Path, &["path"]),
    (Op::Narinfo, &["narinfo"]),
    (Op::Listing, &["listing"]),
    (Op::Nar, &["nar", "body"]),
    (Op::NarRange, &["nar", "body"]),
    (Op::ChunksMissing, &["chunks_missing"]),
    (Op::PathsMissing, &["paths_missing"]),
    (Op::Admit, &["admit"]),
    (Op::IngestPack, &["ingest_pack"]),
    (Op::Publish, &["publish"]),
    (Op::PublishAgain, &["publish"]),
    (Op::PublishOther, &["publish"]),
    (Op::PublishMerged, &["publish"]),
    (Op::CreateCache, &["create_cache"]),
    (Op::ConfigureCache, &["configure_cache"]),
    (Op::DestroyCache, &["destroy_cache"]),
    (Op::AddKey, &["add_key"]),
    (Op::RetireKey, &["retire_key"]),
    (Op::RemovePath, &["remove_path"]),
    (Op::Close, &["close"]),
];

/// An answer that owns up to trouble.
pub(super) type Answer = Result<(), String>;

fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

fn new_name() -> CacheName {
    "new".parse().unwrap()
}

impl Op {
    /// Whether it only reads, and so must not write.
    pub(super) fn reads(self) -> bool {
        (self as usize) < Op::PathsMissing as usize
    }

    /// Whether a second time is refused because of the first.
    pub(super) fn is_made_once(self) -> bool {
        matches!(self, Op::CreateCache | Op::DestroyCache | Op::AddKey)
    }

    /// Calls it once. Panics where the answer is wrong and not an error.
    pub(super) async fn run(self, rig: &Rig, cast: &Cast) -> Answer {
        match self {
            Op::Cache | Op::PublicCache | Op::CacheInfo | Op::ListCaches => {
                self.ask_of_caches(rig, cast).await
            }
            Op::ListPaths | Op::Path | Op::ChunksMissing | Op::PathsMissing => {
                self.ask_of_paths(rig, cast).await
            }
            Op::Narinfo | Op::Listing | Op::Nar | Op::NarRange => {
                let trouble = rig.engine.tally().trouble.get();
                let answer = self.serve(rig, cast).await;
                if answer == Err("absent".to_owned()) {
                    assert!(rig.engine.tally().trouble.get() > trouble, "not counted");
                }
                answer
            }
            Op::Admit | Op::IngestPack | Op::Close => self.send(rig, cast).await,
            Op::Publish | Op::PublishAgain | Op::PublishOther | Op::PublishMerged => {
                self.publish(rig, cast).await
            }
            _ => self.change(rig, cast).await,
        }
    }

    async fn ask_of_caches(self, rig: &Rig, cast: &Cast) -> Answer {
        let engine = &rig.engine;
        let name = &cast.team.name;
        match self {
            Op::Cache => {
                let row = engine.cache(name).await.map_err(text)?;
                assert_eq!(row.unwrap().uid, cast.team.uid);
            }
            Op::PublicCache => {
                let row = engine.public_cache(name).await.map_err(text)?;
                assert_eq!(row.unwrap().uid, cast.team.uid);
                let hidden = engine.public_cache(&cast.other.name).await;
                assert!(hidden.map_err(text)?.is_none());
            }
            Op::CacheInfo => {
                let info = engine.cache_info(&cast.team, ORIGIN).await.map_err(text)?;
                assert_eq!(info.public_keys.len(), 2);
            }
            _ => {
                let infos = engine
                    .list_caches(&cast.alice, ORIGIN)
                    .await
                    .map_err(text)?;
                let names: Vec<_> = infos.iter().map(|info| &info.name).collect();
                assert_eq!(names, [name]);
            }
        }
        Ok(())
    }

    async fn ask_of_paths(self, rig: &Rig, cast: &Cast) -> Answer {
        let (engine, team) = (&rig.engine, &cast.team);
        let shown = cast.shown.hash();
        match self {
            Op::ListPaths => {
                let listed = engine.list_paths(team, None, 10).await.map_err(text)?;
                assert_eq!(listed.paths.len(), 1);
                assert_eq!(listed.paths[0].nar_hash, NarHash::of(&cast.shown.nar));
            }
            Op::Path => {
                let path = engine.path(team, &shown).await.map_err(text)?.unwrap();
                assert_eq!(path.nar_hash, NarHash::of(&cast.shown.nar));
            }
            Op::ChunksMissing => {
                let digests = [
                    cast.sent.digests(),
                    cast.unsent.clone(),
                    cast.secret.clone(),
                ];
                let digests = digests.concat();
                let sent = cast.sent.chunks.len();
                let missing = engine.chunks_missing(&cast.alice, team, digests).await;
                let missing = missing.map_err(text)?;
                assert!(
                    missing
                        .iter()
                        .enumerate()
                        .all(|(at, bit)| *bit == (at >= sent))
                );
            }
            _ => {
                let fresh = cast.fresh.hash();
                let missing = engine.paths_missing(team, &[shown, fresh]).await;
                assert_eq!(missing.map_err(text)?, [fresh]);
            }
        }
        Ok(())
    }

    async fn serve(self, rig: &Rig, cast: &Cast) -> Answer {
        let (engine, team) = (&rig.engine, &cast.team);
        let absent = || "absent".to_owned();
        match self {
            Op::Narinfo => {
                let info = engine.narinfo(team, cast.shown.hash()).await;
                let info = info.ok_or_else(absent)?;
                assert!(String::from_utf8_lossy(&info).contains(&cast.url));
            }
            Op::Listing => {
                let listing = engine.listing(team, cast.shown.hash()).await;
                assert!(listing.ok_or_else(absent)? == cast.listing);
            }
            _ => {
                let name: NarName = cast.url.strip_prefix("nar/").unwrap().parse().unwrap();
                let nar = engine.nar(team, &name).await.ok_or_else(absent)?;
                let from = if self == Op::NarRange {
                    nar.len() / 2
                } else {
                    0
                };
                let body = nar.body(from, nar.len()).await.map_err(text)?;
                let parts: Vec<_> = body.try_collect().await.map_err(text)?;
                let bytes = parts.concat();
                // What ended cleanly is whole.
                assert_eq!(bytes.len() as u64, nar.len() - from);
                if from == 0 {
                    assert!(zstd::stream::decode_all(&bytes[..]).unwrap() == cast.shown.nar);
                }
            }
        }
        Ok(())
    }

    async fn send(self, rig: &Rig, cast: &Cast) -> Answer {
        let engine = &rig.engine;
        match self {
            Op::Admit => engine
                .admit(&cast.alice, 1000)
                .await
                .map(drop)
                .map_err(text),
            Op::IngestPack => {
                let body = pieces(&cast.fresh_pack);
                let sent = engine
                    .ingest_pack(&cast.alice, &cast.team, None, body)
                    .await;
                sent.map(drop).map_err(text)
            }
            _ => {
                // It answers nothing: an access time that is lost is only logged.
                engine.close().await;
                Ok(())
            }
        }
    }

    async fn publish(self, rig: &Rig, cast: &Cast) -> Answer {
        let (mut path, digests) = match self {
            Op::Publish => cast.sent.claim(),
            Op::PublishOther => cast.changed.claim(),
            _ => cast.shown.claim(),
        };
        path.replace = self == Op::PublishOther;
        if self == Op::PublishMerged {
            let print = fingerprint(&cast.shown);
            path.sigs = vec![cast.upstream.sign(&print).to_string()];
        }
        let request = PublishRequest::new(vec![path], digests);
        let stream = rig.engine.publish(&cast.alice, &cast.team, request).await;
        let lines: Vec<_> = stream.map_err(text)?.collect().await;
        assert_eq!(lines.len(), 1, "a line for the path");
        match lines[0].status {
            PublishStatus::Published | PublishStatus::Present => Ok(()),
            _ => Err(text(&lines[0])),
        }
    }

    async fn change(self, rig: &Rig, cast: &Cast) -> Answer {
        let (engine, team) = (&rig.engine, &cast.team);
        match self {
            Op::CreateCache => {
                let request = CreateCache::default();
                let made = engine.create_cache(&new_name(), &request, ORIGIN).await;
                made.map(drop).map_err(text)
            }
            Op::ConfigureCache => {
                let change = ConfigureCache {
                    priority: Some(7),
                    ..ConfigureCache::default()
                };
                let changed = engine.configure_cache(team, &change, ORIGIN).await;
                changed.map(drop).map_err(text)
            }
            Op::DestroyCache => engine.destroy_cache(&cast.doomed).await.map_err(text),
            Op::AddKey => {
                let key = AddKey {
                    secret: None,
                    name: Some("extra".to_owned()),
                };
                let added = engine.add_key(team, &key, ORIGIN).await;
                added.map(drop).map_err(text)
            }
            Op::RetireKey => {
                let retired = engine.retire_key(team, "team-2", ORIGIN).await;
                retired.map(drop).map_err(text)
            }
            _ => {
                let hash = cast.shown.hash();
                let removed = engine.remove_path(&cast.alice, team, &hash).await;
                removed.map(drop).map_err(text)
            }
        }
    }

    /// Whether what it is for has come about.
    pub(super) async fn done(self, rig: &Rig, cast: &Cast) -> bool {
        let (engine, team) = (&rig.engine, &cast.team);
        let keys = async || engine.cache_info(team, ORIGIN).await.unwrap().public_keys;
        let shown = cast.shown.hash();
        match self {
            Op::IngestPack => {
                let asked = rig.missing(&cast.alice, team, &cast.fresh);
                asked.await.iter().all(|missing| !missing)
            }
            Op::Publish => rig.pull(team, cast.sent.hash()).await == Some(cast.sent.nar.clone()),
            Op::PublishOther => rig.pull(team, shown).await == Some(cast.changed.nar.clone()),
            Op::PublishMerged => {
                let info = rig.narinfo(team, shown).await.unwrap();
                info.sigs.iter().any(|sig| sig.name == "upstream-1")
            }
            Op::CreateCache => engine.cache(&new_name()).await.unwrap().is_some(),
            Op::ConfigureCache => {
                let row = engine.cache(&team.name).await.unwrap().unwrap();
                row.settings.priority == 7
            }
            Op::DestroyCache => engine.cache(&cast.doomed.name).await.unwrap().is_none(),
            Op::AddKey => keys()
                .await
                .iter()
                .any(|key| key.public_key.starts_with("extra:")),
            Op::RetireKey => {
                let info = rig.narinfo(team, shown).await.unwrap();
                let retired = |key: &cache_api::KeyInfo| key.state == cache_api::KeyState::Retired;
                // What is stored keeps its signatures; what is published from now on has one.
                keys().await.iter().any(retired) && !info.sigs.is_empty()
            }
            Op::RemovePath => rig.narinfo(team, shown).await.is_none(),
            _ => true,
        }
    }
}

fn fingerprint(package: &Package) -> String {
    nar_format::narinfo::fingerprint(
        &nar_format::StoreDir::default(),
        &package.path,
        &NarHash::of(&package.nar),
        package.nar.len() as u64,
        &[],
    )
}
