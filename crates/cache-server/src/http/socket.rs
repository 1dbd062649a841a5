//! A connection's socket with the two timeouts that hyper does not have.
//!
//! hyper's own head timeout also runs while a connection waits for its next
//! request, so it serves as the idle timeout; here the time from a head's first
//! byte counts, and the time in which a client takes nothing of an answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The requests of a connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Busy(Arc<Requests>);

#[derive(Debug, Default)]
struct Requests {
    begun: AtomicUsize,
    /// Those whose answer was handed to hyper to its end.
    ended: AtomicUsize,
    /// Those whose answer was written to its end.
    written: AtomicUsize,
}

impl Busy {
    /// Notes a request until the guard is dropped.
    pub(crate) fn begin(&self) -> BusyGuard {
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        BusyGuard(self.clone())
    }

    fn begun(&self) -> usize {
        self.0.begun.load(Ordering::Relaxed)
    }

    fn ended(&self) -> usize {
        self.0.ended.load(Ordering::Acquire)
    }

    /// Notes that all is written of as many answers.
    fn written(&self, ended: usize) {
        self.0.written.store(ended, Ordering::Release);
    }

    /// Whether a request is being answered: the last byte of an answer may wait
    /// in a buffer long after it was handed over.
    pub(crate) fn is_busy(&self) -> bool {
        self.begun() > self.0.written.load(Ordering::Acquire)
    }
}

/// Ends with the request it stands for.
#[derive(Debug)]
pub(crate) struct BusyGuard(Busy);

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.0.ended.fetch_add(1, Ordering::Release);
    }
}

/// A socket that fails with `TimedOut` when its client is too slow.
#[derive(Debug)]
pub(crate) struct Guarded<T> {
    inner: T,
    busy: Busy,
    header_timeout: Duration,
    stall_timeout: Duration,
    /// Runs while a head comes in.
    head: Option<Pin<Box<Sleep>>>,
    /// Requests that had begun when it was last looked at: one more means that
    /// the head is whole.
    begun: usize,
    stall: Option<Pin<Box<Sleep>>>,
}

impl<T> Guarded<T> {
    /// The first head's time begins now.
    pub(crate) fn new(inner: T, busy: Busy, header: Duration, stall: Duration) -> Self {
        let head = Some(Box::pin(sleep(header)));
        Self {
            inner,
            busy,
            header_timeout: header,
            stall_timeout: stall,
            head,
            begun: 0,
            stall: None,
        }
    }

    fn written(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if result.is_ready() {
            self.stall = None;
            return result;
        }
        let timeout = self.stall_timeout;
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(timeout)));
        match stall.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(late("the client takes nothing of the answer"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

fn late(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl<T: AsyncRead + Unpin> AsyncRead for Guarded<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(cx, buf);
        let begun = self.busy.begun();
        if begun != self.begun {
            self.begun = begun;
            self.head = None;
        }
        if self.busy.is_busy() {
            return result;
        }
        if result.is_ready() && buf.filled().len() > before && self.head.is_none() {
            self.head = Some(Box::pin(sleep(self.header_timeout)));
        }
        let waited = |head: &mut Pin<Box<Sleep>>| head.as_mut().poll(cx).is_ready();
        if result.is_pending() && self.head.as_mut().is_some_and(waited) {
            return Poll::Ready(Err(late("the head of a request came too slowly")));
        }
        result
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Guarded<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.written(cx, result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes when its own buffer is empty.
        let ended = self.busy.ended();
        let result = Pin::new(&mut self.inner).poll_flush(cx);
        if matches!(result, Poll::Ready(Ok(()))) {
            self.busy.written(ended);
        }
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.written(cx, result)
    }

    // Without this hyper copies every byte of a body into one buffer first.
    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    const HEAD: Duration = Duration::from_millis(100);
    const STALL: Duration = Duration::from_millis(100);

    #[tokio::test]
    async fn a_head_that_trickles_in_times_out_although_bytes_come() {
        let (mut client, server) = duplex(64);
        let mut guarded = Guarded::new(server, Busy::default(), HEAD, STALL);
        let sender = tokio::spawn(async move {
            for _ in 0..1000 {
                tokio::time::sleep(HEAD / 10).await;
                if client.write_all(b"G").await.is_err() {
                    return;
                }
            }
        });
        let mut seen = 0;
        let error = loop {
            match guarded.read_u8().await {
                Ok(_) => seen += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(
            seen < 1000,
            "bytes that come do not prolong the time: {seen}"
        );
        sender.abort();
    }

    #[tokio::test]
    async fn a_request_that_is_being_answered_is_not_timed() {
        let (mut client, server) = duplex(64);
        let busy = Busy::default();
        let guard = busy.begin();
        let mut guarded = Guarded::new(server, busy, HEAD, STALL);
        tokio::spawn(async move {
            tokio::time::sleep(HEAD * 3).await;
            client.write_all(b"x").await.expect("sent");
        });
        assert_eq!(guarded.read_u8().await.expect("no timeout"), b'x');
        drop(guard);
    }

    #[tokio::test]
    async fn a_connection_is_busy_until_its_answer_is_written() {
        let (mut client, server) = duplex(4);
        let busy = Busy::default();
        let mut guarded = Guarded::new(server, busy.clone(), HEAD, STALL * 100);
        let request = busy.begin();
        drop(request);
        let answer = async {
            guarded.write_all(b"12345678").await.expect("taken");
            guarded.flush().await.expect("taken");
        };
        let mut answer = Box::pin(answer);
        assert!((&mut answer).now_or_never().is_none());
        assert!(busy.is_busy(), "half of it is not written");
        let mut taken = [0; 8];
        let ((), read) = tokio::join!(answer, client.read_exact(&mut taken));
        assert_eq!(read.expect("the answer"), 8);
        assert!(!busy.is_busy());
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_dropped() {
        let (_client, server) = duplex(4);
        let mut guarded = Guarded::new(server, Busy::default(), HEAD, STALL);
        let error = guarded
            .write_all(b"more than four bytes")
            .await
            .expect_err("stalled");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
