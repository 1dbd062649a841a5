//! What the same bytes cost in the bare libraries: nothing can be faster.

use anyhow::Result;
use serde::Deserialize;

use crate::bench::context::Bench;
use crate::bench::table::Figure;
use crate::bench::{MIB, measure};

#[derive(Debug, Deserialize)]
struct Floor {
    nars: u64,
    nar_bytes: u64,
    chunks: u64,
    distinct: u64,
    distinct_bytes: u64,
    steps: Vec<Step>,
    levels: Vec<Level>,
    sizes: Vec<Size>,
}

#[derive(Debug, Deserialize)]
struct Step {
    what: String,
    seconds: f64,
    bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Level {
    level: i32,
    seconds: f64,
    bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Size {
    up_to: u64,
    chunks: u64,
    bytes: u64,
}

/// One thread, one process, each step once over all NARs.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let shelf = bench.shelf()?;
    let scratch = bench.on_disk("floor")?.join("frames");
    let floor: Floor = measure::call(bench.profile, "floor", [&shelf.files, &scratch])?;
    bench.note(format!(
        "Floor: {} NARs, {} bytes; {} chunks, {} of them distinct, {} bytes.",
        floor.nars, floor.nar_bytes, floor.chunks, floor.distinct, floor.distinct_bytes
    ));
    let speed = |bytes: u64, seconds: f64| bytes as f64 / seconds / 1e6;
    let mut figures = Vec::new();
    for step in &floor.steps {
        let what = format!("floor: {}", step.what);
        figures.push(Figure::alone(
            what,
            "MB/s",
            &[speed(step.bytes, step.seconds)],
            None,
        ));
    }
    for level in &floor.levels {
        let mb = level.bytes as f64 / 1e6;
        let what = format!("floor: zstd level {} ({mb:.1} MB)", level.level);
        let speed = speed(floor.distinct_bytes, level.seconds);
        figures.push(Figure::alone(what, "MB/s", &[speed], None));
    }
    for size in floor.sizes.iter().filter(|size| size.chunks > 0) {
        bench.note(format!(
            "Chunks up to {} KiB: {}, {:.1} MiB",
            size.up_to / 1024,
            size.chunks,
            size.bytes as f64 / MIB
        ));
    }
    Ok(figures.into_iter().flatten().collect())
}
