//! Randomness that can be played again, and the options that tests take from
//! the environment.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// SplitMix64. The seed is `GARRET_SEED`, else the time, and is printed.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(test: &str) -> Self {
        Self(seed(test))
    }

    /// The stream of this seed.
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Another stream of numbers, for another thread.
    pub(crate) fn split(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end`, `end` left out.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Bytes that do not compress.
    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        let words = std::iter::repeat_with(|| self.next().to_le_bytes());
        words.flatten().take(len).collect()
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// A duration from zero to `end`.
    pub(crate) fn moment(&mut self, end: Duration) -> Duration {
        Duration::from_micros(self.below(end.as_micros() as usize + 1) as u64)
    }
}

/// The seed of a test, which it prints.
pub(crate) fn seed(test: &str) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |now| u64::from(now.subsec_nanos()) ^ now.as_secs());
    let seed = option("GARRET_SEED", now);
    println!("{test}: GARRET_SEED={seed}");
    seed
}

/// A setting of a test.
pub(crate) fn option<T: FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Err(_) => default,
        Ok(text) => match text.parse() {
            Ok(value) => value,
            Err(_) => panic!("{name} is {text:?}"),
        },
    }
}
