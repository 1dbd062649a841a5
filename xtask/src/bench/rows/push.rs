//! Pushing a closure: cold, again, rebuilt.

use anyhow::Result;

use crate::bench::context::{Bench, settle};
use crate::bench::peers::nginx::{Nginx, Serves};
use crate::bench::peers::nix_copy;
use crate::bench::table::{Figure, Target};
use crate::corpus::Corpus;
use crate::garret::Settings;

const CACHE: &str = "bench";
/// `nix copy` compresses with zstd; nginx takes files by DAV.
const PEER: &str = "nix copy to nginx";

/// One column of figures, a round each.
#[derive(Default)]
struct Ours {
    cold: Vec<f64>,
    again: Vec<f64>,
    requests: Vec<f64>,
    rebuilt: Vec<f64>,
    wire: Vec<f64>,
    peak: Vec<f64>,
}

/// What a new cache costs the first to push, what nothing new costs, and what a
/// rebuild costs whose contents are known.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let (closure, rebuilt) = bench.pair()?;
    let mut ours = Ours::default();
    let (mut cold, mut rebuild) = (Vec::new(), Vec::new());
    for _ in bench.rounds() {
        garret(bench, &closure, &rebuilt, &mut ours)?;
        let nginx = nginx(bench)?;
        cold.push(nix_copy_to(bench, &nginx, &closure)?);
        rebuild.push(nix_copy_to(bench, &nginx, &rebuilt)?);
    }
    let figures = [
        Figure::against(
            "push, cold",
            "s",
            &ours.cold,
            (PEER, &cold),
            Some(Target::AtMost(0.65)),
        ),
        Figure::alone(
            "push, the same again",
            "s",
            &ours.again,
            Some(Target::AtMost(0.2)),
        ),
        Figure::alone(
            "... requests",
            "",
            &ours.requests,
            Some(Target::AtMost(1.0)),
        ),
        Figure::against(
            "push, rebuilt",
            "s",
            &ours.rebuilt,
            (PEER, &rebuild),
            Some(Target::AtMost(0.28)),
        ),
        Figure::alone(
            "... sent, of the NAR bytes",
            "%",
            &ours.wire,
            Some(Target::AtMost(4.0)),
        ),
        Figure::alone("server's peak memory", "MiB", &ours.peak, None),
    ];
    Ok(figures.into_iter().flatten().collect())
}

fn garret(bench: &Bench, closure: &Corpus, rebuilt: &Corpus, ours: &mut Ours) -> Result<()> {
    let server = bench.garretd(&Settings::default())?;
    let client = bench.garret(&server, CACHE)?;
    client.create(CACHE, "--public")?;
    let push = |corpus: &Corpus| {
        settle()?;
        client.push(CACHE, &corpus.store, &[&corpus.top])
    };
    ours.cold.push(push(closure)?.wall);
    let again = push(closure)?;
    ours.again.push(again.wall);
    ours.requests.push(again.requests as f64);
    let third = push(rebuilt)?;
    ours.rebuilt.push(third.wall);
    ours.wire
        .push(third.bytes_sent as f64 / rebuilt.nar_bytes() as f64 * 100.0);
    ours.peak.push(bench.peak_mib(server.pid())?);
    server.stop()
}

/// An nginx on an empty folder that takes files.
pub(super) fn nginx(bench: &Bench) -> Result<Nginx> {
    let root = bench.on_disk("dav-root")?;
    Nginx::start(&bench.on_disk("dav")?, &root, Serves::Dav)
}

/// What `nix copy` to it takes.
pub(super) fn nix_copy_to(bench: &Bench, nginx: &Nginx, corpus: &Corpus) -> Result<f64> {
    settle()?;
    let home = bench.on_disk("nix-home")?;
    nix_copy::to(&corpus.store, &[&corpus.top], nginx.address(), &home)
}
