//! Ever more tiny paths in one push.

use anyhow::Result;

use super::size::{Kind, Size, table};
use crate::bench::context::Bench;
use crate::bench::paths;
use crate::bench::table::Figure;
use crate::garret::Settings;

const COUNTS: &[u32] = &[100, 1_000, 10_000];
const QUICK: &[u32] = &[100, 300];
const CACHE: &str = "growth";

/// Time a path against that of the smallest push; each to a new server.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let counts = if bench.how.quick { QUICK } else { COUNTS };
    let (mut sizes, mut corpora) = (Vec::new(), Vec::new());
    for count in counts {
        sizes.push(Size::new(format!("{count} paths in one push")));
        corpora.push(paths::tiny(&bench.in_memory("tiny")?, 0..*count)?);
    }
    for _ in bench.rounds() {
        for (size, corpus) in sizes.iter_mut().zip(&corpora) {
            let server = bench.garretd(&Settings::default())?;
            let client = bench.garret(&server, CACHE)?;
            client.create(CACHE, "--public")?;
            let seconds = size.push(&client, CACHE, corpus)?;
            size.add(Kind::Server, bench.peak_mib(server.pid())?);
            size.add(Kind::Path, seconds * 1000.0 / corpus.paths.len() as f64);
            server.stop()?;
        }
    }
    Ok(table(&sizes, "of the fewest"))
}
