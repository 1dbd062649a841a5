//! A request id, a log line and counters for every request.
//!
//! The line names the route's pattern, never the path, a query or a header:
//! nothing a caller sends can put a secret into the log.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use cache_api::ErrorCode;
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tracing::Instrument as _;

use super::App;
use super::drain::{Drained, Sender};
use super::socket::Busy;

/// Header of every answer; the log knows the request by its value.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Pattern in logs and metrics where no route matched.
const NO_ROUTE: &str = "(none)";

/// What is known of the connection a request came by.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// The other end, which may be a proxy.
    pub(crate) address: SocketAddr,
    /// Counts the connection's running requests.
    pub(crate) busy: Busy,
}

/// What a handler wants to see in the request's log line.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    /// What was asked for is here.
    Hit,
    /// It is not.
    Miss,
}

/// Wraps a request: id, span, and at its very end the line and the counters.
pub(crate) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = app.clock().mono();
    let id = app.request_ids().next();
    let peer = request.extensions().get::<Peer>().cloned();
    let busy = peer.as_ref().map(|peer| peer.busy.begin());
    let pattern = request.extensions().get::<MatchedPath>();
    let route = pattern.map_or_else(|| NO_ROUTE.to_owned(), |path| path.as_str().to_owned());
    let method = known_method(request.method());
    let received = Arc::new(AtomicU64::new(0));
    let drained = Drained::of(&mut request, &received);
    let span = tracing::info_span!("request", id = %id);
    tracing::trace!(parent: &span, route, method, "request began");
    let mut response = next.run(request).instrument(span.clone()).await;
    let sender = response.extensions().get::<Sender>().copied();
    let address = peer.as_ref().map(|peer| peer.address.ip());
    let lane = || app.lanes().of(sender.unwrap_or(Sender::Address(address)));
    drained.wait(app.config().drain_time, lane).await;
    response
        .headers_mut()
        .insert(REQUEST_ID, HeaderValue::from_str(&id).expect("hexadecimal"));
    let end = End {
        status: response.status(),
        code: response.extensions().get::<ErrorCode>().cloned(),
        found: response.extensions().get::<Found>().copied(),
        peer: peer.map(|peer| peer.address),
        app,
        route,
        method,
        started,
        received,
        span,
        announced: announced(&response),
        sent: 0,
        finished: response.body().is_end_stream(),
        _busy: busy,
    };
    response.map(|body| Body::new(Observed { body, end }))
}

fn announced(response: &Response) -> Option<u64> {
    response
        .headers()
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Methods that may be a label; the rest is one.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Ids: a random number of this process and a count.
#[derive(Debug)]
pub(crate) struct RequestIds {
    seed: u32,
    count: AtomicU64,
}

impl RequestIds {
    /// Ids that begin with `seed`.
    pub(crate) fn new(seed: u32) -> Self {
        Self {
            seed,
            count: AtomicU64::new(0),
        }
    }

    fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}{count:08x}", self.seed)
    }
}

/// What is written when the last byte was handed over or the client is gone.
struct End {
    app: App,
    route: String,
    method: &'static str,
    status: StatusCode,
    code: Option<ErrorCode>,
    found: Option<Found>,
    peer: Option<SocketAddr>,
    started: Duration,
    received: Arc<AtomicU64>,
    announced: Option<u64>,
    sent: u64,
    finished: bool,
    span: tracing::Span,
    _busy: Option<super::socket::BusyGuard>,
}

impl Drop for End {
    fn drop(&mut self) {
        let took = self.app.clock().mono().saturating_sub(self.started);
        let received = self.received.load(Ordering::Relaxed);
        // hyper does not ask again once it has the length that was announced.
        let whole = self.finished || self.announced == Some(self.sent);
        let http = &self.app.metrics().http;
        http.request(
            &self.route,
            self.method,
            self.status.as_u16(),
            took,
            received,
            self.sent,
        );
        let cache = self.found.map(|found| match found {
            Found::Hit => "hit",
            Found::Miss => "miss",
        });
        self.span.in_scope(|| {
            tracing::info!(
                method = self.method,
                route = self.route,
                status = self.status.as_u16(),
                code = self.code.as_ref().map(ErrorCode::as_str),
                cache,
                received,
                sent = self.sent,
                ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                cut = (!whole).then_some(true),
                peer = self.peer.map(|peer| peer.ip().to_string()),
                "request"
            );
        });
    }
}

/// A body that counts what is taken of it.
struct Observed {
    body: Body,
    end: End,
}

impl HttpBody for Observed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.end.sent += frame.data_ref().map_or(0, |data| data.len() as u64);
                self.end.finished = self.body.is_end_stream();
            }
            Poll::Ready(None) => self.end.finished = true,
            _ => {}
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

/// A body that keeps something until it was sent.
pub(crate) struct Holding<T> {
    body: Body,
    _held: T,
}

impl<T> Holding<T> {
    /// Keeps `held` as long as the body.
    pub(crate) fn new(body: Body, held: T) -> Self {
        Self { body, _held: held }
    }
}

impl<T: Unpin> HttpBody for Holding<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
