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
/// server. Each path is made anew, so that the disk holds one at a time.
pub(super) fn run(bench: &Bench, most: u64) -> Result<Vec<Figure>> {
    let all = if bench.how.quick { QUICK } else { SIZES };
    let fitting = all.iter().filter(|bytes| **bytes <= most * GB);
    let mut sizes: Vec<(u64, Size)> = fitting
        .map(|bytes| {
            let gb = *bytes as f64 / GB as f64;
            (*bytes, Size::new(format!("one path of {gb} GB")))
        })
        .collect();
    for _ in bench.rounds() {
        for (bytes, size) in &mut sizes {
            let folder = bench.on_disk("big")?;
            let corpus = paths::big(&folder, *bytes)?;
            let server = bench.garretd(&Settings::default())?;
            let client = bench.garret(&server, CACHE)?;
            client.create(CACHE, "--public")?;
            let seconds = size.push(&client, CACHE, &corpus)?;
            size.add(Kind::Server, bench.peak_mib(server.pid())?);
            size.add(Kind::Gigabyte, seconds / (*bytes as f64 / GB as f64));
            let data = server.data().to_path_buf();
            server.stop()?;
            bench.forget(&data)?;
            bench.forget(&folder)?;
        }
    }
    let sizes: Vec<Size> = sizes.into_iter().map(|(_, size)| size).collect();
    Ok(table(&sizes, "of the smallest"))
}
