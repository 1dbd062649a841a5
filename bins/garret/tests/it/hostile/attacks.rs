//! The attacks: what one hostile client does, again and again.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::siege::Target;

type Client = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One kind of hostility.
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) clients: usize,
    pub(super) client: fn(Target, usize) -> Client,
    /// Whether its clients get to read answers.
    pub(super) is_answered: bool,
}

const fn attack(name: &'static str, clients: usize, client: fn(Target, usize) -> Client) -> Attack {
    Attack {
        name,
        clients,
        client,
        is_answered: false,
    }
}

const fn answered(attack: Attack) -> Attack {
    Attack {
        is_answered: true,
        ..attack
    }
}

pub(super) const ATTACKS: &[Attack] = &[
    attack("heads at a byte a second", 400, |target, _| {
        Box::pin(slow_heads(target))
    }),
    attack("bodies below the least rate", 120, |target, _| {
        Box::pin(slow_bodies(target, 200))
    }),
    attack("bodies above the least rate", 250, |target, _| {
        Box::pin(slow_bodies(target, 2_000))
    }),
    attack("5,000 idle connections", 5_000, |target, number| {
        Box::pin(idle(target, 2 + (number % 20) as u8))
    }),
    answered(attack("everything oversize", 8, |target, number| {
        Box::pin(oversize(target, number))
    })),
    answered(attack("packs never published", 8, |target, _| {
        Box::pin(flood(target))
    })),
    attack("500 readers at a kilobyte a second", 500, |target, _| {
        Box::pin(slow_reader(target))
    }),
    answered(attack("publishes that lie", 32, |target, _| {
        Box::pin(lies(target))
    })),
    answered(attack("forged tokens", 16, |target, number| {
        Box::pin(forged(target, number))
    })),
];

/// Pause of a client before it connects again.
const AGAIN: Duration = Duration::from_millis(500);
const SECOND: Duration = Duration::from_secs(1);

impl Target {
    fn head(&self, method: &str, path: &str, length: usize) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
             Content-Length: {length}\r\n\r\n",
            self.token
        )
    }

    /// Sends the bytes and reads the status, on a connection of its own.
    async fn exchange(&self, head: &str, body: &[u8]) {
        let Ok(mut stream) = self.connect(2).await else {
            return sleep(AGAIN).await;
        };
        let sent = async {
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(body).await
        };
        // The server may answer before it has read all.
        let _ = sent.await;
        match status(&mut stream).await {
            Some(status) => self.answered(status),
            None => self.ended(),
        }
    }
}

async fn status(stream: &mut TcpStream) -> Option<u16> {
    let mut start = [0; 12];
    timeout(Duration::from_secs(60), stream.read_exact(&mut start))
        .await
        .ok()?
        .ok()?;
    std::str::from_utf8(&start[9..]).ok()?.parse().ok()
}

/// Writes `bytes` a second, as pieces of `piece`, until the server has had enough.
async fn trickle(target: &Target, stream: &mut TcpStream, piece: &[u8]) {
    while stream.write_all(piece).await.is_ok() {
        sleep(SECOND).await;
    }
    target.ended();
}

async fn slow_heads(target: Target) {
    loop {
        if let Ok(mut stream) = target.connect(2).await
            && stream
                .write_all(b"GET /healthz HTTP/1.1\r\nX-Long: ")
                .await
                .is_ok()
        {
            trickle(&target, &mut stream, b"a").await;
        }
        sleep(AGAIN).await;
    }
}

/// A good pack that comes slowly.
async fn slow_bodies(target: Target, rate: usize) {
    loop {
        if let Ok(mut stream) = target.connect(2).await {
            let pack = &target.pack;
            let head = target.head("PUT", "/_api/v2/caches/hostile/packs", pack.len());
            let mut pieces = pack.chunks(rate);
            let mut sent = stream.write_all(head.as_bytes()).await;
            while sent.is_ok()
                && let Some(piece) = pieces.next()
            {
                sent = stream.write_all(piece).await;
                sleep(SECOND).await;
            }
            target.ended();
        }
        sleep(AGAIN).await;
    }
}

async fn idle(target: Target, host: u8) {
    loop {
        if let Ok(mut stream) = target.connect(host).await {
            // Until the server ends it.
            let _ = stream.read(&mut [0; 1]).await;
            target.ended();
        }
        sleep(SECOND).await;
    }
}

async fn oversize(target: Target, number: usize) {
    let long = "a".repeat(100 << 10);
    let cache = "/_api/v2/caches/hostile";
    let big = 1 << 40;
    let blanks = vec![b' '; 1 << 20];
    loop {
        let (head, body) = match number % 6 {
            0 => (format!("GET /{long} HTTP/1.1\r\n\r\n"), &[][..]),
            1 => (format!("GET / HTTP/1.1\r\nX: {long}\r\n\r\n"), &[][..]),
            2 => (
                target.head("POST", &format!("{cache}/paths"), big),
                &blanks[..],
            ),
            3 => (
                target.head("PUT", &format!("{cache}/packs"), big),
                &blanks[..],
            ),
            4 => {
                let path = format!("{cache}/chunks/missing");
                (target.head("POST", &path, blanks.len()), &blanks[..])
            }
            _ => {
                let path = format!("{cache}/paths/missing");
                (target.head("POST", &path, blanks.len()), &blanks[..])
            }
        };
        target.exchange(&head, body).await;
    }
}

/// The same pack again and again: each counts.
async fn flood(target: Target) {
    let head = target.head("PUT", "/_api/v2/caches/hostile/packs", target.pack.len());
    loop {
        target.exchange(&head, &target.pack).await;
    }
}

async fn slow_reader(target: Target) {
    loop {
        if let Ok(mut stream) = target.connect(2).await {
            let head = target.head("GET", &target.nar, 0);
            let mut sent = stream.write_all(head.as_bytes()).await.map(|()| 1);
            let mut taken = [0; 1024];
            while sent.is_ok_and(|bytes| bytes > 0) {
                sent = stream.read(&mut taken).await;
                sleep(SECOND).await;
            }
            target.ended();
        }
        sleep(AGAIN).await;
    }
}

/// Each names a NAR of a gigabyte that has not the hash it says.
async fn lies(target: Target) {
    let pack = target.head("PUT", "/_api/v2/caches/hostile/packs", target.pack.len());
    target.exchange(&pack, &target.pack).await;
    let head = target.head("POST", "/_api/v2/caches/hostile/paths", target.lie.len());
    loop {
        target.exchange(&head, &target.lie).await;
        sleep(Duration::from_millis(10)).await;
    }
}

async fn forged(target: Target, number: usize) {
    let mut count = number;
    loop {
        count += 1_000;
        let (claims, _) = target.token.rsplit_once('.').unwrap_or_default();
        let head = format!(
            "GET /hostile/{}.narinfo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
             Authorization: Bearer {claims}.{count:043}\r\n\r\n",
            "0".repeat(32)
        );
        target.exchange(&head, b"").await;
    }
}
