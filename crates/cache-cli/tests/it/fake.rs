//! A small server of the v2 protocol in memory, with faults on demand. It checks what a real one
//! checks of packs and publishes, so that a client that is accepted here means it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use cache_api::{
    CacheSettings, ErrorBody, ErrorCode, Limits, MissingPathsAnswer, MissingPathsRequest,
    PublishLine, ServerInfo, bitmap, publish_body,
};
use chunk_store::Digest;
use chunk_store::frame::Decoder;
use chunk_store::pack::{PackLimits, Reader};
use futures_util::StreamExt;
use nar_format::NarHash;

/// The key that signs the cache.
pub(crate) const KEY: &str = "main:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";

/// What one request gets instead of its answer.
#[derive(Clone)]
pub(crate) enum Fault {
    Status(u16, &'static str),
    Redirect(String),
    /// The connection breaks before the answer.
    Cut,
    /// The connection breaks in the middle of the answer: its head has come.
    Half,
}

#[derive(Default)]
pub(crate) struct Inner {
    /// Raw chunks by digest.
    pub(crate) chunks: HashMap<Digest, Vec<u8>>,
    /// NAR by path.
    pub(crate) paths: HashMap<String, Vec<u8>>,
    /// Every request, `METHOD route`.
    pub(crate) requests: Vec<String>,
    /// Tokens that came, by request.
    pub(crate) tokens: Vec<Option<String>>,
    /// Faults by the end of the route, used up one by one.
    pub(crate) faults: Vec<(&'static str, Fault)>,
    /// Chunks that the next publishes claim not to have.
    pub(crate) lose: usize,
    pub(crate) upstream_keys: Vec<String>,
    /// The key that the server names, where it is not [`KEY`].
    pub(crate) key: Option<String>,
    pub(crate) limits: Limits,
    pub(crate) pack_bytes: u64,
    pub(crate) packs: Vec<usize>,
}

#[derive(Clone, Default)]
pub(crate) struct Fake {
    inner: Arc<Mutex<Inner>>,
    pub(crate) url: String,
}

impl Fake {
    pub(crate) async fn start() -> Fake {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let fake = Fake {
            inner: Arc::default(),
            url,
        };
        let router = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("sound")
    }

    pub(crate) fn fail(&self, route_end: &'static str, fault: Fault, times: usize) {
        self.lock()
            .faults
            .extend(std::iter::repeat_n((route_end, fault), times));
    }

    /// How often a route that ends so was asked for.
    pub(crate) fn count(&self, route_end: &str) -> usize {
        self.lock()
            .requests
            .iter()
            .filter(|request| request.ends_with(route_end))
            .count()
    }

    pub(crate) fn forget_requests(&self) {
        self.lock().requests.clear();
    }
}

async fn answer(
    State(fake): State<Fake>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = axum::body::to_bytes(body, 64 << 20)
        .await
        .unwrap_or_default();
    let mut inner = fake.lock();
    let route = uri.path().to_owned();
    inner.requests.push(format!("{method} {route}"));
    let token = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    inner.tokens.push(token);
    let fault = inner
        .faults
        .iter()
        .position(|(end, _)| route.ends_with(end));
    match fault.map(|at| inner.faults.remove(at).1) {
        Some(Fault::Status(status, text)) => {
            let status = StatusCode::from_u16(status).expect("a status");
            return (status, text).into_response();
        }
        Some(Fault::Redirect(to)) => {
            return (StatusCode::TEMPORARY_REDIRECT, [("location", to)]).into_response();
        }
        Some(Fault::Cut) => return cut(Duration::ZERO),
        Some(Fault::Half) => return cut(Duration::from_millis(20)),
        None => {}
    }
    inner.route(&method, &route, &body)
}

/// What is written is sent when the body makes the server wait, else it goes with the connection.
fn cut(wait: Duration) -> Response {
    let begin = futures_util::stream::iter([Ok(Bytes::from_static(b"\n"))]);
    let end = futures_util::stream::once(async move {
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Err(std::io::Error::other("cut"))
    });
    Response::builder()
        .header("content-length", "1000")
        .body(Body::from_stream(begin.chain(end)))
        .expect("a response")
}

impl Inner {
    fn server(&self) -> ServerInfo {
        ServerInfo::new("0", 1, self.limits.clone())
    }

    fn route(&mut self, method: &Method, route: &str, body: &Bytes) -> Response {
        let tail = route.rsplit("/caches/main").next().unwrap_or_default();
        match (method.as_str(), tail) {
            ("GET", "/_api/v2") => json(&self.server()),
            ("GET", "/main/nix-cache-info") => "StoreDir: /nix/store\n".into_response(),
            ("GET", "") => json(&self.cache_info()),
            ("POST", "/paths/missing") => {
                let request: MissingPathsRequest =
                    serde_json::from_slice(body).expect("a question");
                let here: HashSet<&str> = self
                    .paths
                    .keys()
                    .map(|path| &path["/nix/store/".len()..][..32])
                    .collect();
                let missing = request
                    .hashes
                    .into_iter()
                    .filter(|hash| !here.contains(hash.as_str()))
                    .collect();
                json(&MissingPathsAnswer {
                    missing,
                    server: self.server(),
                    upstream_keys: self.upstream_keys.clone(),
                })
            }
            ("POST", "/chunks/missing") => {
                assert!(
                    body.len() / 32 <= self.limits.max_query_digests as usize,
                    "too many digests"
                );
                let digests = body
                    .chunks(32)
                    .map(|bytes| Digest::from_bytes(bytes.try_into().expect("32 bytes")));
                let missing: Vec<bool> = digests
                    .map(|digest| !self.chunks.contains_key(&digest))
                    .collect();
                bitmap::encode(&missing).into_response()
            }
            ("PUT", "/packs") => self.pack(body),
            ("POST", "/paths") => self.publish(body),
            _ => {
                let body =
                    ErrorBody::new(ErrorCode::NotFound, format!("no route {method} {route}"));
                (
                    StatusCode::NOT_FOUND,
                    serde_json::to_string(&body).expect("JSON"),
                )
                    .into_response()
            }
        }
    }

    fn cache_info(&self) -> serde_json::Value {
        let settings = CacheSettings {
            upstream_keys: self.upstream_keys.clone(),
            ..CacheSettings::default()
        };
        let mut info = serde_json::to_value(settings).expect("JSON");
        let rest = serde_json::json!({
            "name": "main", "uid": "0", "origin": "http://elsewhere/", "substituter": "http://elsewhere/main",
            "created_at": 0, "public_keys": [
                {"public_key": self.key.as_deref().unwrap_or(KEY), "state": "active"}, {"public_key": "main:old", "state": "retired"}
            ]
        });
        info.as_object_mut()
            .expect("an object")
            .extend(rest.as_object().expect("an object").clone());
        info
    }

    fn pack(&mut self, body: &Bytes) -> Response {
        let limits = PackLimits {
            bytes: self.limits.max_pack_bytes,
            frames: self.limits.max_pack_frames,
            raw: self.limits.max_pack_raw,
        };
        let (mut reader, mut decoder) = (Reader::new(limits), Decoder::new());
        let mut frames = 0;
        let chunks = &mut self.chunks;
        let read = reader.push(body, &mut |frame| {
            let raw = decoder
                .decode(frame.frame, frame.entry.raw_len as usize)
                .expect("a frame");
            assert_eq!(Digest::of(raw), frame.entry.digest);
            chunks.insert(frame.entry.digest, raw.to_vec());
            frames += 1;
        });
        read.expect("a pack");
        reader.finish().expect("a whole pack");
        self.pack_bytes += body.len() as u64;
        self.packs.push(frames);
        json(&serde_json::json!({"frames": frames}))
    }

    fn publish(&mut self, body: &Bytes) -> Response {
        let (paths, digests) = publish_body::decode(body, &self.limits).expect("a publish body");
        let mut digests = digests.into_iter();
        let mut lines = String::from("\n");
        for path in paths {
            let own: Vec<Digest> = digests
                .by_ref()
                .take(path.chunks as usize)
                .map(Digest::from_bytes)
                .collect();
            if self.lose > 0 {
                self.lose -= 1;
                self.chunks.remove(&own[0]);
            }
            let missing: Vec<u32> = (0..own.len())
                .filter(|&at| !self.chunks.contains_key(&own[at]))
                .map(|at| at as u32)
                .collect();
            let nar: Vec<u8> = own
                .iter()
                .filter_map(|digest| self.chunks.get(digest))
                .flatten()
                .copied()
                .collect();
            let line = if !missing.is_empty() {
                PublishLine::missing(path.path, missing)
            } else if NarHash::of(&nar) != path.nar_hash || nar.len() as u64 != path.nar_size {
                PublishLine::error(path.path, ErrorCode::NarHashMismatch, "another hash")
            } else {
                self.paths.insert(path.path.clone(), nar);
                PublishLine::published(path.path)
            };
            lines += &serde_json::to_string(&line).expect("JSON");
            lines.push('\n');
        }
        lines.into_response()
    }
}

fn json(value: &impl serde::Serialize) -> Response {
    serde_json::to_string(value).expect("JSON").into_response()
}
