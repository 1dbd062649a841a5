//! One ever larger path.

use anyhow::Result;

use super::size::{Kind, Size, table};
use crate::bench::context::Bench;
use crate::bench::paths;
use crate::bench::table::Figure;
use crate::garret::Settings;

const GB: u64 = 1_000_000_000;
const SIZES: &[u64] = &[GB, 5 * GB, 20 * GB];
const QUICK: &[u64] = &[64_000_000];
const CACHE: &str = "growth";

/// Seconds a GB and peak memory of both sides, up to `most` GB; each to a new
/// server.
pub(super) fn run(bench: &Bench, most: u64) -> Result<Vec<Figure>> {
    let all = if bench.how.quick { QUICK } else { SIZES };
    let (mut sizes, mut corpora) = (Vec::new(), Vec::new());
    for bytes in all.iter().filter(|bytes| **bytes <= most * GB) {
        let gb = *bytes as f64 / GB as f64;
        sizes.push((gb, Size::new(format!("one path of {gb} GB"))));
        corpora.push(paths::big(&bench.on_disk("big")?, *bytes)?);
    }
    for _ in bench.rounds() {
        for ((gb, size), corpus) in sizes.iter_mut().zip(&corpora) {
            let server = bench.garretd(&Settings::default())?;
            let client = bench.garret(&server, CACHE)?;
            client.create(CACHE, "--public")?;
            let seconds = size.push(&client, CACHE, corpus)?;
            size.add(Kind::Server, bench.peak_mib(server.pid())?);
            size.add(Kind::Gigabyte, seconds / *gb);
            let data = server.data().to_path_buf();
            server.stop()?;
            bench.forget(&data)?;
        }
    }
    for corpus in &corpora {
        bench.forget(corpus.store.root())?;
    }
    let sizes: Vec<Size> = sizes.into_iter().map(|(_, size)| size).collect();
    Ok(table(&sizes, "of the smallest"))
}
