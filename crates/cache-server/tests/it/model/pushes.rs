//! Steps of a push, and removals.

use cache_api::{ErrorCode, bitmap, publish_body};
use chunk_store::{Digest, pack};
use serde_json::json;
use token_auth::Permission;

use super::claim::{Claim, Line};
use super::ops::Damage;
use super::pool::{Make, Pool};
use super::world::World;
use crate::http_support::{Reply, Request};

/// How a step ended: a word for the table, or the code of the refusal.
pub(super) type Outcome = Result<String, ErrorCode>;

pub(super) fn done() -> Outcome {
    Ok("done".to_owned())
}

/// A URL of the API of a cache.
pub(super) fn below(cache: &str, rest: &str) -> String {
    format!("/_api/v2/caches/{cache}{rest}")
}

/// The digests that were answered to be missing.
pub(super) fn wanted(digests: &[Digest], missing: &[bool]) -> Vec<Digest> {
    let pairs = digests.iter().zip(missing);
    pairs
        .filter_map(|(digest, missing)| missing.then_some(*digest))
        .collect()
}

/// A pack of these chunks, each once.
pub(super) fn pack_of(digests: &[Digest], make: Make) -> Vec<u8> {
    let mut builder = pack::Builder::new(pack::PackLimits::default());
    for digest in digests {
        let frame = Pool::get().frame(digest, make);
        if !builder.contains(digest) {
            builder
                .push(*digest, frame.raw_len, frame.bytes.clone())
                .unwrap();
        }
    }
    builder.finish()
}

impl World {
    pub(super) async fn change(
        &self,
        who: usize,
        method: &str,
        path: &str,
        body: impl Into<Vec<u8>>,
    ) -> Reply {
        let request = Request::new(method, path).body(body);
        self.send_as(who, request).await
    }

    pub(super) async fn send(
        &mut self,
        who: usize,
        name: &str,
        digests: &[Digest],
        make: Make,
    ) -> Outcome {
        if digests.is_empty() {
            return Ok("nothing to send".to_owned());
        }
        let body = pack_of(digests, make);
        let reply = self.change(who, "PUT", &below(name, "/packs"), body).await;
        let gate = self.state.gate(who, name, &[Permission::Push]);
        self.agree(&reply, gate.map(|()| 200))?;
        let frames: std::collections::BTreeSet<usize> = digests
            .iter()
            .map(|digest| self.state.arrive(Pool::get().frame(digest, make)))
            .collect();
        assert_eq!(reply.json(), json!({"frames": frames.len()}));
        self.state.lease(who, frames);
        done()
    }

    pub(super) async fn send_damaged(
        &mut self,
        who: usize,
        name: &str,
        content: usize,
        damage: Damage,
    ) -> Outcome {
        let mut body = pack_of(&Pool::get().contents[content].chunks, Make::Level(3));
        let last = body.len() - 1;
        let code = match damage {
            Damage::Header => {
                body[0] ^= 1;
                ErrorCode::InvalidPackHeader
            }
            Damage::Index => {
                body[50] ^= 1;
                ErrorCode::InvalidPackIndex
            }
            Damage::Frame => {
                body[last] ^= 1;
                ErrorCode::FrameSumMismatch
            }
            Damage::Cut => {
                body.truncate(last);
                ErrorCode::PackTruncated
            }
            Damage::Longer => {
                body.push(0);
                ErrorCode::PackTrailingBytes
            }
        };
        let reply = self.change(who, "PUT", &below(name, "/packs"), body).await;
        let gate = self.state.gate(who, name, &[Permission::Push]);
        self.agree(&reply, gate.and(Err(code)))?;
        unreachable!()
    }

    pub(super) async fn publish(&mut self, who: usize, name: &str, claims: &[Claim]) -> Outcome {
        if claims.len() > 1 && self.state.meets_lies(who, name, claims) {
            let mut outcome = done();
            for claim in claims {
                outcome = self
                    .publish_at_once(who, name, std::slice::from_ref(claim))
                    .await;
            }
            return outcome;
        }
        self.publish_at_once(who, name, claims).await
    }

    async fn publish_at_once(&mut self, who: usize, name: &str, claims: &[Claim]) -> Outcome {
        let paths: Vec<_> = claims.iter().map(Claim::to_body).collect();
        let digests: Vec<_> = claims
            .iter()
            .flat_map(Claim::digests)
            .map(|digest| *digest.as_bytes())
            .collect();
        let body = publish_body::encode(&paths, &digests);
        let reply = self.change(who, "POST", &below(name, "/paths"), body).await;
        let gate = self.state.gate(who, name, &[Permission::Push]);
        self.agree(&reply, gate.map(|()| 200))?;
        let line = |line: cache_api::PublishLine| {
            assert_eq!(line.http, line.code.as_ref().map(ErrorCode::http));
            Line {
                path: line.path,
                status: line.status,
                code: line.code,
                missing: line.missing,
            }
        };
        let mut got: Vec<Line> = reply.lines().into_iter().map(line).collect();
        let mut expected = self.state.publish(who, name, claims);
        // Lines come as they are decided.
        got.sort_by_key(|line| format!("{line:?}"));
        expected.sort_by_key(|line| format!("{line:?}"));
        assert_eq!(got, expected, "{claims:?}");
        for line in &got {
            let code = line
                .code
                .as_ref()
                .map(ErrorCode::as_str)
                .unwrap_or_default();
            self.tally
                .count(format!("a line: {:?} {code}", line.status));
        }
        done()
    }

    pub(super) async fn publish_uneven(
        &mut self,
        who: usize,
        name: &str,
        claim: &Claim,
    ) -> Outcome {
        let mut path = claim.to_body();
        path.chunks += 1;
        let digests: Vec<_> = claim
            .digests()
            .iter()
            .map(|digest| *digest.as_bytes())
            .collect();
        let body = publish_body::encode(&[path], &digests);
        let reply = self.change(who, "POST", &below(name, "/paths"), body).await;
        let gate = self.state.gate(who, name, &[Permission::Push]);
        self.agree(&reply, gate.and(Err(ErrorCode::InvalidPublishBody)))?;
        unreachable!()
    }

    pub(super) async fn push(
        &mut self,
        who: usize,
        name: &str,
        claim: &Claim,
        make: Make,
    ) -> Outcome {
        let digests = claim.digests();
        let missing = self.chunks_missing(who, name, &digests).await?;
        let wanted = wanted(&digests, &missing);
        self.send(who, name, &wanted, make).await?;
        self.publish(who, name, std::slice::from_ref(claim)).await
    }

    pub(super) async fn chunks_missing(
        &self,
        who: usize,
        name: &str,
        digests: &[Digest],
    ) -> Result<Vec<bool>, ErrorCode> {
        let body: Vec<u8> = digests
            .iter()
            .flat_map(|digest| *digest.as_bytes())
            .collect();
        let reply = self
            .change(who, "POST", &below(name, "/chunks/missing"), body)
            .await;
        let gate = self.state.gate(who, name, &[Permission::Push]);
        self.agree(&reply, gate.map(|()| 200))?;
        let got = bitmap::decode(&reply.body, digests.len()).unwrap();
        let expected = self.state.resolve(who, name, digests);
        let expected: Vec<bool> = expected.iter().map(Option::is_none).collect();
        assert_eq!(got, expected, "chunks missing for {who} in {name}");
        Ok(got)
    }

    pub(super) async fn paths_missing(&self, who: usize, name: &str, paths: &[usize]) -> Outcome {
        let hash = |at: &usize| Pool::get().paths[*at].hash().to_string();
        let body = json!({"hashes": paths.iter().map(hash).collect::<Vec<_>>()}).to_string();
        let reply = self
            .change(who, "POST", &below(name, "/paths/missing"), body)
            .await;
        let gate = self.state.gate(who, name, &[Permission::Push]);
        self.agree(&reply, gate.map(|()| 200))?;
        let cache = &self.state.caches[name];
        let absent = paths.iter().filter(|at| !cache.live.contains_key(at));
        let absent: Vec<String> = absent.map(hash).collect();
        assert_eq!(reply.json()["missing"], json!(absent));
        assert_eq!(reply.json()["upstream_keys"], json!(cache.upstream_texts()));
        Ok("answered".to_owned())
    }

    pub(super) async fn remove(&mut self, who: usize, name: &'static str, path: usize) -> Outcome {
        let hash = Pool::get().paths[path].hash();
        let url = below(name, &format!("/paths/{hash}"));
        let reply = self.change(who, "DELETE", &url, "").await;
        let gate = self.state.gate(who, name, &[Permission::Delete]);
        let expected = gate.and_then(
            |()| match self.state.caches[name].live.contains_key(&path) {
                true => Ok(204),
                false => Err(ErrorCode::NoSuchPath),
            },
        );
        self.agree(&reply, expected)?;
        let now = self.state.now;
        self.cache(name).hide(path, now);
        done()
    }
}
