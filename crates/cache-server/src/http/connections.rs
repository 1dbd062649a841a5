//! Which connections get in, and which end for others.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rustix::io::Errno;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::config::HttpConfig;
use super::socket::Busy;
use crate::metrics::Metrics;

/// While all connections are being answered, how soon is looked again for one
/// that is not.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Pause after a connection could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// Decides which connections get in.
pub(super) struct Gate {
    places: Arc<Semaphore>,
    most_of_address: usize,
    open: Open,
    metrics: Arc<Metrics>,
}

/// A connection that got in.
pub(super) struct Accepted {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) busy: Busy,
    /// Resolves when the connection must end, since others wait for its place.
    pub(super) end: oneshot::Receiver<()>,
    pub(super) place: Place,
}

impl Gate {
    pub(super) fn new(config: &HttpConfig, metrics: Arc<Metrics>) -> Self {
        Self {
            places: Arc::new(Semaphore::new(config.max_connections)),
            most_of_address: config.max_connections_per_address,
            open: Open::default(),
            metrics,
        }
    }

    /// The next connection, once there is a place for it; `None` where it was
    /// turned away. Can be dropped at any point.
    pub(super) async fn accept(&self, listener: &TcpListener) -> Option<Accepted> {
        let permit = self.place().await?;
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                self.open.not_accepted(&error);
                sleep(PAUSE).await;
                return None;
            }
        };
        let busy = Busy::default();
        let entered = self.open.enter(peer.ip(), self.most_of_address, &busy);
        let Some((guard, end)) = entered else {
            self.metrics.http.refused_connections.inc();
            tracing::debug!(%peer, "closed a connection: too many from this address");
            return None;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
        }
        self.metrics.http.connections.inc();
        let place = Place {
            _permit: permit,
            _guard: guard,
            metrics: Arc::clone(&self.metrics),
        };
        Some(Accepted {
            stream,
            peer,
            busy,
            end,
            place,
        })
    }

    /// A free place. The last one is kept free while there are connections
    /// that ask for nothing: clients who hold thousands of them would otherwise
    /// keep all others out for the whole idle timeout.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
                return Some(permit);
            }
            self.open.end_an_idle_one();
            let permit = Arc::clone(&self.places).acquire_owned();
            if let Ok(permit) = timeout(LOOK_AGAIN, permit).await {
                return permit.ok();
            }
        }
    }
}

/// A connection's place; free again when dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    _guard: Guard,
    metrics: Arc<Metrics>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.metrics.http.connections.dec();
    }
}

/// The connections that are open now.
#[derive(Debug, Clone, Default)]
struct Open(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    next: u64,
    /// In the order in which they came.
    connections: BTreeMap<u64, Entry>,
    addresses: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Entry {
    address: IpAddr,
    busy: Busy,
    /// Gone once it was told to end.
    end: Option<oneshot::Sender<()>>,
}

impl Open {
    fn enter(
        &self,
        address: IpAddr,
        most: usize,
        busy: &Busy,
    ) -> Option<(Guard, oneshot::Receiver<()>)> {
        let mut table = self.lock();
        let count = table.addresses.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        let number = table.next;
        table.next += 1;
        let (end, ended) = oneshot::channel();
        let entry = Entry {
            address,
            busy: busy.clone(),
            end: Some(end),
        };
        table.connections.insert(number, entry);
        drop(table);
        let open = self.clone();
        Some((Guard { open, number }, ended))
    }

    /// Makes room where there was none for a connection; whatever else goes
    /// wrong, as a client that is gone already, is that connection's alone.
    fn not_accepted(&self, error: &io::Error) {
        let shortages = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
        let errno = Errno::from_io_error(error);
        if errno.is_some_and(|errno| shortages.contains(&errno)) {
            tracing::warn!(%error, "no room for a connection");
            self.end_an_idle_one();
        } else {
            tracing::debug!(%error, "a connection was not accepted");
        }
    }

    /// Ends the oldest idle connection of the address that has the most, unless
    /// one is ending already. One whose request is still coming in is idle too.
    fn end_an_idle_one(&self) {
        let mut table = self.lock();
        if table.connections.values().any(|entry| entry.end.is_none()) {
            return;
        }
        let idle = table.connections.iter();
        let idle = idle.filter(|(_, entry)| !entry.busy.is_busy());
        let crowd = |address: &IpAddr| table.addresses.get(address).copied();
        // Of equals, `max_by_key` takes the last.
        let victim = idle.rev().max_by_key(|(_, entry)| crowd(&entry.address));
        let victim = victim.map(|(number, _)| *number);
        let entry = victim.and_then(|number| table.connections.get_mut(&number));
        if let Some(end) = entry.and_then(|entry| entry.end.take()) {
            // Gone already: its place is free in a moment.
            let _ = end.send(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("no panic under this lock")
    }
}

/// Takes a connection off the list.
struct Guard {
    open: Open,
    number: u64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut table = self.open.lock();
        let Some(entry) = table.connections.remove(&self.number) else {
            return;
        };
        if let Some(count) = table.addresses.get_mut(&entry.address) {
            *count -= 1;
            if *count == 0 {
                table.addresses.remove(&entry.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 1));
    const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

    fn enter(open: &Open, address: IpAddr) -> (Guard, oneshot::Receiver<()>) {
        open.enter(address, 2, &Busy::default()).expect("a place")
    }

    #[test]
    fn connections_of_an_address_are_counted_and_forgotten() {
        let open = Open::default();
        let first = enter(&open, A);
        let second = enter(&open, A);
        assert!(open.enter(A, 2, &Busy::default()).is_none());
        let other = enter(&open, B);
        drop(first);
        assert!(open.enter(A, 2, &Busy::default()).is_some());
        drop((second, other));
        let table = open.lock();
        assert!(table.addresses.is_empty() && table.connections.is_empty());
    }

    #[test]
    fn only_a_shortage_ends_an_idle_connection() {
        let ends = |errno: Errno| {
            let open = Open::default();
            let (_guard, mut idle) = enter(&open, A);
            open.not_accepted(&errno.into());
            idle.try_recv().is_ok()
        };
        for errno in [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM] {
            assert!(ends(errno), "{errno}");
        }
        for errno in [Errno::CONNABORTED, Errno::PROTO, Errno::PERM, Errno::INTR] {
            assert!(!ends(errno), "{errno}");
        }
    }

    #[test]
    fn the_oldest_idle_connection_of_the_most_crowded_address_ends_one_at_a_time() {
        let open = Open::default();
        let (_few, mut few) = enter(&open, B);
        let busy = Busy::default();
        let (_answered, mut answered) = open.enter(A, 9, &busy).expect("a place");
        let _request = busy.begin();
        let (old_guard, mut old) = open.enter(A, 9, &Busy::default()).expect("a place");
        let (_new, mut new) = open.enter(A, 9, &Busy::default()).expect("a place");
        open.end_an_idle_one();
        open.end_an_idle_one();
        assert!(old.try_recv().is_ok());
        for other in [&mut few, &mut answered, &mut new] {
            assert!(other.try_recv().is_err(), "only one, until it has gone");
        }
        drop(old_guard);
        open.end_an_idle_one();
        assert!(new.try_recv().is_ok());
    }
}
