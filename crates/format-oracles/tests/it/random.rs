//! Random changes of the seeds: a fuzzer without coverage, for every `cargo
//! test`. `GARRET_FUZZ_SEED` replays a run, `GARRET_FUZZ_ROUNDS` makes it longer.

use std::panic::catch_unwind;

use crate::inputs::{committed, seeds};

/// Rounds a target: a second or two as the tests are compiled.
const ROUNDS: u64 = 4000;
/// Bytes of the longest input.
const MOST: usize = 4096;

/// splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// A few changes, of one byte or of a run.
    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..1 + self.below(5) {
            let at = self.below(bytes.len() + 1);
            let end = bytes.len().min(at + self.below(16));
            match self.below(6) {
                0 => bytes.insert(at, self.next() as u8),
                1 => drop(bytes.drain(at..end)),
                2 => bytes.truncate(at),
                3 => {
                    let from = self.below(other.len() + 1);
                    let to = other.len().min(from + self.below(64));
                    bytes.splice(at..end, other[from..to].iter().copied());
                }
                _ if at < bytes.len() => bytes[at] = self.next() as u8,
                _ => {}
            }
        }
        bytes.truncate(MOST);
    }
}

#[expect(clippy::disallowed_methods, reason = "a test that is told its seed")]
fn told(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[expect(clippy::disallowed_methods, reason = "any seed will do")]
fn any_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().subsec_nanos().into()
}

fn run(target: &str, oracle: fn(&[u8])) {
    let seed = told("GARRET_FUZZ_SEED", any_seed());
    println!("GARRET_FUZZ_SEED={seed}");
    let mut random = Random(seed);
    let mut pool = seeds(target);
    pool.extend(committed("found", target));
    for round in 0..told("GARRET_FUZZ_ROUNDS", ROUNDS) {
        let mut bytes = pool[random.below(pool.len())].1.clone();
        let other = &pool[random.below(pool.len())].1;
        random.change(&mut bytes, other);
        if catch_unwind(|| oracle(&bytes)).is_err() {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            panic!("{target}, round {round} of GARRET_FUZZ_SEED={seed}: {hex}");
        }
    }
}

/// One test a target, so that they run side by side.
macro_rules! suite {
    ($($target:ident,)*) => {$(
        #[test]
        fn $target() {
            run(stringify!($target), format_oracles::$target);
        }
    )*};
}

suite! {
    nar,
    narinfo,
    pack,
    recipe,
    record,
    token,
}
