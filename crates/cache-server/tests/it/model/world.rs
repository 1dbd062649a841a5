//! A server and its model, side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use cache_api::ErrorCode;
use cache_db::{Clock, Db, ManualClock};
use cache_server::http::HttpConfig;
use chunk_store::Digest;
use nar_format::NarHash;
use tempfile::TempDir;
use token_auth::{Claims, Issuer, SigningKey};

use super::cache::{Cache, Object};
use super::ops::{Act, Op};
use super::pool::{CACHES, Kind, Pool, TENANTS};
use super::state::{GRACE, REMOVED_GRACE, State};
use crate::engine_support::START;
use crate::http_support::{Reply, Request, Server};

/// A server, its folder and clock, and what it should hold.
pub(super) struct World {
    server: Option<Server>,
    db: Option<Db>,
    clock: Clock,
    hands: ManualClock,
    pub(super) state: State,
    /// Every NAR URL that a narinfo ever named.
    pub(super) urls: Vec<Url>,
    pub(super) tally: Tally,
}

/// A NAR URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) cache: &'static str,
    pub(super) path: usize,
    pub(super) hash: NarHash,
    pub(super) version: String,
}

impl Url {
    pub(super) fn of(state: &State, cache: &'static str, path: usize, object: &Object) -> Self {
        Self {
            cache,
            path,
            hash: object.facts.hash,
            version: state.version(object),
        }
    }

    /// Below the cache.
    pub(super) fn text(&self, version: &str) -> String {
        let path = Pool::get().paths[self.path].hash();
        format!("nar/{path}-{}-{version}.nar.zst", self.hash.to_nix32())
    }
}

/// How often each kind of step ended how.
#[derive(Debug, Default)]
pub(super) struct Tally(pub(super) BTreeMap<String, u64>);

impl Tally {
    pub(super) fn count(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: Self) {
        for (what, count) in other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }
}

impl World {
    pub(super) async fn new() -> Self {
        let (clock, hands) = Clock::manual(START);
        let mut world = Self {
            server: None,
            db: None,
            clock,
            hands,
            state: State::new(START),
            urls: Vec::new(),
            tally: Tally::default(),
        };
        world.open(Arc::new(TempDir::new().unwrap())).await;
        world
    }

    async fn open(&mut self, dir: Arc<TempDir>) {
        let config = HttpConfig::default();
        let mut db = None;
        let engine = |config: &mut cache_server::engine::EngineConfig| {
            config.grace = std::time::Duration::from_secs(GRACE);
            config.removed_grace = std::time::Duration::from_secs(REMOVED_GRACE);
            db = Some(config.db.clone());
        };
        let server = Server::over(dir, self.clock.clone(), config, engine, None).await;
        (self.server, self.db) = (Some(server), db);
    }

    /// Another server on the same folder takes over, after a clean end or a crash.
    pub(super) async fn reopen(&mut self, clean: bool) {
        let mut server = self.server.take().unwrap();
        self.db = None;
        if clean {
            assert_eq!(server.stop().await, 0, "connections were cut");
            server.app.engine().close().await;
        }
        let dir = server.crash().await;
        self.open(dir).await;
    }

    async fn pass(&mut self, secs: u64) {
        self.state.now += secs;
        self.hands.advance(std::time::Duration::from_secs(secs));
        self.db.as_ref().unwrap().tick().await.unwrap();
    }

    /// Takes one step on both sides and compares what came of it.
    pub(super) async fn step(&mut self, op: &Op) {
        let (who, cache) = (op.who, CACHES[op.cache]);
        let kind = format!("{:?}", op.act);
        let kind = kind.split(['(', ' ']).next().unwrap_or_default().to_owned();
        let outcome = match &op.act {
            Act::Create(settings, key) => self.create(who, cache, settings, *key).await,
            Act::Configure(settings) => self.configure(who, cache, settings).await,
            Act::Destroy => self.destroy(who, cache).await,
            Act::AddKey(key) => self.add_key(who, cache, *key).await,
            Act::RetireKey(key) => self.retire_key(who, cache, *key).await,
            Act::Send(content, chunks, make) => {
                let digests = &Pool::get().contents[*content].chunks;
                let bits = |at: &usize| chunks & (1 << (at % 16)) != 0;
                let wanted: Vec<Digest> = (0..digests.len())
                    .filter(bits)
                    .map(|at| digests[at])
                    .collect();
                self.send(who, cache, &wanted, *make).await
            }
            Act::SendDamaged(content, damage) => {
                self.send_damaged(who, cache, *content, *damage).await
            }
            Act::Publish(claims) => self.publish(who, cache, claims).await,
            Act::PublishUneven(claim) => self.publish_uneven(who, cache, claim).await,
            Act::Push(claim, make) => self.push(who, cache, claim, *make).await,
            Act::PathsMissing(paths) => self.paths_missing(who, cache, paths).await,
            Act::ChunksMissing(contents) => {
                let of = |at: &usize| Pool::get().contents[*at].chunks.clone();
                let digests: Vec<Digest> = contents.iter().flat_map(of).collect();
                self.chunks_missing(who, cache, &digests)
                    .await
                    .map(|_| "answered".to_owned())
            }
            Act::Narinfo(path, head) => self.narinfo(who, cache, *path, *head).await,
            Act::Nar(url, ask) => self.nar(who, *url, ask).await,
            Act::PlainNar(path, ask) => self.plain_nar(who, cache, *path, ask).await,
            Act::Listing(path) => self.listing(who, cache, *path).await,
            Act::Page(after, limit) => self.page(who, cache, *after, *limit).await,
            Act::Path(path) => self.path(who, cache, *path).await,
            Act::Info => self.info(who, cache).await,
            Act::Caches => self.caches(who).await,
            Act::Remove(path) => self.remove(who, cache, *path).await,
            Act::Pass(secs) => {
                self.pass(*secs).await;
                Ok("done".to_owned())
            }
            Act::Renew => {
                self.state.tokens[who] = (self.state.tokens[who].0 + 1, self.state.now);
                Ok("done".to_owned())
            }
            Act::Restart | Act::Crash => {
                self.reopen(matches!(op.act, Act::Restart)).await;
                self.look(self.state.now ^ self.state.frames.len() as u64)
                    .await;
                Ok("done".to_owned())
            }
        };
        let outcome = outcome.unwrap_or_else(|code| code.as_str().to_owned());
        self.tally.count(format!("{kind}: {outcome}"));
    }

    fn token(&self, who: usize) -> String {
        let tenant = &TENANTS[who];
        let (serial, made) = self.state.tokens[who];
        let mut claims = Claims::new(format!("{}-{serial}", tenant.name), made);
        claims.sub = Some(tenant.name.to_owned());
        for (pattern, permissions) in tenant.grants {
            for permission in *permissions {
                claims.grant(pattern.parse().unwrap(), *permission);
            }
        }
        let server = self.server.as_ref().unwrap();
        match tenant.kind {
            Kind::Nobody => String::new(),
            Kind::Lasting => server.issue(&claims),
            Kind::Brief(secs) => {
                claims.exp = Some(made + secs);
                server.issue(&claims)
            }
            Kind::Stranger => {
                let key = SigningKey::hs256(b"the secret of another server, not ours").unwrap();
                Issuer::new(&key).unwrap().issue(&claims).unwrap()
            }
        }
    }

    pub(super) async fn send_as(&self, who: usize, request: Request) -> Reply {
        let request = request.token(&self.token(who));
        self.server.as_ref().unwrap().send(request).await
    }

    pub(super) async fn get(&self, who: usize, path: &str) -> Reply {
        self.send_as(who, Request::new("GET", path)).await
    }

    pub(super) fn cache(&mut self, name: &str) -> &mut Cache {
        self.state.caches.get_mut(name).unwrap()
    }

    /// The answer must be this refusal, or none.
    pub(super) fn agree(
        &self,
        reply: &Reply,
        expected: Result<u16, ErrorCode>,
    ) -> Result<(), ErrorCode> {
        match expected {
            Ok(status) => {
                assert_eq!(reply.status, status, "{reply:?}");
                Ok(())
            }
            Err(code) => {
                assert_eq!(reply.status, code.http(), "{code:?} expected: {reply:?}");
                // The answer to a HEAD has no body that could tell.
                if !reply.body.is_empty() {
                    assert_eq!(reply.code(), code.as_str(), "{reply:?}");
                }
                Err(code)
            }
        }
    }
}
