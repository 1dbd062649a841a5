//! How a request travels: the token, retries, redirects, limits on what comes back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use cache_api::{ErrorBody, routes};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Api, ApiError, Parts};

/// Most bytes of an answer that is read as a whole.
const MAX_ANSWER: usize = 64 << 20;
/// Most bytes of an answer that reports an error.
const MAX_ERROR: usize = 64 << 10;
/// Time for a request, beside what its body takes at [`LEAST_RATE`].
const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);
/// Bytes a second below which an upload is given up.
const LEAST_RATE: u64 = 8 << 10;
/// Redirects followed within the origin.
const MAX_REDIRECTS: usize = 5;

impl Api {
    pub(super) async fn json<B: Serialize, A: DeserializeOwned>(
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
        let answer = self.send(method, route, kind, body).await?;
        serde_json::from_slice(&answer).map_err(|error| self.odd(error.to_string()))
    }

    /// Sends and reads the answer, and does so again while that may help: a connection may also
    /// break in the middle of an answer. Every request of the protocol may be repeated.
    pub(super) async fn send(
        &self,
        method: Method,
        route: &str,
        kind: Option<&'static str>,
        body: Parts,
    ) -> Result<Vec<u8>, ApiError> {
        let mut tried = 0;
        loop {
            let error = match self
                .ask_once(method.clone(), route, kind, body.clone())
                .await
            {
                Ok(answer) => return Ok(answer),
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

    async fn ask_once(
        &self,
        method: Method,
        route: &str,
        kind: Option<&'static str>,
        body: Parts,
    ) -> Result<Vec<u8>, ApiError> {
        let response = self.send_once(method, route, kind, body, true).await?;
        self.read(response, MAX_ANSWER).await
    }

    pub(super) async fn send_once(
        &self,
        method: Method,
        route: &str,
        kind: Option<&'static str>,
        body: Parts,
        time_limit: bool,
    ) -> Result<Response, ApiError> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        // Neither headers nor bodies: they hold tokens, and keys that are brought along.
        tracing::trace!(number, %method, route, bytes = body.len(), "request");
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
        tracing::trace!(number, status = response.status().as_u16(), "answer");
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

    pub(super) fn transport(&self, source: reqwest::Error) -> ApiError {
        let connect = source.is_connect();
        // The URL says nothing that the origin does not, and would be told twice.
        ApiError::Transport {
            origin: self.origin.clone(),
            connect,
            source: source.without_url(),
        }
    }

    pub(super) fn odd(&self, what: String) -> ApiError {
        ApiError::Answer {
            origin: self.origin.clone(),
            what,
        }
    }
}

/// Follows a redirect that stays within the origin; any other comes back as the answer it is.
pub(super) fn within_origin(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let first = attempt.previous().first().map(reqwest::Url::origin);
    if first == Some(attempt.url().origin()) && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}
