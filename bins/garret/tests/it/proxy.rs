//! A TCP proxy before the server: one address whatever becomes of the server,
//! and an account of the bytes of packs that went through.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What clients sent in bodies of `PUT …/packs`.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Packs {
    pub(crate) begun: u64,
    /// Requests that were answered.
    pub(crate) answered: u64,
    pub(crate) sent: u64,
    /// Bytes of the packs that were answered with 200.
    pub(crate) acknowledged: u64,
    /// Bytes of the packs that were answered otherwise.
    pub(crate) refused: u64,
}

impl Packs {
    /// Requests that were never answered, and the bytes that they had sent.
    pub(crate) fn in_flight(&self) -> (u64, u64) {
        (
            self.begun - self.answered,
            self.sent - self.acknowledged - self.refused,
        )
    }

    /// What was counted since `before`.
    pub(crate) fn since(&self, before: &Packs) -> Packs {
        Packs {
            begun: self.begun - before.begun,
            answered: self.answered - before.answered,
            sent: self.sent - before.sent,
            acknowledged: self.acknowledged - before.acknowledged,
            refused: self.refused - before.refused,
        }
    }
}

/// The proxy; its thread ends when it is dropped.
pub(crate) struct Proxy {
    pub(crate) origin: String,
    shared: Arc<Shared>,
    accept: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    upstream: Mutex<Option<String>>,
    /// Changes whenever the server goes and when it comes: odd while it is gone.
    changes: AtomicU64,
    stop: AtomicBool,
    packs: Mutex<Packs>,
}

impl Proxy {
    pub(crate) fn before(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        *lock(&shared.upstream) = Some(authority(upstream));
        let accept = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || accept(&listener, &shared))
        };
        Self {
            origin: format!("http://{address}"),
            shared,
            accept: Some(accept),
        }
    }

    /// To be called before the server is killed.
    pub(crate) fn goes(&self) {
        *lock(&self.shared.upstream) = None;
        self.shared.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// The server listens again, at another address.
    pub(crate) fn came(&self, upstream: &str) {
        *lock(&self.shared.upstream) = Some(authority(upstream));
        self.shared.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// How often the server went and came; odd while it is gone.
    pub(crate) fn changes(&self) -> u64 {
        self.shared.changes.load(Ordering::SeqCst)
    }

    pub(crate) fn packs(&self) -> Packs {
        *lock(&self.shared.packs)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(authority(&self.origin));
        if let Some(accept) = self.accept.take() {
            let _ = accept.join();
        }
    }
}

fn authority(origin: &str) -> String {
    let rest = origin.trim_start_matches("http://");
    rest.trim_end_matches('/').to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        let (Ok(client), Some(upstream)) = (client, lock(&shared.upstream).clone()) else {
            continue;
        };
        let shared = Arc::clone(shared);
        std::thread::spawn(move || carry(&client, &upstream, &shared));
    }
}

/// Carries one connection until either end closes it.
fn carry(client: &TcpStream, upstream: &str, shared: &Shared) {
    // Before a byte is read: what finds no server is not counted as sent.
    let Ok(server) = TcpStream::connect(upstream) else {
        return;
    };
    let open = Mutex::new(None);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ = pump(&server, client, |piece| answer(shared, &open, piece));
            close(client, &server);
        });
        let mut requests = Requests::default();
        let _ = pump(client, &server, |piece| {
            requests.feed(piece, |part| request(shared, &open, &part));
        });
        close(client, &server);
    });
}

fn close(client: &TcpStream, server: &TcpStream) {
    for stream in [client, server] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn pump(mut from: &TcpStream, mut to: &TcpStream, mut look: impl FnMut(&[u8])) -> io::Result<()> {
    let mut piece = vec![0; 64 << 10];
    loop {
        let len = from.read(&mut piece)?;
        if len == 0 {
            return Ok(());
        }
        look(&piece[..len]);
        to.write_all(&piece[..len])?;
    }
}

/// `open` is what was sent of the pack that this connection has no answer for.
fn request(shared: &Shared, open: &Mutex<Option<u64>>, part: &Part) {
    match *part {
        Part::Pack => {
            lock(&shared.packs).begun += 1;
            *lock(open) = Some(0);
        }
        Part::Body(len) => {
            let mut open = lock(open);
            let mut packs = lock(&shared.packs);
            packs.sent += len;
            match &mut *open {
                Some(bytes) => *bytes += len,
                None => packs.refused += len,
            }
        }
    }
}

/// A client sends its next request after the whole answer to the last, so the
/// first bytes that come while one is open are its status.
fn answer(shared: &Shared, open: &Mutex<Option<u64>>, piece: &[u8]) {
    let mut open = lock(open);
    let Some(bytes) = open.take() else { return };
    let mut packs = lock(&shared.packs);
    packs.answered += 1;
    if piece.starts_with(b"HTTP/1.1 200") {
        packs.acknowledged += bytes;
    } else {
        packs.refused += bytes;
    }
}

/// What a client sent.
enum Part {
    /// A request that brings a pack begins.
    Pack,
    /// So many bytes of its body.
    Body(u64),
}

/// As much of HTTP/1.1 as tells where a body begins and ends.
#[derive(Default)]
struct Requests {
    head: Vec<u8>,
    body: u64,
    pack: bool,
}

impl Requests {
    fn feed(&mut self, mut piece: &[u8], mut tell: impl FnMut(Part)) {
        while !piece.is_empty() {
            if self.body > 0 {
                let len = self.body.min(piece.len() as u64);
                self.body -= len;
                piece = &piece[len as usize..];
                if self.pack {
                    tell(Part::Body(len));
                }
                continue;
            }
            self.head.push(piece[0]);
            piece = &piece[1..];
            if self.head.ends_with(b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&std::mem::take(&mut self.head)).to_lowercase();
                assert!(!head.contains("\r\ntransfer-encoding:"), "{head}");
                let length = head.split("\r\ncontent-length:").nth(1);
                let length = length.and_then(|rest| rest.lines().next());
                self.body = length.map_or(0, |text| text.trim().parse().expect("a length"));
                let line = head.lines().next().unwrap_or_default();
                self.pack = line.starts_with("put ") && line.contains("/packs ");
                if self.pack {
                    tell(Part::Pack);
                }
            }
        }
    }
}

#[test]
fn bodies_are_counted_however_the_bytes_are_cut() {
    let text = b"PUT /c/packs HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcdePOST /c/paths HTTP/1.1\r\n\
        content-length: 3\r\n\r\nabcGET /c HTTP/1.1\r\n\r\nPUT /c/packs HTTP/1.1\r\ncontent-length: 2\r\n\r\nx";
    for size in 1..text.len() {
        let (mut requests, mut packs, mut bytes) = (Requests::default(), 0, 0);
        for piece in text.chunks(size) {
            requests.feed(piece, |part| match part {
                Part::Pack => packs += 1,
                Part::Body(len) => bytes += len,
            });
        }
        assert_eq!((packs, bytes), (2, 6), "in pieces of {size}");
    }
}
