//! A whole closure into an empty store, by the real Nix.

use std::net::SocketAddr;

use anyhow::{Context, Result};

use crate::bench::context::Bench;
use crate::bench::peers::nginx::{Nginx, Serves};
use crate::bench::peers::nix_copy;
use crate::bench::shelf::CACHE;
use crate::bench::table::{Figure, Target};
use crate::garret::Settings;

/// No slower than from nginx with the same bytes, but for noise.
const NO_SLOWER: Target = Target::AtMost(1.05);

/// `nix copy --from` both; the stores lie in memory.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let (closure, _) = bench.pair()?;
    let shelf = bench.shelf()?;
    let garretd = shelf.serve(bench, &Settings::quiet())?;
    let nginx = Nginx::start(&bench.on_disk("nginx")?, &shelf.files, Serves::Sendfile)?;
    let pull = |server: SocketAddr| {
        let (into, home) = (bench.in_memory("store")?, bench.in_memory("home")?);
        let url = format!("http://{server}/{CACHE}");
        let seconds = nix_copy::from(&url, &shelf.keys, &closure.top, &into, &home)?;
        bench.forget(&into).context("removing a store")?;
        anyhow::Ok(seconds)
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first pull after a start pays for what is not in memory yet.
    pull(nginx.address())?;
    for _ in bench.rounds() {
        ours.push(pull(garretd.address())?);
        theirs.push(pull(nginx.address())?);
    }
    garretd.stop()?;
    let peer = ("nginx", theirs.as_slice());
    let figure = Figure::against(
        "nix copy --from, whole closure",
        "s",
        &ours,
        peer,
        Some(NO_SLOWER),
    );
    Ok(figure.into_iter().collect())
}
