//! Peak memory: the server under many pushes at once, the client on one big path.

use anyhow::{Result, anyhow};

use crate::bench::context::Bench;
use crate::bench::table::{Figure, Target};
use crate::bench::{paths, push};
use crate::garret::Settings;

const CLIENTS: usize = 16;
const LIMIT: Target = Target::AtMost(256.0);
const BIG: u64 = 5_000_000_000;
const BIG_QUICK: u64 = 64_000_000;

/// Each once: a peak is what counts, and rounds would only add to the time.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = many(bench)?;
    figures.extend(big(bench)?);
    Ok(figures)
}

/// Every client has a cache and a token of its own, so none may rely on what
/// another has sent: the server takes all bytes from each.
fn many(bench: &Bench) -> Result<Vec<Figure>> {
    let (closure, _) = bench.pair()?;
    let server = bench.garretd(&Settings::default())?;
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let cache = format!("bench-{number}");
        let client = bench.garret(&server, &cache)?;
        client.create(&cache, "--private")?;
        clients.push((client, cache));
    }
    let peaks = std::thread::scope(|scope| {
        let closure = &closure;
        let threads: Vec<_> = clients
            .iter()
            .map(|(client, cache)| scope.spawn(move || push::all(client, cache, closure)))
            .collect();
        let mut peaks = Vec::new();
        for thread in threads {
            let pushed = thread.join().map_err(|_| anyhow!("a thread died"))??;
            peaks.push(pushed.peak);
        }
        anyhow::Ok(peaks)
    })?;
    let peak = [bench.peak_mib(server.pid())?];
    server.stop()?;
    // Not the median: all of them must keep within the limit.
    let largest = [peaks.into_iter().fold(0.0, f64::max)];
    let what = format!("peak memory, server under {CLIENTS} pushes");
    let figures = [
        Figure::alone(what, "MiB", &peak, Some(LIMIT)),
        Figure::alone("... its largest client", "MiB", &largest, Some(LIMIT)),
    ];
    Ok(figures.into_iter().flatten().collect())
}

fn big(bench: &Bench) -> Result<Vec<Figure>> {
    let bytes = if bench.how.quick { BIG_QUICK } else { BIG };
    let corpus = paths::big(&bench.on_disk("big")?, bytes)?;
    let server = bench.garretd(&Settings::default())?;
    let client = bench.garret(&server, "bench")?;
    client.create("bench", "--private")?;
    let peak = push::all(&client, "bench", &corpus)?.peak;
    let served = bench.peak_mib(server.pid())?;
    server.stop()?;
    let what = format!("peak memory, client on a path of {} MB", bytes / 1_000_000);
    let figures = [
        Figure::alone(what, "MiB", &[peak], Some(LIMIT)),
        Figure::alone("... its server", "MiB", &[served], Some(LIMIT)),
    ];
    Ok(figures.into_iter().flatten().collect())
}
