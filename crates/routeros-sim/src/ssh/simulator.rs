//! The handle by which a test starts a simulator, plugs operators in and looks at it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::fault::Fault;
use super::options::Options;
use super::record::Entry;
use super::server;
use super::world::World;
use crate::Device;
use crate::device::Session;
use crate::machine::Machine;
use crate::reach::{Cut, Operator};

/// The clock moves this often, in real milliseconds.
const BEAT: u64 = 10;

/// A running simulator; it ends when it is dropped.
pub struct Simulator {
    world: Shared,
    runtime: Option<Runtime>,
}

/// The device and its surroundings, shared by all connections.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Simulator {
    /// A switch as it leaves the factory, without a password.
    pub fn start(options: Options) -> io::Result<Self> {
        Self::with(Box::new(Device::factory(options.version)), options)
    }

    /// Any machine.
    pub fn with(machine: Box<dyn Machine>, options: Options) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("routeros-sim")
            .enable_all()
            .build()?;
        let speed = u64::from(options.speed);
        let world = Shared(Arc::new(Mutex::new(World::new(machine, options))));
        if speed > 0 {
            let world = world.clone();
            runtime.spawn(async move {
                let mut beat = tokio::time::interval(Duration::from_millis(BEAT));
                loop {
                    beat.tick().await;
                    world.lock().advance(BEAT * speed);
                }
            });
        }
        Ok(Self {
            world,
            runtime: Some(runtime),
        })
    }

    /// Plugs an operator with an address into a port, and gives the TCP address that stands for
    /// port 22 of `to` as seen from there.
    pub fn dial(&self, port: &str, to: &str, operator: &str) -> io::Result<SocketAddr> {
        let mut world = self.world.lock();
        let wanted = world.first_port();
        let listener = std::net::TcpListener::bind(("127.0.0.1", wanted))?;
        listener.set_nonblocking(true)?;
        let socket = listener.local_addr()?;
        let operator = Operator {
            port: port.to_owned(),
            address: address(operator)?,
        };
        let link = world.plug(operator.clone(), address(to)?, socket);
        drop(world);
        if let Some(runtime) = &self.runtime {
            let _context = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)?;
            runtime.spawn(server::listen(listener, self.world.clone(), operator, link));
        }
        Ok(socket)
    }

    /// Lets the device's clock run ahead.
    pub fn advance(&self, millis: u64) {
        self.world.lock().advance(millis);
    }

    /// Milliseconds of the simulator's clock; it goes on during a reboot.
    pub fn now(&self) -> u64 {
        self.world.lock().now()
    }

    /// How often the device has started again.
    pub fn boots(&self) -> u64 {
        self.world.lock().boots()
    }

    /// Whether it runs, and does not start.
    pub fn is_up(&self) -> bool {
        self.world.lock().is_up()
    }

    /// The longest time, in device milliseconds, for which nobody got through by this dial, each
    /// time counted from the device's last boot.
    pub fn unreachable(&self, dial: SocketAddr) -> u64 {
        let found = self.world.lock().unreachable(dial);
        found.map_or(0, |(longest, _)| longest)
    }

    /// Why nobody gets through by this dial now; nothing while the device starts.
    pub fn cut(&self, dial: SocketAddr) -> Option<Cut> {
        self.world.lock().unreachable(dial)?.1
    }

    /// `fault` happens at the `nth` command from now on, counted from 1.
    pub fn fault(&self, nth: u64, fault: Fault) {
        self.world.lock().faults.add(nth, fault);
    }

    /// The connection ends before the `nth` command from now on runs.
    pub fn cut_before(&self, nth: u64) {
        self.fault(nth, Fault::CutBefore);
    }

    /// The connection ends after the `nth` command from now on ran, before its answer.
    pub fn cut_after(&self, nth: u64) {
        self.fault(nth, Fault::CutAfter);
    }

    /// The power fails after the `nth` command from now on ran, before its answer.
    pub fn reboot_after(&self, nth: u64) {
        self.fault(nth, Fault::Reboot);
    }

    /// Faults that have not happened yet do not.
    pub fn clear_faults(&self) {
        self.world.lock().faults.clear();
    }

    /// The power fails now.
    pub fn fail_power(&self) {
        self.world.lock().fail_power();
    }

    /// Everything that came over the network, with its answers.
    pub fn log(&self) -> Vec<Entry> {
        self.world.lock().entries.clone()
    }

    /// What came over the network and may have changed something.
    pub fn writes(&self) -> Vec<Entry> {
        let log = self.log();
        log.into_iter().filter(Entry::writes).collect()
    }

    /// Forgets what came over the network.
    pub fn clear_log(&self) {
        self.world.lock().entries.clear();
    }

    /// A command at the serial console: not in the log, not hindered by cuts.
    pub fn console(&self, line: &str) -> String {
        let mut world = self.world.lock();
        let session = Session {
            user: "admin".to_owned(),
            from: None,
        };
        let reply = world.machine.exec(line, &session);
        world.meet(&reply.events);
        world.refresh();
        reply.text
    }

    /// A file of the device.
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        let mut world = self.world.lock();
        world
            .machine
            .files()
            .get(name)
            .map(|file| file.contents.clone())
    }

    /// A log line, printed into the middle of every interactive session.
    pub fn interject(&self, line: &str) {
        // Nobody may be listening.
        let _ = self.world.lock().lines.send(line.to_owned());
    }

    /// The public host key, `ssh-ed25519 AAAA…`.
    pub fn host_key(&self) -> String {
        let seed = self.world.lock().host_key();
        server::text(server::host_key(seed).public_key())
    }

    /// The host key's fingerprint, `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        let seed = self.world.lock().host_key();
        server::host_key(seed)
            .fingerprint(russh::keys::HashAlg::Sha256)
            .to_string()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn address(text: &str) -> io::Result<Ipv4Addr> {
    text.parse().map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("not an address: {text}"),
        )
    })
}
