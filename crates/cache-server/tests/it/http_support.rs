//! A real server on a free port of 127.0.0.1, and a client that writes bytes
//! to a socket, so that tests can also send what no library would.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use cache_api::{PublishLine, PublishPath, publish_body};
use cache_db::{Clock, Db, DbConfig};
use cache_server::{
    engine::{Engine, EngineConfig},
    http::{self, App, HttpConfig},
};
use chunk_store::{Digest, blob::LocalStore, frame, pack};
use tempfile::TempDir;
use token_auth::{Claims, Issuer, Permission, SigningKey, Verifier};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::engine_support::Package;

/// A server that ends with the test.
pub(crate) struct Server {
    pub(crate) dir: Arc<TempDir>,
    pub(crate) address: SocketAddr,
    pub(crate) app: App,
    key: SigningKey,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<usize>>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is a program and hands the clocks down"
)]
pub(crate) fn real_clock() -> Clock {
    let start = Instant::now();
    let wall = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
    };
    Clock::new(wall, move || start.elapsed())
}

/// Differs between calls and, by the folder's name, between tests; the calls
/// of all servers of a program are counted as one, so that a second server on
/// a folder does not draw again what the first one drew.
fn random(dir: &TempDir) -> cache_server::engine::Random {
    static CALLS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let seed = dir.path().to_string_lossy().into_owned();
    Arc::new(move |bytes| {
        let call = CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut hasher = blake3::Hasher::new();
        hasher.update(seed.as_bytes()).update(&call.to_le_bytes());
        hasher.finalize_xof().fill(bytes);
    })
}

impl Server {
    pub(crate) async fn new() -> Self {
        Self::with(HttpConfig::default(), |_| ()).await
    }

    pub(crate) async fn with(config: HttpConfig, engine: impl FnOnce(&mut EngineConfig)) -> Self {
        Self::at(config, engine, None).await
    }

    /// With the blobs in another folder than beside the database.
    pub(crate) async fn at(
        config: HttpConfig,
        engine: impl FnOnce(&mut EngineConfig),
        store: Option<&Path>,
    ) -> Self {
        let dir = Arc::new(TempDir::new().unwrap());
        Self::over(dir, real_clock(), config, engine, store).await
    }

    /// Over a folder that an earlier server may have left.
    pub(crate) async fn over(
        dir: Arc<TempDir>,
        clock: Clock,
        config: HttpConfig,
        engine: impl FnOnce(&mut EngineConfig),
        store: Option<&Path>,
    ) -> Self {
        let store = store.map_or_else(|| dir.path().join("store"), Path::to_owned);
        let db = Db::open(&DbConfig::new(dir.path().join("garret.db")), clock.clone()).unwrap();
        let blobs = LocalStore::open(store).await.unwrap();
        let mut settings = EngineConfig::new(db, Arc::new(blobs), clock.clone(), random(&dir));
        engine(&mut settings);
        let engine = Engine::open(settings).await.unwrap();
        let key = SigningKey::hs256(b"a secret of the tests, 32 bytes or more").unwrap();
        let app = App::new(engine, Verifier::new(&key), clock, config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn({
            let app = app.clone();
            async move {
                let stopped = async { stopped.await.unwrap_or_default() };
                http::serve(listener, http::router(&app), &app, stopped).await
            }
        });
        Self {
            dir,
            address,
            app,
            key,
            stop: Some(stop),
            task: Some(task),
        }
    }

    /// Stops as a signal does; how many connections were cut.
    pub(crate) async fn stop(&mut self) -> usize {
        self.stop.take().unwrap().send(()).unwrap();
        self.task.take().unwrap().await.unwrap()
    }

    /// Ends as a crash does: whatever runs is dropped where it is.
    pub(crate) async fn crash(mut self) -> Arc<TempDir> {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
        Arc::clone(&self.dir)
    }

    pub(crate) fn claims(&self, grants: &[(&str, &[Permission])]) -> Claims {
        let now = real_clock().wall();
        let mut claims = Claims::new(format!("{grants:?}"), now);
        claims.sub = Some("tester".to_owned());
        claims.exp = Some(now + 3600);
        for (pattern, permissions) in grants {
            for permission in *permissions {
                claims.grant(pattern.parse().unwrap(), *permission);
            }
        }
        claims
    }

    pub(crate) fn issue(&self, claims: &Claims) -> String {
        Issuer::new(&self.key).unwrap().issue(claims).unwrap()
    }

    pub(crate) fn token(&self, grants: &[(&str, &[Permission])]) -> String {
        self.issue(&self.claims(grants))
    }

    /// A token that may do everything.
    pub(crate) fn admin(&self) -> String {
        self.token(&[("*", &Permission::ALL)])
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Reply {
        self.send(Request::new("GET", path).token(token)).await
    }

    pub(crate) async fn send(&self, request: Request) -> Reply {
        let stream = TcpStream::connect(self.address).await.unwrap();
        request.send(stream).await.expect("an answer")
    }

    pub(crate) async fn create(&self, cache: &str, json: &str) {
        let request = Request::new("PUT", &format!("/_api/v2/caches/{cache}"));
        let reply = self.send(request.token(&self.admin()).body(json)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
    }

    pub(crate) async fn put_pack(&self, cache: &str, token: &str, pack: Vec<u8>) -> Reply {
        let request = Request::new("PUT", &format!("/_api/v2/caches/{cache}/packs"));
        self.send(request.token(token).body(pack)).await
    }

    pub(crate) async fn publish_body(&self, cache: &str, token: &str, body: Vec<u8>) -> Reply {
        let request = Request::new("POST", &format!("/_api/v2/caches/{cache}/paths"));
        self.send(request.token(token).body(body)).await
    }

    pub(crate) async fn publish(
        &self,
        cache: &str,
        token: &str,
        claims: Vec<(PublishPath, Vec<Digest>)>,
    ) -> Vec<PublishLine> {
        let (paths, digests): (Vec<_>, Vec<_>) = claims.into_iter().unzip();
        let digests: Vec<_> = digests
            .concat()
            .iter()
            .map(|digest| *digest.as_bytes())
            .collect();
        let reply = self
            .publish_body(cache, token, publish_body::encode(&paths, &digests))
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.lines()
    }

    /// Pushes a whole package at a zstd level.
    pub(crate) async fn push(
        &self,
        cache: &str,
        token: &str,
        package: &Package,
        level: i32,
    ) -> PublishLine {
        let reply = self
            .put_pack(cache, token, pack_of(&package.chunks, level))
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.publish(cache, token, vec![package.claim()])
            .await
            .remove(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// A pack of these chunks, each once.
pub(crate) fn pack_of(chunks: &[Vec<u8>], level: i32) -> Vec<u8> {
    let mut encoder = frame::Encoder::new(level).unwrap();
    let mut builder = pack::Builder::new(pack::PackLimits::default());
    for chunk in chunks {
        if !builder.contains(&Digest::of(chunk)) {
            let frame = encoder.encode(chunk).unwrap();
            builder
                .push(Digest::of(chunk), chunk.len() as u32, frame)
                .unwrap();
        }
    }
    builder.finish()
}

pub(crate) fn basic(user: &str, token: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{token}")))
}

/// A request as bytes.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        let headers = vec![("Host".to_owned(), "cache.test:80".to_owned())];
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers,
            body: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// An empty token is none.
    pub(crate) fn token(self, token: &str) -> Self {
        if token.is_empty() {
            self
        } else {
            self.header("Authorization", &format!("Bearer {token}"))
        }
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn head(&self) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text
    }

    pub(crate) async fn send(self, mut stream: TcpStream) -> Option<Reply> {
        let length = self.body.len();
        let head = format!(
            "{}Content-Length: {length}\r\nConnection: close\r\n\r\n",
            self.head()
        );
        // A server may answer and close before it has read all.
        let _ = stream
            .write_all(&[head.as_bytes(), &self.body].concat())
            .await;
        Reply::read(&mut stream, &self.method).await
    }
}

/// An answer, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Reads to the end of the connection; `None` if nothing came.
    pub(crate) async fn read(stream: &mut TcpStream, method: &str) -> Option<Self> {
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        let limit = Duration::from_secs(60);
        let _ = tokio::time::timeout(limit, read)
            .await
            .expect("the server keeps the client waiting");
        let text_end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..text_end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut reply = Self {
            status,
            headers,
            body: bytes.split_off(text_end + 4),
        };
        if reply.get("transfer-encoding").is_some() {
            reply.body = unchunked(&reply.body);
        } else if method != "HEAD"
            && let Some(length) = reply.get("content-length")
        {
            assert_eq!(reply.body.len().to_string(), length, "cut short: {reply:?}");
        }
        Some(reply)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The stable code of an error.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<PublishLine> {
        let text = self.text();
        let lines = text.lines().filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What must not depend on a cache's name: all but date and request id.
    pub(crate) fn told(&self) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| name != "date" && name != "x-request-id");
        headers.sort();
        (self.status, headers, self.body.clone())
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let line = rest
            .windows(2)
            .position(|window| window == b"\r\n")
            .expect("a chunk's size");
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 2 + size + 2..];
    }
}

/// A package's bytes as a client gets them by its narinfo.
pub(crate) async fn pull(
    server: &Server,
    cache: &str,
    token: &str,
    package: &Package,
) -> Option<Bytes> {
    let info = server
        .get(&format!("/{cache}/{}.narinfo", package.hash()), token)
        .await;
    if info.status != 200 {
        return None;
    }
    let url = info
        .text()
        .lines()
        .find_map(|line| line.strip_prefix("URL: ").map(str::to_owned))?;
    let nar = server.get(&format!("/{cache}/{url}"), token).await;
    assert_eq!(nar.status, 200, "{nar:?}");
    Some(nar.body.into())
}
