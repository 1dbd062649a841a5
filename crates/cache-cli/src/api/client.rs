//! Requests: one method a route, retries and the rules for tokens underneath.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cache_api::{
    AddKey, CacheInfo, CacheName, ConfigureCache, CreateCache, ListPathsAnswer, ListedPath,
    MissingPathsAnswer, MissingPathsRequest, PackAnswer, PublishLine, ServerInfo, bitmap, routes,
};
use nar_format::PathHash;
use reqwest::header::HeaderValue;
use reqwest::{Method, redirect};

use super::body::Lines;
use super::transport::within_origin;
use super::{ApiError, Backoff, Origin, Parts};
use crate::env::Secret;
use crate::error::{CliError, ErrorKind, Result as CliResult};

/// Time to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A publish sends at least a blank line every 10 s.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(60);

/// A server, and the token for it.
#[derive(Clone)]
pub struct Api {
    pub(super) http: reqwest::Client,
    pub(super) origin: Origin,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) backoff: Backoff,
    pub(super) requests: Arc<AtomicU64>,
}

impl Api {
    /// A client for the server at `origin`. The token goes to that origin alone.
    ///
    /// # Errors
    /// When the token cannot stand in a header, or TLS cannot be set up.
    pub fn new(origin: Origin, token: Option<&Secret>) -> CliResult<Api> {
        let authorization = token.map(|token| {
            HeaderValue::from_str(&format!("Bearer {}", token.expose())).map(|mut value| {
                value.set_sensitive(true);
                value
            })
        });
        let authorization = authorization.transpose().map_err(|_| {
            CliError::new(
                ErrorKind::Config,
                "the token has characters that no token has",
            )
            .hint("log in again with the whole token, on one line: garret login NAME URL TOKEN")
        })?;
        // A client for plain HTTP follows to no other origin, so it can spare the certificates.
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("garret/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_keepalive(Duration::from_secs(30))
            .tls_built_in_root_certs(!origin.is_plain())
            .redirect(redirect::Policy::custom(within_origin));
        if origin.is_loopback() {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| {
            CliError::new(ErrorKind::Network, "cannot set up HTTPS").because(error)
        })?;
        Ok(Api {
            http,
            origin,
            authorization,
            backoff: Backoff::BRIEF,
            requests: Arc::default(),
        })
    }

    /// The same client with other retries.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Backoff) -> Api {
        self.backoff = backoff;
        self
    }

    /// The server it talks to.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The waits between its tries.
    pub fn backoff(&self) -> Backoff {
        self.backoff
    }

    /// Requests sent so far, tries counted each, by this client and its clones.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// `GET /_api/v2`.
    pub async fn server_info(&self) -> Result<ServerInfo, ApiError> {
        self.json(Method::GET, routes::SERVER, None::<&()>).await
    }

    /// The caches that the token may see.
    pub async fn caches(&self) -> Result<Vec<CacheInfo>, ApiError> {
        self.json(Method::GET, routes::CACHES, None::<&()>).await
    }

    /// One cache.
    pub async fn cache(&self, cache: &CacheName) -> Result<CacheInfo, ApiError> {
        self.json(Method::GET, &routes::cache(cache), None::<&()>)
            .await
    }

    /// Makes a cache.
    pub async fn create_cache(
        &self,
        cache: &CacheName,
        new: &CreateCache,
    ) -> Result<CacheInfo, ApiError> {
        self.json(Method::PUT, &routes::cache(cache), Some(new))
            .await
    }

    /// Changes a cache.
    pub async fn configure_cache(
        &self,
        cache: &CacheName,
        change: &ConfigureCache,
    ) -> Result<CacheInfo, ApiError> {
        self.json(Method::PATCH, &routes::cache(cache), Some(change))
            .await
    }

    /// Destroys a cache.
    pub async fn destroy_cache(&self, cache: &CacheName) -> Result<(), ApiError> {
        self.send(
            Method::DELETE,
            &routes::cache(cache),
            None,
            Parts::default(),
        )
        .await
        .map(drop)
    }

    /// Adds a signing key.
    pub async fn add_key(&self, cache: &CacheName, key: &AddKey) -> Result<CacheInfo, ApiError> {
        self.json(Method::POST, &routes::keys(cache), Some(key))
            .await
    }

    /// Retires a signing key.
    pub async fn retire_key(&self, cache: &CacheName, key: &str) -> Result<CacheInfo, ApiError> {
        self.json(Method::DELETE, &routes::key(cache, key), None::<&()>)
            .await
    }

    /// Which of these paths the cache lacks.
    pub async fn missing_paths(
        &self,
        cache: &CacheName,
        hashes: Vec<PathHash>,
    ) -> Result<MissingPathsAnswer, ApiError> {
        let request = MissingPathsRequest { hashes };
        self.json(Method::POST, &routes::paths_missing(cache), Some(&request))
            .await
    }

    /// Which of these chunks, `n × 32` bytes, the cache lacks as far as the token may know.
    pub async fn missing_chunks(
        &self,
        cache: &CacheName,
        digests: Vec<u8>,
    ) -> Result<Vec<bool>, ApiError> {
        let count = digests.len() / 32;
        let route = routes::chunks_missing(cache);
        let answer = self
            .send(Method::POST, &route, Some(routes::OCTETS), digests.into())
            .await?;
        bitmap::decode(&answer, count).map_err(|error| self.odd(error.to_string()))
    }

    /// Sends a pack; when this returns the server has it for good.
    pub async fn put_pack(&self, cache: &CacheName, pack: Parts) -> Result<PackAnswer, ApiError> {
        let answer = self
            .send(
                Method::PUT,
                &routes::packs(cache),
                Some(routes::OCTETS),
                pack,
            )
            .await?;
        serde_json::from_slice(&answer).map_err(|error| self.odd(error.to_string()))
    }

    /// Publishes a batch once, without retries: `sink` gets each line as it comes.
    pub async fn publish(
        &self,
        cache: &CacheName,
        body: Bytes,
        sink: &mut (dyn FnMut(PublishLine) + Send),
    ) -> Result<(), ApiError> {
        let route = routes::paths(cache);
        let mut response = self
            .send_once(
                Method::POST,
                &route,
                Some(routes::OCTETS),
                vec![body].into(),
                false,
            )
            .await?;
        let mut lines = Lines::default();
        let mut bad = None;
        let mut parse = |line: &[u8]| match serde_json::from_slice::<PublishLine>(line) {
            Ok(line) => sink(line),
            Err(error) => bad = Some(error.to_string()),
        };
        loop {
            let piece = tokio::time::timeout(HEARTBEAT_TIMEOUT, response.chunk()).await;
            let piece = piece.map_err(|_| self.odd("a publish fell silent".to_owned()))?;
            match piece.map_err(|source| self.transport(source))? {
                Some(piece) => lines
                    .push(&piece, &mut parse)
                    .map_err(|error| self.odd(error.to_string()))?,
                None => break,
            }
        }
        lines.finish(&mut parse);
        bad.map_or(Ok(()), |what| Err(self.odd(what)))
    }

    /// One page of the paths of a cache.
    pub async fn list_paths(
        &self,
        cache: &CacheName,
        after: Option<&PathHash>,
        limit: u32,
    ) -> Result<ListPathsAnswer, ApiError> {
        self.json(
            Method::GET,
            &routes::paths_page(cache, after, limit),
            None::<&()>,
        )
        .await
    }

    /// One path of a cache.
    pub async fn path(&self, cache: &CacheName, hash: &PathHash) -> Result<ListedPath, ApiError> {
        self.json(Method::GET, &routes::path(cache, hash), None::<&()>)
            .await
    }

    /// Removes a path from a cache.
    pub async fn remove_path(&self, cache: &CacheName, hash: &PathHash) -> Result<(), ApiError> {
        self.send(
            Method::DELETE,
            &routes::path(cache, hash),
            None,
            Parts::default(),
        )
        .await
        .map(drop)
    }

    /// A plain `GET` below the origin, for what is no JSON; `None` for 404.
    pub async fn get(&self, route: &str) -> Result<Option<Bytes>, ApiError> {
        match self.send(Method::GET, route, None, Parts::default()).await {
            Ok(body) => Ok(Some(body.into())),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api")
            .field("origin", &self.origin)
            .field("backoff", &self.backoff)
            .finish_non_exhaustive()
    }
}
