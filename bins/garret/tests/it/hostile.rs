//! Honest clients beside hostile ones: whatever is attacked, what honest
//! clients push and pull is complete and right, and the server holds no more
//! when the attack is over than it did before.
//!
//! The ignored test measures: `GARRET_HOSTILE_ROUNDS` rounds with and without
//! each attack in turn (or those alone whose name has `GARRET_HOSTILE_ATTACK` in
//! it), and the ratio of their median speeds.

mod attacks;
mod siege;
mod uploads;

use std::time::{Duration, Instant};

use crate::chance::{Chance, option};
use crate::client::Client;
use crate::nix::{Nix, is_here};
use crate::soak::samples::{Place, Sample};
use crate::world::World;
use attacks::ATTACKS;
use siege::{Siege, Target};

/// Bytes that the server may hold resident during any attack.
const MEMORY: u64 = 512 << 20;

/// Bytes that a token may leave unpublished here.
const UNPUBLISHED: u64 = 64 << 20;

/// Sizes of the paths of one honest round.
const ROUND: [usize; 6] = [6 << 20, 1 << 20, 1 << 20, 200_000, 20_000, 2_000];

/// How often an honest round pulls what it pushed.
const PULLS: usize = 3;

struct Honest<'a> {
    world: &'a World,
    nix: Nix,
    rng: Chance,
}

impl Honest<'_> {
    /// Its paths are of no other such client: `rng` is a stream of its own.
    fn new(world: &World, rng: Chance) -> Honest<'_> {
        Honest {
            world,
            nix: Nix::empty(),
            rng,
        }
    }

    fn add(&mut self, len: usize) -> String {
        let file = self.nix.file("honest", "");
        std::fs::write(&file, self.rng.bytes(len)).expect("a file");
        let file = file.to_str().expect("utf-8");
        self.nix
            .run("nix-store", "", &["--add", file])
            .trim()
            .to_owned()
    }

    /// Pushes new paths and pulls them; how long that took.
    fn round(&mut self) -> Duration {
        let paths: Vec<_> = ROUND.iter().map(|len| self.add(*len)).collect();
        let names: Vec<_> = paths.iter().map(String::as_str).collect();
        let started = Instant::now();
        let said = self.world.push(&self.nix.store(), "honest", &names);
        assert_eq!(said["paths_pushed"], ROUND.len(), "{said}");
        let mut client = Client::new(&self.world.origin, "");
        for path in paths.iter().cycle().take(PULLS * ROUND.len()) {
            assert_eq!(client.pull("honest", path, 1), Ok(true));
        }
        started.elapsed()
    }
}

/// A server, what it holds when idle, and what is attacked. The streams of all
/// honest clients come from `rng`.
fn scene(rng: &mut Chance) -> (World, Place, Sample, Target) {
    siege::raise_limit();
    let world = World::limited(&format!("[limits]\nmax-unpublished = {UNPUBLISHED}\n"));
    world.cache("honest", true);
    let target = Target::prepare(&world);
    let place = Place::new(world.server_pid(), &world.data());
    Honest::new(&world, rng.split()).round();
    let idle = place.look(Duration::ZERO);
    (world, place, idle, target)
}

#[test]
fn honest_clients_are_served_during_every_attack_and_nothing_stays_held() {
    if !is_here() {
        return;
    }
    let mut rng = Chance::new("hostile");
    let (world, place, idle, target) = scene(&mut rng);
    let mut honest = Honest::new(&world, rng.split());
    for attack in ATTACKS {
        let siege = Siege::begin(attack, &target);
        honest.round();
        let held = place.look(Duration::ZERO);
        let seen = siege.end();
        eprintln!("{}: {seen}; {} MB resident", attack.name, held.rss >> 20);
        seen.check(attack);
        assert!(held.rss < MEMORY, "{}: {held:?}", attack.name);
        place.settle(idle, Duration::from_secs(120));
    }
    let stored = uploads::stored(&world.data());
    let honest_bytes = ROUND.iter().sum::<usize>() as u64 * (ATTACKS.len() as u64 + 2);
    let most = honest_bytes + 2 * UNPUBLISHED + target.prepared;
    assert!(stored < most, "{stored} bytes stored, at most {most}");
    honest.round();
}

#[test]
#[ignore = "prints figures, for `cargo xtask bench hostile`"]
fn speeds_beside_attacks_are_printed() {
    let rounds: usize = option("GARRET_HOSTILE_ROUNDS", 3);
    let mut rng = Chance::new("hostile");
    let (world, place, idle, target) = scene(&mut rng);
    let mut honest = Honest::new(&world, rng.split());
    let only: String = option("GARRET_HOSTILE_ATTACK", String::new());
    let chosen = ATTACKS.iter().filter(|of| of.name.contains(&only));
    for attack in chosen {
        let (mut alone, mut beside) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            alone.push(honest.round());
            let siege = Siege::begin(attack, &target);
            beside.push(honest.round());
            siege.end().check(attack);
            place.settle(idle, Duration::from_secs(120));
        }
        let (alone, beside) = (median(alone), median(beside));
        let ratio = alone.as_secs_f64() / beside.as_secs_f64();
        let mark = if ratio < 0.5 { " BELOW HALF" } else { "" };
        eprintln!(
            "{:32} {ratio:.2} ({alone:.2?} alone, {beside:.2?} beside){mark}",
            attack.name
        );
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
