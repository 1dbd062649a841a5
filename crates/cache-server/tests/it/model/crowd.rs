//! Many tenants at once. No model can say what comes first, so only what must
//! hold in any order is looked at: what a narinfo promises can be had whole,
//! what was published stays, and nobody sees what is not for him.

use std::collections::BTreeSet;
use std::sync::Mutex;

use cache_api::{ErrorCode, PublishLine, PublishStatus, bitmap, publish_body};
use chunk_store::Digest;
use futures_util::future::join_all;
use nar_format::{NarHash, StoreDir, narinfo::NarInfo};
use token_auth::Permission;

use super::claim::{Claim, Twist};
use super::history::Rng;
use super::pool::{CACHES, CONTENTS, PATHS, Pool, REAL, TENANTS};
use super::pushes::{below, pack_of, wanted};
use super::world::World;
use crate::http_support::{Reply, Request};

/// Crowds, unless asked otherwise.
const RUNS: u64 = 4;
/// Steps of each of them.
const STEPS: usize = 30;
/// Paths below this number are never removed or replaced.
const KEPT: usize = 4;
/// Contents of the two caches that are always private.
const ALPHA: std::ops::Range<usize> = 0..7;
const BETA: std::ops::Range<usize> = 7..14;
const SHARED: std::ops::Range<usize> = 14..CONTENTS;

/// Tenant, cache, and contents that it pushes there.
const PUSHERS: [(usize, usize, std::ops::Range<usize>); 6] = [
    (2, 0, ALPHA),
    (6, 0, ALPHA),
    (3, 1, BETA),
    (1, 1, BETA),
    (2, 3, SHARED),
    (6, 2, SHARED),
];

/// What all of them share.
struct Crowd {
    world: World,
    /// Paths that were published, by cache, and stay.
    kept: Mutex<BTreeSet<(usize, usize)>>,
    /// Those of them whose publish was answered so, and not that it was there.
    first: Mutex<BTreeSet<(usize, usize)>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_crowd_promises_are_kept_and_nobody_sees_what_is_not_for_him() {
    let replayed = super::number("GARRET_SEED");
    let first = replayed.unwrap_or_else(super::random_seed);
    let asked = super::number("GARRET_MODEL_RUNS");
    for run in 0..asked.unwrap_or(if replayed.is_some() { 1 } else { RUNS }) {
        let seed = first.wrapping_add(run);
        println!("GARRET_SEED={seed}");
        play(seed).await;
    }
}

async fn play(seed: u64) {
    let mut world = World::new().await;
    for op in super::history::history(seed, 0) {
        world.step(&op).await;
    }
    let mut crowd = Crowd {
        world,
        kept: Mutex::default(),
        first: Mutex::default(),
    };
    let pushers = PUSHERS
        .iter()
        .enumerate()
        .map(|(at, (who, cache, contents))| {
            let rng = Rng(seed.wrapping_add(at as u64));
            crowd.pusher(rng, *who, *cache, contents.clone())
        });
    let others = async {
        let readers = (0..3).map(|at| crowd.reader(Rng(seed ^ (1 << (40 + at)))));
        tokio::join!(join_all(readers), crowd.keeper(Rng(seed ^ 1 << 50)));
    };
    tokio::join!(join_all(pushers), others);
    crowd.world.reopen(false).await;
    assert!(!crowd.kept.lock().unwrap().is_empty());
    for (cache, path) in (0..REAL).flat_map(|cache| (0..PATHS).map(move |path| (cache, path))) {
        crowd.read(1, cache, path).await;
    }
}

impl Crowd {
    async fn send(&self, who: usize, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        let request = Request::new(method, path).body(body);
        let reply = self.world.send_as(who, request).await;
        assert!(reply.status < 500, "{method} {path}: {reply:?}");
        reply
    }

    async fn pusher(
        &self,
        mut rng: Rng,
        who: usize,
        cache: usize,
        contents: std::ops::Range<usize>,
    ) {
        for _ in 0..STEPS {
            let path = rng.below(PATHS);
            let claim = Claim {
                path,
                content: contents.start + (path + rng.below(2)) % contents.len(),
                twist: if rng.chance(5) {
                    Twist::Hash
                } else {
                    Twist::None
                },
                sigs: rng.below(4) as u8,
                replace: path >= KEPT && rng.chance(60),
            };
            match rng.below(10) {
                0..6 => self.push(&mut rng, who, cache, &claim).await,
                6..8 => self.read(who, cache, path).await,
                8 => self.pry(who, cache).await,
                _ if path >= KEPT => {
                    let hash = Pool::get().paths[path].hash();
                    let url = below(CACHES[cache], &format!("/paths/{hash}"));
                    self.send(who, "DELETE", &url, "").await;
                }
                _ => {}
            }
        }
    }

    async fn push(&self, rng: &mut Rng, who: usize, cache: usize, claim: &Claim) {
        let digests = claim.digests();
        let missing = self.missing(who, cache, &digests).await;
        let wanted = wanted(&digests, &missing);
        if !wanted.is_empty() {
            let pack = pack_of(&wanted, rng.make(2));
            self.send(who, "PUT", &below(CACHES[cache], "/packs"), pack)
                .await;
        }
        let line = self.publish(who, cache, claim).await;
        let code = line.code.as_ref().map_or(0, ErrorCode::http);
        assert!(code < 500, "{line:?}");
        let is_there = matches!(
            line.status,
            PublishStatus::Published | PublishStatus::Present
        );
        assert!(!is_there || claim.twist == Twist::None, "{claim:?}");
        if is_there && claim.path < KEPT {
            let mut kept = self.kept.lock().unwrap();
            kept.insert((cache, claim.path));
            let is_first = line.status != PublishStatus::Published
                || self.first.lock().unwrap().insert((cache, claim.path));
            assert!(is_first, "published a second time: {claim:?}");
        }
    }

    async fn publish(&self, who: usize, cache: usize, claim: &Claim) -> PublishLine {
        let digests: Vec<_> = claim
            .digests()
            .iter()
            .map(|digest| *digest.as_bytes())
            .collect();
        let body = publish_body::encode(&[claim.to_body()], &digests);
        let reply = self
            .send(who, "POST", &below(CACHES[cache], "/paths"), body)
            .await;
        reply.lines().remove(0)
    }

    async fn missing(&self, who: usize, cache: usize, digests: &[Digest]) -> Vec<bool> {
        let body: Vec<u8> = digests
            .iter()
            .flat_map(|digest| *digest.as_bytes())
            .collect();
        let url = below(CACHES[cache], "/chunks/missing");
        let reply = self.send(who, "POST", &url, body).await;
        bitmap::decode(&reply.body, digests.len()).unwrap()
    }

    /// Looks for what another tenant keeps to itself: its chunks are missing,
    /// whatever it pushes meanwhile, and cannot be published.
    async fn pry(&self, who: usize, cache: usize) {
        let theirs = match who {
            2 | 6 => BETA,
            3 => ALPHA,
            _ => return,
        };
        let of = |contents: &mut dyn Iterator<Item = usize>| -> BTreeSet<Digest> {
            contents
                .flat_map(|at| Pool::get().contents[at].chunks.clone())
                .collect()
        };
        let others = of(&mut (0..CONTENTS).filter(|at| !theirs.contains(at)));
        let secrets: Vec<Digest> = of(&mut theirs.clone())
            .difference(&others)
            .copied()
            .collect();
        assert!(!secrets.is_empty());
        let missing = self.missing(who, cache, &secrets).await;
        assert!(
            missing.iter().all(|missing| *missing),
            "{who} sees chunks of others"
        );
        let claim = Claim {
            path: PATHS - 1,
            content: theirs.start,
            twist: Twist::Name,
            sigs: 0,
            replace: false,
        };
        let line = self.publish(who, cache, &claim).await;
        let refused = matches!(line.status, PublishStatus::Missing | PublishStatus::Error);
        assert!(refused, "{who} publishes what others sent: {line:?}");
    }

    /// A narinfo, and the NAR that it promises. Nothing is forgotten here, so
    /// that a URL answers also when its path was removed or replaced since.
    async fn read(&self, who: usize, cache: usize, path: usize) {
        let must = self.kept.lock().unwrap().contains(&(cache, path));
        let name = CACHES[cache];
        let may = self.world.state.may(who, name, Permission::Pull);
        let is_private = cache < 2;
        let hash = Pool::get().paths[path].hash();
        let reply = self
            .send(who, "GET", &format!("/{name}/{hash}.narinfo"), "")
            .await;
        if reply.status != 200 {
            assert_eq!(reply.status, 404, "{reply:?}");
            assert!(!(must && may), "{name}/{path} was published and is gone");
            return;
        }
        assert!(may || !is_private, "{who} sees {name}");
        let info = NarInfo::parse(&reply.text(), &StoreDir::default()).unwrap();
        let reply = self
            .send(who, "GET", &format!("/{name}/{}", info.url), "")
            .await;
        if reply.status != 200 {
            // It was closed in between; who has another grant there is told so.
            let closed = !may && matches!(reply.status, 401 | 403);
            assert!(closed, "{name}/{path}: {reply:?}");
            return;
        }
        let nar = zstd::stream::decode_all(&reply.body[..]).unwrap();
        assert_eq!(
            (NarHash::of(&nar), nar.len() as u64),
            (info.nar_hash, info.nar_size)
        );
        let tag = reply.get("etag").unwrap_or_default().trim_matches('"');
        if info.url.contains(tag) {
            assert_eq!(info.file_size, Some(reply.body.len() as u64));
        }
    }

    async fn reader(&self, mut rng: Rng) {
        for _ in 0..3 * STEPS {
            let who = rng.below(TENANTS.len());
            self.read(who, rng.below(REAL), rng.below(PATHS)).await;
        }
    }

    /// Changes keys, and opens and closes what is not always private.
    async fn keeper(&self, mut rng: Rng) {
        for _ in 0..STEPS {
            let name = CACHES[rng.below(REAL)];
            let key = rng.below(Pool::get().keys.len());
            match rng.below(3) {
                0 => {
                    let secret = Pool::get().keys[key].to_secret_string();
                    let body = serde_json::json!({ "secret": secret }).to_string();
                    self.send(5, "POST", &below(name, "/keys"), body).await;
                }
                1 => {
                    let url = below(name, &format!("/keys/own-{key}"));
                    self.send(5, "DELETE", &url, "").await;
                }
                _ => {
                    let name = CACHES[2 + rng.below(2)];
                    let body = format!("{{\"is_public\":{}}}", rng.chance(50));
                    self.send(5, "PATCH", &below(name, ""), body).await;
                }
            }
        }
    }
}
