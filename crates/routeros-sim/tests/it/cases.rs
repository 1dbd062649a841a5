//! Random cases that can be played again.

use std::hash::{BuildHasher, RandomState};

use proptest::test_runner::{Config, RngSeed};

/// So many cases. Their seed is `GARRET_SEED`, else random, and is printed.
pub(crate) fn cases(count: u32) -> Config {
    #[expect(clippy::disallowed_methods, reason = "random tests are played again")]
    let given = std::env::var("GARRET_SEED");
    let seed = match given {
        Ok(text) => text.parse().expect("GARRET_SEED is a number"),
        Err(_) => RandomState::new().hash_one(()),
    };
    let thread = std::thread::current();
    println!("{}: GARRET_SEED={seed}", thread.name().unwrap_or_default());
    Config {
        cases: count,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    }
}
