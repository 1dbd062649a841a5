//! Thousands of tiny paths: what each path costs beside its bytes.

use anyhow::Result;

use super::push;
use crate::bench::context::{Bench, settle};
use crate::bench::paths;
use crate::bench::table::{Figure, Target};
use crate::garret::Settings;

const CACHE: &str = "bench";

/// A push of paths of a few hundred bytes each, and one that refers to all.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let count = if bench.how.quick { 100 } else { 2_000 };
    let corpus = paths::tiny(&bench.on_disk("tiny")?, 0..count)?;
    let (mut ours, mut theirs, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    for _ in bench.rounds() {
        let server = bench.garretd(&Settings::default())?;
        let client = bench.garret(&server, CACHE)?;
        client.create(CACHE, "--public")?;
        settle()?;
        let pushed = client.push(CACHE, &corpus.store, &[&corpus.top])?;
        ours.push(pushed.wall);
        requests.push(pushed.requests as f64);
        server.stop()?;
        theirs.push(push::nix_copy_to(bench, &push::nginx(bench)?, &corpus)?);
    }
    let what = format!("push, {count} tiny paths");
    let peer = ("nix copy to nginx", theirs.as_slice());
    let figures = [
        Figure::against(what, "s", &ours, peer, Some(Target::AtMost(0.3))),
        Figure::alone("... requests", "", &requests, None),
    ];
    Ok(figures.into_iter().flatten().collect())
}
