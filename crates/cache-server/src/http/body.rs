//! Request bodies: limits and a least rate, enforced while they stream.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use cache_api::ErrorCode;
use futures_util::Stream;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body::Frame;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use super::App;
use super::errors::HttpError;

/// A request body that is read no further than `limit` and no slower than
/// the configured rate. Only the time in which the server waits for the client counts.
pub(crate) struct Upload {
    body: Body,
    announced: Option<u64>,
    app: App,
    limit: u64,
    taken: u64,
    waited: Duration,
}

impl Upload {
    /// The body of a request that may have `limit` bytes.
    ///
    /// # Errors
    /// `body_too_large` when it announces more; not a byte is read then.
    pub(crate) fn of(
        app: &App,
        headers: &HeaderMap,
        body: Body,
        limit: u64,
    ) -> Result<Self, HttpError> {
        let announced = headers
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|announced| announced > limit) {
            return Err(too_large(limit));
        }
        Ok(Self {
            body,
            announced,
            app: app.clone(),
            limit,
            taken: 0,
            waited: Duration::ZERO,
        })
    }

    /// Bytes of the body, where its sender says how many come.
    pub(crate) fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// Bytes that the body may have: as many as are announced, else its limit.
    pub(crate) fn most(&self) -> u64 {
        self.announced.unwrap_or(self.limit)
    }

    /// The next piece; `None` after the last.
    ///
    /// # Errors
    /// `body_too_large`, `body_too_slow`, or `incomplete_body`.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        loop {
            let frame = match self.frame().await {
                Ok(frame) => frame?,
                Err(error) => return Some(Err(error)),
            };
            // Trailers say nothing here.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            self.taken += data.len() as u64;
            if self.taken > self.limit {
                return Some(Err(too_large(self.limit)));
            }
            return Some(Ok(data));
        }
    }

    async fn frame(&mut self) -> Result<Option<Frame<Bytes>>, HttpError> {
        let config = self.app.config();
        let started = self.app.clock().mono();
        let frame = match self.taken.checked_div(config.body_least_rate) {
            None => self.body.frame().await,
            Some(seconds) => {
                let allowed = config
                    .body_grace
                    .saturating_add(Duration::from_secs(seconds));
                let left = allowed.saturating_sub(self.waited);
                timeout(left, self.body.frame())
                    .await
                    .map_err(|_| HttpError::plain(ErrorCode::BodyTooSlow))?
            }
        };
        self.waited += self.app.clock().mono().saturating_sub(started);
        frame
            .transpose()
            .map_err(|_| HttpError::plain(ErrorCode::IncompleteBody))
    }

    /// The whole body in memory.
    ///
    /// # Errors
    /// As [`Upload::next`].
    pub(crate) async fn all(mut self) -> Result<Bytes, HttpError> {
        let mut whole = BytesMut::new();
        while let Some(data) = self.next().await {
            whole.extend_from_slice(&data?);
        }
        Ok(whole.freeze())
    }

    /// The whole body as JSON.
    ///
    /// # Errors
    /// As [`Upload::next`], and `invalid_request` where it is not the JSON wanted.
    pub(crate) async fn json<T: serde::de::DeserializeOwned>(self) -> Result<T, HttpError> {
        let bytes = self.all().await?;
        parse(&bytes)
    }

    /// As [`Upload::json`], but an empty body is the default.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn json_or_default<T>(self) -> Result<T, HttpError>
    where
        T: serde::de::DeserializeOwned + Default,
    {
        let bytes = self.all().await?;
        if bytes.is_empty() {
            Ok(T::default())
        } else {
            parse(&bytes)
        }
    }

    /// The pieces as a stream whose errors are texts, and a slot in which the
    /// real error is left for the answer.
    pub(crate) fn stream(self) -> (impl Stream<Item = Result<Bytes, String>> + Send, Failure) {
        let failure = Failure::default();
        let slot = failure.clone();
        let stream = futures_util::stream::unfold(Some((self, slot)), |state| async move {
            let (mut upload, slot) = state?;
            match upload.next().await? {
                Ok(data) => Some((Ok(data), Some((upload, slot)))),
                Err(error) => {
                    let text = error.to_string();
                    slot.put(error);
                    Some((Err(text), None))
                }
            }
        });
        (stream, failure)
    }
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpError> {
    serde_json::from_slice(bytes).map_err(|error| {
        HttpError::new(
            ErrorCode::InvalidRequest,
            format!("the body is not the JSON wanted: {error}"),
        )
    })
}

fn too_large(limit: u64) -> HttpError {
    let message = format!("the body has more than the {limit} bytes that this route takes");
    HttpError::new(ErrorCode::BodyTooLarge, message)
}

/// Why a streamed body ended early.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<HttpError>>>);

impl Failure {
    fn put(&self, error: HttpError) {
        *self.0.lock().expect("no panic under this lock") = Some(error);
    }

    /// The error, if there was one.
    pub(crate) fn take(&self) -> Option<HttpError> {
        self.0.lock().expect("no panic under this lock").take()
    }
}
