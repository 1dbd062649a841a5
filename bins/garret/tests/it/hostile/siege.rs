//! An attack under way, from addresses of its own.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;

use super::attacks::Attack;
use super::uploads;
use crate::chance::Chance;
use crate::client::Client;
use crate::nix::Nix;
use crate::world::World;

/// Time in which an attack gets going before honest clients begin.
const HEAD_START: Duration = Duration::from_secs(4);

/// Bytes of the NAR that slow readers ask for.
const BIG: usize = 24 << 20;

/// What is attacked, and with what.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    /// May push to and pull from the cache `hostile`.
    pub(super) token: String,
    /// Where a large NAR is.
    pub(super) nar: String,
    /// A pack that the server takes.
    pub(super) pack: Arc<[u8]>,
    /// A publish whose NAR is long, cheap to name and not what it says.
    pub(super) lie: Arc<[u8]>,
    /// Bytes that were stored for this.
    pub(super) prepared: u64,
    seen: Arc<Seen>,
}

/// How attackers fared.
#[derive(Default)]
pub(super) struct Seen {
    connected: AtomicU64,
    /// Answers by the hundred of their status, and connections that the server ended.
    answers: [AtomicU64; 6],
    ended: AtomicU64,
}

/// Files that a test has open beside the connections of an attack.
const BESIDE: u64 = 256;

/// Raises the soft limit of open files to the hard one: each client is one.
pub(super) fn raise_limit() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("up to the hard limit");
}

/// Clients of an attack: all, where the limit of open files has room for them.
fn fitting(attack: &Attack) -> usize {
    let files = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let room = usize::try_from(files.saturating_sub(BESIDE)).unwrap_or(usize::MAX);
    attack.clients.min(room)
}

impl Target {
    pub(super) fn prepare(world: &World) -> Self {
        world.cache("hostile", true);
        let nix = Nix::empty();
        let file = nix.file("big", "");
        std::fs::write(&file, Chance::of(1).bytes(BIG)).expect("a file");
        let path = nix.run("nix-store", "", &["--add", file.to_str().expect("utf-8")]);
        world.push(&nix.store(), "hostile", &[path.trim()]);
        let mut client = Client::new(&world.origin, "");
        let text = client.narinfo("hostile", path.trim()).expect("an answer");
        let text = text.expect("a narinfo");
        let url = text.lines().find_map(|line| line.strip_prefix("URL: "));
        let pack = uploads::pack();
        let address = world.origin.trim_start_matches("http://");
        Self {
            address: address.parse().expect("an address"),
            token: world.token(&[
                "--sub",
                "hostile",
                "--validity",
                "1 day",
                "--pull",
                "hostile",
                "--push",
                "hostile",
            ]),
            nar: format!("/hostile/{}", url.expect("a URL")),
            prepared: (BIG + pack.len()) as u64 + (4 << 20),
            pack: pack.into(),
            lie: uploads::lie().into(),
            seen: Arc::default(),
        }
    }

    /// A connection from 127.0.0.`host`; honest clients come from 127.0.0.1.
    pub(super) async fn connect(&self, host: u8) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, host], 0).into())?;
        socket.set_recv_buffer_size(4096)?;
        let stream = socket.connect(self.address).await?;
        self.seen.connected.fetch_add(1, Ordering::Relaxed);
        Ok(stream)
    }

    pub(super) fn ended(&self) {
        self.seen.ended.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn answered(&self, status: u16) {
        let class = usize::from(status / 100).min(5);
        self.seen.answers[class].fetch_add(1, Ordering::Relaxed);
    }
}

/// Attackers at work until the end.
pub(super) struct Siege {
    runtime: Runtime,
    seen: Arc<Seen>,
}

impl Siege {
    pub(super) fn begin(attack: &Attack, target: &Target) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let seen = Arc::<Seen>::default();
        for number in 0..fitting(attack) {
            let target = Target {
                seen: Arc::clone(&seen),
                ..target.clone()
            };
            runtime.spawn((attack.client)(target, number));
        }
        std::thread::sleep(HEAD_START);
        Self { runtime, seen }
    }

    pub(super) fn end(self) -> Arc<Seen> {
        self.runtime.shutdown_timeout(Duration::from_secs(10));
        self.seen
    }
}

impl Seen {
    /// An attack that reached nobody shows nothing.
    pub(super) fn check(&self, attack: &Attack) {
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        let clients = fitting(attack) as u64;
        assert!(
            count(&self.connected) >= clients,
            "{} of {clients} clients: {self}",
            attack.name
        );
        assert_eq!(count(&self.answers[5]), 0, "{}: a 5xx", attack.name);
        let answered: u64 = (1..5).map(|class| count(&self.answers[class])).sum();
        assert!(
            !attack.is_answered || answered > 0,
            "{}: {self}",
            attack.name
        );
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        write!(
            f,
            "{} connections, {} answered 2xx, {} 4xx, {} 5xx, {} ended by the server",
            count(&self.connected),
            count(&self.answers[2]),
            count(&self.answers[4]),
            count(&self.answers[5]),
            count(&self.ended)
        )
    }
}
