//! Accepting connections, and ending them.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower_service::Service as _;

use super::App;
use super::config::HttpConfig;
use super::observe::Peer;
use super::socket::{Busy, Guarded};
use crate::metrics::Metrics;

/// Longest head of a request.
const MAX_HEAD: usize = 64 << 10;

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
    let gate = Gate {
        all: Arc::new(Semaphore::new(config.max_connections)),
        addresses: Addresses::default(),
        metrics: Arc::clone(app.metrics()),
    };
    let graceful = GracefulShutdown::new();
    let mut tasks = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = gate.accept(&listener, config.max_connections_per_address) => accepted,
            Some(_) = tasks.join_next() => continue,
        };
        let Some((stream, peer, place)) = accepted else {
            continue;
        };
        let busy = Busy::default();
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
            // Errors here are resets and timeouts of clients: requests log their own.
            if let Err(error) = connection.await {
                tracing::debug!(peer = %peer, %error, "connection ended");
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

/// Decides which connections get in.
struct Gate {
    all: Arc<Semaphore>,
    addresses: Addresses,
    metrics: Arc<Metrics>,
}

impl Gate {
    /// The next connection, once there is a place for it; `None` where it was
    /// turned away. Can be dropped at any point.
    async fn accept(
        &self,
        listener: &TcpListener,
        per_address: usize,
    ) -> Option<(TcpStream, SocketAddr, Place)> {
        let permit = Arc::clone(&self.all).acquire_owned().await.ok()?;
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, mostly: others must end first.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                return None;
            }
        };
        let Some(address) = self.addresses.enter(peer.ip(), per_address) else {
            self.metrics.http.refused_connections.inc();
            tracing::debug!(%peer, "closed a connection: too many from this address");
            return None;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
        }
        self.metrics.http.connections.inc();
        let metrics = Arc::clone(&self.metrics);
        Some((
            stream,
            peer,
            Place {
                _permit: permit,
                _address: address,
                metrics,
            },
        ))
    }
}

/// A connection's place; free again when dropped.
struct Place {
    _permit: OwnedSemaphorePermit,
    _address: AddressGuard,
    metrics: Arc<Metrics>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.metrics.http.connections.dec();
    }
}

/// Connections counted by address.
#[derive(Debug, Clone, Default)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Addresses {
    fn enter(&self, address: IpAddr, most: usize) -> Option<AddressGuard> {
        let mut counts = self.0.lock().expect("no panic under this lock");
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(AddressGuard {
            addresses: self.clone(),
            address,
        })
    }
}

struct AddressGuard {
    addresses: Addresses,
    address: IpAddr,
}

impl Drop for AddressGuard {
    fn drop(&mut self) {
        let mut counts = self.addresses.0.lock().expect("no panic under this lock");
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_an_address_are_counted_and_forgotten() {
        let addresses = Addresses::default();
        let (a, b) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let first = addresses.enter(a, 2).expect("a place");
        let second = addresses.enter(a, 2).expect("a place");
        assert!(addresses.enter(a, 2).is_none());
        assert!(
            addresses.enter(b, 2).is_some(),
            "another address has its own places"
        );
        drop(first);
        assert!(addresses.enter(a, 2).is_some());
        drop(second);
        assert!(
            addresses.0.lock().expect("lock").is_empty(),
            "no memory is kept"
        );
    }
}
