//! A long life: four pushers and sixteen pullers at once, and the server holds
//! no more at the end than it did when warm.
//!
//! `GARRET_SOAK_MINUTES` makes it long, `GARRET_SEED` repeats what was
//! chosen. Without the first it takes a little over a minute.

mod pullers;
mod pushers;
pub(crate) mod samples;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::chance::{option, seed};
use crate::client::{Client, percentiles};
use crate::world::{Corpus, World};
use samples::{Place, growth, table};

const PUSHERS: usize = 4;
const PULLERS: usize = 16;
const SHORT: Duration = Duration::from_secs(75);

/// The cache from which nothing is removed.
const KEPT: &str = "kept";
/// The cache whose paths come and go.
const CHURN: &str = "churn";

/// What all clients share.
struct Load {
    world: World,
    corpus: Corpus,
    seed: u64,
    admin: String,
    stop: AtomicBool,
    faults: Mutex<Vec<String>>,
    pushes: AtomicU64,
    removals: AtomicU64,
    pulls: AtomicU64,
    narinfos: Mutex<Vec<Duration>>,
}

impl Load {
    fn start(corpus: Corpus) -> Self {
        let world = World::logging("warn");
        let admin = world.admin();
        world.cache(KEPT, true);
        world.cache(CHURN, true);
        world.push(&corpus.store(), KEPT, &[&corpus.top("demo")]);
        Self {
            world,
            corpus,
            seed: seed("soak"),
            admin,
            stop: AtomicBool::new(false),
            faults: Mutex::default(),
            pushes: AtomicU64::new(0),
            removals: AtomicU64::new(0),
            pulls: AtomicU64::new(0),
            narinfos: Mutex::default(),
        }
    }

    /// Runs `step` again and again until the load ends. One fault ends it.
    fn repeat(&self, mut step: impl FnMut() -> Result<(), String>) {
        while !self.stop.load(Ordering::Relaxed) {
            if let Err(fault) = step() {
                self.faults.lock().expect("no panic").push(fault);
                self.stop.store(true, Ordering::Relaxed);
            }
        }
    }

    fn client(&self) -> Client {
        Client::new(&self.world.origin, &self.admin)
    }

    /// Waits for the load's time, or for a fault.
    fn wait(&self, time: Duration) {
        for _ in 0..time.as_secs() {
            if !self.stop.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_secs(1));
            }
        }
        self.stop.store(true, Ordering::Relaxed);
    }

    /// One client alone on a warm server.
    fn idle_narinfos(&self) -> Vec<Duration> {
        let mut client = self.client();
        for path in self.corpus.paths("demo").iter().cycle().take(1_000) {
            assert!(client.narinfo(KEPT, path).expect("an answer").is_some());
        }
        client.narinfos
    }
}

fn duration() -> Duration {
    match option("GARRET_SOAK_MINUTES", 0) {
        0 => SHORT,
        minutes => Duration::from_secs(60 * minutes),
    }
}

#[test]
fn a_long_life_of_pushes_and_pulls_leaks_nothing() {
    let Some(corpus) = Corpus::find() else { return };
    let load = Load::start(corpus);
    let mut idle_narinfos = load.idle_narinfos();
    let place = Place::new(load.world.server_pid(), &load.world.data());
    let idle = place.look(Duration::ZERO);

    let samples = std::thread::scope(|scope| {
        let load = &load;
        for number in 0..PUSHERS {
            scope.spawn(move || pushers::run(load, number));
        }
        for number in 0..PULLERS {
            scope.spawn(move || pullers::run(load, number));
        }
        let samples = scope.spawn(|| place.watch(&load.stop));
        load.wait(duration());
        samples.join().expect("samples")
    });

    let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
    eprintln!("{}", table(&samples));
    eprintln!(
        "{} pushes, {} removals, {} pulls",
        count(&load.pushes),
        count(&load.removals),
        count(&load.pulls)
    );
    let mut narinfos = load.narinfos.lock().expect("no panic");
    eprintln!("narinfo idle: {}", percentiles(&mut idle_narinfos));
    eprintln!("narinfo during pushes: {}", percentiles(&mut narinfos));
    let faults = load.faults.lock().expect("no panic");
    assert!(faults.is_empty(), "{faults:#?}");
    let grown = growth(&samples);
    assert!(grown.is_empty(), "{grown:#?}");
    let settled = place.settle(idle, Duration::from_secs(120));
    eprintln!("idle before: {idle:?}\nidle after:  {settled:?}");
    let log = load.world.server_log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    assert!(count(&load.pushes) > 0 && count(&load.removals) > 0 && count(&load.pulls) > 0);
}
