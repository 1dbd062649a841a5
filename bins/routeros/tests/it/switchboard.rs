//! A cable that leads to one switch first and to another later.

use std::io::copy;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Carries connections: the first to one switch, all others to another.
pub(crate) struct Switchboard {
    pub(crate) dial: SocketAddr,
    over: Arc<AtomicBool>,
}

impl Switchboard {
    pub(crate) fn new(first: SocketAddr, later: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let dial = listener.local_addr().expect("an address");
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        thread::spawn(move || {
            let mut to = first;
            for near in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(to)) else {
                    continue;
                };
                to = later;
                let ends = (near.try_clone(), far.try_clone());
                if let (Ok(near_again), Ok(far_again)) = ends {
                    thread::spawn(move || carry(near, far));
                    thread::spawn(move || carry(far_again, near_again));
                }
            }
        });
        Switchboard { dial, over }
    }
}

impl Drop for Switchboard {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Wakes the one who waits for connections.
        let _ = TcpStream::connect(self.dial);
    }
}

/// Carries bytes one way until they end.
fn carry(mut from: TcpStream, mut to: TcpStream) {
    // Whichever side has ended, the other ends too.
    let _ = copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
