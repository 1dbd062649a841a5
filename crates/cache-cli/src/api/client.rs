//! Requests: one method a route, retries and the rules for tokens underneath.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cache_api::{
    AddKey, CacheInfo, CacheName, ConfigureCache, CreateCache, ErrorBody, ListPathsAnswer,
    ListedPath, MissingPathsAnswer, MissingPathsRequest, PackAnswer, PublishLine, ServerInfo,
    bitmap, routes,
};
use nar_format::PathHash;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::body::Lines;
use super::{ApiError, Backoff, Origin, Parts};
use crate::env::Secret;
use crate::error::{CliError, ErrorKind, Result as CliResult};

/// Most bytes of an answer that is read as a whole.
const MAX_ANSWER: usize = 64 << 20;
/// Most bytes of an answer that reports an error.
const MAX_ERROR: usize = 64 << 10;
/// Time to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for a request, beside what its body takes at [`LEAST_RATE`].
const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);
/// Bytes a second below which an upload is given up.
const LEAST_RATE: u64 = 8 << 10;
/// A publish sends at least a blank line every 10 s.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(60);
/// Redirects followed within the origin.
const MAX_REDIRECTS: usize = 5;

/// A server, and the token for it.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    origin: Origin,
    authorization: Option<HeaderValue>,
    backoff: Backoff,
    requests: Arc<AtomicU64>,
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
        let response = self
            .send(Method::POST, &route, Some(routes::OCTETS), digests.into())
            .await?;
        let answer = self.read(response, MAX_ANSWER).await?;
        bitmap::decode(&answer, count).map_err(|error| self.odd(error.to_string()))
    }

    /// Sends a pack; when this returns the server has it for good.
    pub async fn put_pack(&self, cache: &CacheName, pack: Parts) -> Result<PackAnswer, ApiError> {
        let response = self
            .send(
                Method::PUT,
                &routes::packs(cache),
                Some(routes::OCTETS),
                pack,
            )
            .await?;
        let answer = self.read(response, MAX_ANSWER).await?;
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
            Ok(response) => self
                .read(response, MAX_ANSWER)
                .await
                .map(|body| Some(body.into())),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn json<B: Serialize, A: DeserializeOwned>(
        &self,
        method: Method,
        route: &str,
        body: Option<&B>,
    ) -> Result<A, ApiError> {
        let (kind, body) = match body {
            Some(body) => {
                let bytes =
                    serde_json::to_vec(body).map_err(|error| self.odd(error.to_string()))?;
                (Some(routes::JSON), bytes.into())
            }
            None => (None, Parts::default()),
        };
        let response = self.send(method, route, kind, body).await?;
        let answer = self.read(response, MAX_ANSWER).await?;
        serde_json::from_slice(&answer).map_err(|error| self.odd(error.to_string()))
    }

    /// Sends, and sends again while that may help. Every request of the protocol may be repeated.
    async fn send(
        &self,
        method: Method,
        route: &str,
        kind: Option<&'static str>,
        body: Parts,
    ) -> Result<Response, ApiError> {
        let mut tried = 0;
        loop {
            let error = match self
                .send_once(method.clone(), route, kind, body.clone(), true)
                .await
            {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            tried += 1;
            let wait = self
                .backoff
                .wait(tried, error.retry_after(), self.requests());
            match wait.filter(|_| error.is_transient()) {
                None => return Err(error),
                Some(wait) => {
                    tracing::debug!(%error, tried, wait_ms = wait.as_millis() as u64, route, "trying again");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    async fn send_once(
        &self,
        method: Method,
        route: &str,
        kind: Option<&'static str>,
        body: Parts,
        time_limit: bool,
    ) -> Result<Response, ApiError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut request = self.http.request(method, self.origin.join(route));
        if time_limit {
            request =
                request.timeout(REQUEST_TIMEOUT + Duration::from_secs(body.len() / LEAST_RATE));
        }
        if let Some(kind) = kind {
            request = request
                .header(CONTENT_TYPE, kind)
                .body(reqwest::Body::wrap(body));
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let response = request
            .send()
            .await
            .map_err(|source| self.transport(source))?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status => Err(self.refused(status, response).await),
        }
    }

    async fn refused(&self, status: StatusCode, response: Response) -> ApiError {
        let text = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        let retry_after = text(RETRY_AFTER)
            .and_then(|text| text.parse().ok())
            .map(Duration::from_secs);
        if let (true, Some(to)) = (status.is_redirection(), text(LOCATION)) {
            return ApiError::Redirect {
                origin: self.origin.clone(),
                to: to.to_owned(),
            };
        }
        let status = status.as_u16();
        let body = self.read(response, MAX_ERROR).await.unwrap_or_default();
        match serde_json::from_slice::<ErrorBody>(&body) {
            Ok(body) => ApiError::Refused {
                status,
                body,
                retry_after,
            },
            Err(_) => {
                let line = String::from_utf8_lossy(&body)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned();
                let readable = !line.is_empty() && line.len() <= 200 && !line.starts_with('<');
                let text = readable.then_some(line);
                ApiError::Status {
                    origin: self.origin.clone(),
                    status,
                    text,
                    retry_after,
                }
            }
        }
    }

    async fn read(&self, mut response: Response, limit: usize) -> Result<Vec<u8>, ApiError> {
        let mut body = Vec::new();
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|source| self.transport(source))?
        {
            if body.len() + piece.len() > limit {
                return Err(self.odd(format!("more than {limit} bytes")));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    fn transport(&self, source: reqwest::Error) -> ApiError {
        let connect = source.is_connect();
        // The URL says nothing that the origin does not, and would be told twice.
        ApiError::Transport {
            origin: self.origin.clone(),
            connect,
            source: source.without_url(),
        }
    }

    fn odd(&self, what: String) -> ApiError {
        ApiError::Answer {
            origin: self.origin.clone(),
            what,
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

/// Follows a redirect that stays within the origin; any other comes back as the answer it is.
fn within_origin(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let first = attempt.previous().first().map(reqwest::Url::origin);
    if first == Some(attempt.url().origin()) && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}
