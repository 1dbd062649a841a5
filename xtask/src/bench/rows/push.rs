//! Pushing a closure: cold, again, rebuilt.

use anyhow::Result;

use crate::bench::context::{Bench, settle};
use crate::bench::table::{Figure, Target};

const CACHE: &str = "bench";

/// What a new folder costs the first to push, what nothing new costs, and what
/// a rebuild costs whose contents are known.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let (closure, rebuilt) = bench.pair()?;
    let mut cold = Vec::new();
    let mut again = Vec::new();
    let mut requests = Vec::new();
    let mut rebuild = Vec::new();
    for _ in bench.rounds() {
        let server = bench.garretd("push")?;
        let client = bench.garret(&server, CACHE)?;
        client.create(CACHE, "--public")?;
        let push = |corpus: &crate::corpus::Corpus| {
            settle()?;
            client.push(CACHE, &corpus.store, &[&corpus.top])
        };
        cold.push(push(&closure)?.seconds);
        let second = push(&closure)?;
        again.push(second.seconds);
        requests.push(second.requests as f64);
        rebuild.push(push(&rebuilt)?.seconds);
        server.stop()?;
    }
    let figures = [
        Figure::alone("cold push", "s", &cold, None),
        Figure::alone("again", "s", &again, Some(Target::AtMost(0.2))),
        Figure::alone("again, requests", "", &requests, Some(Target::AtMost(1.0))),
        Figure::alone("rebuilt", "s", &rebuild, None),
    ];
    Ok(figures.into_iter().flatten().collect())
}
