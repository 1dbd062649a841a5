//! The real server, in this process, on a folder of its own.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cache_cli::Secret;
use cache_cli::api::{Api, Backoff};
use cache_db::{Clock, Db, DbConfig};
use cache_server::engine::{Engine, EngineConfig, Random};
use cache_server::http::{self, App, HttpConfig};
use chunk_store::blob::LocalStore;
use tempfile::TempDir;
use token_auth::{Claims, Issuer, Permission, SigningKey, Verifier};
use tokio::net::TcpListener;

/// A server that ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) dir: TempDir,
    pub(crate) api: Api,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is a program and hands the clocks down"
)]
fn clock() -> Clock {
    let start = Instant::now();
    Clock::new(
        || {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs())
        },
        move || start.elapsed(),
    )
}

/// Differs between calls; no secret hangs on it.
fn random() -> Random {
    let calls = std::sync::atomic::AtomicU64::new(0);
    Arc::new(move |bytes| {
        let call = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        blake3::Hasher::new()
            .update(&call.to_le_bytes())
            .finalize_xof()
            .fill(bytes);
    })
}

impl Server {
    /// A server, and a client with a token that may do everything.
    pub(crate) async fn start() -> Server {
        let dir = TempDir::new().expect("a folder");
        let clock = clock();
        let db = Db::open(&DbConfig::new(dir.path().join("garret.db")), clock.clone())
            .expect("a database");
        let blobs = LocalStore::open(dir.path().join("store"))
            .await
            .expect("a folder");
        let settings = EngineConfig::new(db, Arc::new(blobs), clock.clone(), random());
        let engine = Engine::open(settings).await.expect("an engine");
        let key = SigningKey::hs256(b"a secret of the tests, 32 bytes or more").expect("a key");
        let mut claims = Claims::new("e2e".to_owned(), clock.wall());
        claims.exp = Some(clock.wall() + 3600);
        for permission in Permission::ALL {
            claims.grant("*".parse().expect("a pattern"), permission);
        }
        let token = Issuer::new(&key)
            .expect("an issuer")
            .issue(&claims)
            .expect("a token");
        let app = App::new(engine, Verifier::new(&key), clock, HttpConfig::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let never = std::future::pending::<()>();
            http::serve(listener, http::router(&app), &app, never).await
        });
        let api =
            Api::new(url.parse().expect("a URL"), Some(&Secret::new(&token))).expect("a client");
        let fast = Backoff {
            tries: 4,
            first: Duration::from_millis(5),
            longest: Duration::from_millis(50),
        };
        Server {
            dir,
            api: api.with_backoff(fast),
        }
    }

    /// The packs that the server keeps.
    pub(crate) fn packs(&self) -> Vec<std::path::PathBuf> {
        let folders = std::fs::read_dir(self.dir.path().join("store/packs"))
            .expect("packs")
            .flatten();
        let files = folders.flat_map(|folder| {
            std::fs::read_dir(folder.path())
                .expect("a folder")
                .flatten()
        });
        files.map(|file| file.path()).collect()
    }
}
