//! Request bodies: limits and a least rate, enforced while they stream.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use cache_api::ErrorCode;
use futures_util::Stream;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, EXPECT};
use http_body::{Body as HttpBody, Frame, SizeHint};
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

/// Most bytes that are read of a body nobody wants.
const DRAIN_BYTES: usize = 32 << 20;

/// What a handler left unread of a body.
///
/// Answering while the client still sends makes its socket fail before it has
/// read the answer, so a moderate rest is read first and thrown away.
pub(crate) struct Drained {
    rest: Arc<Mutex<Option<Body>>>,
    /// A client that waits for `100 Continue` sends nothing unasked.
    waits: bool,
}

impl Drained {
    /// Wraps the body of `request`, counting its bytes in `received`.
    pub(crate) fn of(request: &mut Request, received: &Arc<AtomicU64>) -> Self {
        let rest = Arc::new(Mutex::new(None));
        let waits = request.headers().contains_key(EXPECT);
        let body = std::mem::replace(request.body_mut(), Body::empty());
        let counted = Counted {
            body,
            rest: Arc::clone(&rest),
            received: Arc::clone(received),
            ended: false,
        };
        *request.body_mut() = Body::new(counted);
        Self { rest, waits }
    }

    /// Reads what was left, within bounds.
    pub(crate) async fn wait(self, longest: Duration) {
        let rest = self.rest.lock().expect("no panic under this lock").take();
        let Some(mut body) = rest.filter(|_| !self.waits) else {
            return;
        };
        let drain = async {
            let mut bytes = 0;
            while let Some(Ok(frame)) = body.frame().await {
                bytes += frame.data_ref().map_or(0, Bytes::len);
                if bytes > DRAIN_BYTES {
                    return;
                }
            }
        };
        let _ = timeout(longest, drain).await;
    }
}

struct Counted {
    body: Body,
    rest: Arc<Mutex<Option<Body>>>,
    received: Arc<AtomicU64>,
    ended: bool,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                self.received.fetch_add(bytes, Ordering::Relaxed);
            }
            Poll::Ready(_) => self.ended = true,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            let body = std::mem::replace(&mut self.body, Body::empty());
            *self.rest.lock().expect("no panic under this lock") = Some(body);
        }
    }
}
