//! What a handler left unread of a body.
//!
//! Answering while the client still sends makes its socket fail before it has
//! read the answer, so a moderate rest is read first and thrown away. Whoever
//! sends bodies that are always refused would keep the server busy with that:
//! they are read one at a time of each token, and no faster than [`RATE`].

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::header::EXPECT;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;
use token_auth::TokenKey;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Most bytes that are read of a body nobody wants.
const DRAIN_BYTES: usize = 32 << 20;

/// Bytes a second that are read of such bodies.
const RATE: u32 = 32 << 20;

/// Whose bodies are read one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sender {
    /// All that show this token.
    Token(TokenKey),
    /// All from here that show none.
    Address(Option<IpAddr>),
}

/// A body, of which the handler may leave a rest.
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

    /// Reads what was left, within bounds, once `lane` is free: who waits there
    /// for `longest` is answered at once, and may not get to read it.
    pub(crate) async fn wait(self, longest: Duration, lane: impl FnOnce() -> Arc<Semaphore>) {
        let rest = self.rest.lock().expect("no panic under this lock").take();
        let Some(mut body) = rest.filter(|_| !self.waits) else {
            return;
        };
        let lane = lane();
        let drain = async {
            let _turn = lane.acquire().await;
            let mut bytes = 0;
            while let Some(Ok(frame)) = body.frame().await {
                let len = frame.data_ref().map_or(0, Bytes::len);
                bytes += len;
                if bytes > DRAIN_BYTES {
                    return;
                }
                sleep(pause(len)).await;
            }
        };
        let _ = timeout(longest, drain).await;
    }
}

/// Time that `bytes` take at [`RATE`].
fn pause(bytes: usize) -> Duration {
    Duration::from_secs(1) * u32::try_from(bytes).unwrap_or(u32::MAX) / RATE
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_the_time_that_the_bytes_take_at_the_rate() {
        assert_eq!(pause(RATE as usize), Duration::from_secs(1));
        assert_eq!(pause(RATE as usize / 1_024), Duration::from_secs(1) / 1_024);
        assert_eq!(pause(0), Duration::ZERO);
    }
}
