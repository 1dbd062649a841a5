//! Accepting connections, and ending them.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower_service::Service as _;

use super::App;
use super::config::HttpConfig;
use super::connections::{Accepted, Gate};
use super::observe::Peer;
use super::socket::Guarded;

/// Longest head of a request.
const MAX_HEAD: usize = 64 << 10;

/// Bytes of an answer after which hyper writes before it asks for more. Less than
/// a usual read of a NAR, so that each is written while it lies in the core's cache.
const WRITTEN_AT_ONCE: usize = 192 << 10;

/// Serves `router` on `listener` until `shutdown` is done, then gives running
/// requests [`HttpConfig::shutdown_deadline`] to finish.
///
/// Returns how many connections had to be cut.
pub async fn serve(
    listener: TcpListener,
    router: axum::Router,
    app: &App,
    shutdown: impl Future<Output = ()>,
) -> usize {
    let config = Arc::clone(app.config());
    let gate = Gate::new(&config, Arc::clone(app.metrics()));
    let graceful = GracefulShutdown::new();
    let mut tasks = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = gate.accept(&listener) => accepted,
            Some(_) = tasks.join_next() => continue,
        };
        let Some(accepted) = accepted else {
            continue;
        };
        let Accepted {
            stream,
            peer,
            busy,
            end,
            place,
        } = accepted;
        let service = with_peer(
            router.clone(),
            Peer {
                address: peer,
                busy: busy.clone(),
            },
        );
        let socket = Guarded::new(stream, busy, config.header_timeout, config.stall_timeout);
        let connection = builder(&config).serve_connection(TokioIo::new(socket), service);
        let connection = graceful.watch(connection);
        tasks.spawn(async move {
            tokio::select! {
                // Errors here are resets and timeouts of clients: requests log their own.
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%peer, %error, "connection ended");
                },
                Ok(()) = end => tracing::debug!(%peer, "ended an idle connection for others"),
            }
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(config.shutdown_deadline, graceful.shutdown()).await;
    while tasks.try_join_next().is_some() {}
    let cut = tasks.len();
    tasks.shutdown().await;
    cut
}

fn builder(config: &HttpConfig) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(config.idle_timeout)
        .max_buf_size(WRITTEN_AT_ONCE)
        .max_header_size(MAX_HEAD);
    builder
}

/// Adds what is known of the connection to each of its requests.
fn with_peer(
    router: axum::Router,
    peer: Peer,
) -> impl hyper::service::HttpService<
    Incoming,
    ResBody = axum::body::Body,
    Future: Send,
    Error = Infallible,
> {
    service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(peer.clone());
        // A router is always ready.
        router.clone().call(request)
    })
}
