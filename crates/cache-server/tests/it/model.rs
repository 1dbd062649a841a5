//! Random histories of several tenants on a real server, against a plain model.
//!
//! After every step the answer must be the model's: status, code and what the
//! body says. Now and then, and after each restart and crash, everything that
//! every tenant may see is compared.
//!
//! `GARRET_SEED=N` plays history N again, `GARRET_MODEL_RUNS=N` plays more of
//! them. A history that fails is made shorter before it is shown.

mod cache;
mod caches;
mod claim;
mod crowd;
mod history;
mod look;
mod nars;
mod ops;
mod pool;
mod publish;
mod pushes;
mod reads;
mod state;
mod world;

use std::any::Any;
use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hasher as _};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use history::history;
use ops::Op;
use world::{Tally, World};

/// Steps of one history.
const STEPS: usize = 160;
/// Steps after which everything is compared.
const LOOK_EVERY: usize = 50;
/// Histories, unless asked otherwise.
const RUNS: u64 = 12;
/// Histories that are played at once.
const AT_ONCE: usize = 4;
/// Shorter histories that are tried after one failed.
const SHRINKS: usize = 150;

/// Steps that each test must have taken, by name.
const KINDS: [&str; 24] = [
    "Create",
    "Configure",
    "Destroy",
    "AddKey",
    "RetireKey",
    "Send",
    "SendDamaged",
    "Publish",
    "PublishUneven",
    "Push",
    "PathsMissing",
    "ChunksMissing",
    "Narinfo",
    "Nar",
    "PlainNar",
    "Listing",
    "Page",
    "Path",
    "Info",
    "Caches",
    "Remove",
    "Pass",
    "Renew",
    "Restart",
];

#[tokio::test(flavor = "multi_thread")]
async fn random_histories_agree_with_a_plain_model() {
    let replayed = number("GARRET_SEED");
    let first = replayed.unwrap_or_else(random_seed);
    let runs = number("GARRET_MODEL_RUNS").unwrap_or(if replayed.is_some() { 1 } else { RUNS });
    let seeds = (0..runs).map(|run| first.wrapping_add(run));
    let played = seeds.map(|seed| async move { (seed, play(&history(seed, STEPS)).await) });
    let mut played = stream::iter(played).buffer_unordered(AT_ONCE);
    let mut tally = Tally::default();
    while let Some((seed, outcome)) = played.next().await {
        match outcome {
            Ok(counts) => tally.add(counts),
            Err((at, message)) => {
                drop(played);
                panic!("GARRET_SEED={seed}\n{}", shortest(seed, at, message).await);
            }
        }
    }
    println!("{runs} histories from GARRET_SEED={first}, {STEPS} steps each");
    for (what, count) in &tally.0 {
        println!("{count:8}  {what}");
    }
    let seen: BTreeSet<&str> = tally
        .0
        .keys()
        .filter_map(|what| what.split(':').next())
        .collect();
    let absent: Vec<_> = KINDS.iter().filter(|kind| !seen.contains(*kind)).collect();
    assert!(runs < RUNS || absent.is_empty(), "never played: {absent:?}");
}

/// A short history that fails, as text.
async fn shortest(seed: u64, at: usize, message: String) -> String {
    let mut ops = history(seed, STEPS);
    ops.truncate(at + 1);
    let ops = shorter(ops).await;
    let (_, last) = play(&ops).await.err().unwrap_or((0, message));
    let steps: Vec<String> = ops.iter().map(|op| format!("{op:?}")).collect();
    format!("{}\n{last}", steps.join("\n"))
}

/// Plays a history on a fresh server; else the step that failed, and how.
async fn play(ops: &[Op]) -> Result<Tally, (usize, String)> {
    let reached = AtomicUsize::new(0);
    let playing = AssertUnwindSafe(async {
        let mut world = World::new().await;
        for (at, op) in ops.iter().enumerate() {
            reached.store(at, Ordering::Relaxed);
            world.step(op).await;
            if at % LOOK_EVERY == LOOK_EVERY - 1 {
                world.look(at as u64).await;
            }
        }
        world.look(0).await;
        world.tally
    });
    playing.catch_unwind().await.map_err(|panic| {
        let at = reached.into_inner();
        let step = ops.get(at).map(|op| format!("{op:?}"));
        (
            at,
            format!(
                "step {at}: {}: {}",
                step.unwrap_or_default(),
                message(&*panic)
            ),
        )
    })
}

/// Leaves out steps, first many at once, as long as what is left still fails.
async fn shorter(mut ops: Vec<Op>) -> Vec<Op> {
    let (mut size, mut tries) = (ops.len() / 2, 0);
    while size > 0 && tries < SHRINKS {
        let mut at = 0;
        while at < ops.len() && tries < SHRINKS {
            let end = (at + size).min(ops.len());
            let rest = [&ops[..at], &ops[end..]].concat();
            tries += 1;
            match play(&rest).await {
                Ok(_) => at = end,
                Err((reached, _)) => ops = rest[..rest.len().min(reached + 1)].to_vec(),
            }
        }
        size /= 2;
    }
    ops
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is a program and reads its settings"
)]
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
    )
}

fn random_seed() -> u64 {
    let hasher = std::collections::hash_map::RandomState::new().build_hasher();
    // Short enough to be typed.
    hasher.finish() >> 24
}
