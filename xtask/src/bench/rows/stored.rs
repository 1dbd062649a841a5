//! What a cache keeps of closures that have much in common.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::bench::context::Bench;
use crate::bench::measure;
use crate::bench::shelf::{CACHE, Shelf};
use crate::bench::table::{Figure, Target};
use crate::corpus::Corpus;
use crate::garret::{Settings, server};

/// What plain chunks would take.
#[derive(Debug, Deserialize)]
struct Plain {
    nar_bytes: u64,
    bytes: u64,
}

/// What of the store is frames.
#[derive(Debug, Deserialize)]
struct Frames {
    pack_bytes: u64,
    frame_bytes: u64,
}

/// All closures in one cache, one after the other; then the same NARs cut
/// plainly. Nothing here depends on time, so once is enough.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let closures: Vec<Corpus> = bench.closures()?;
    let garretd = bench.garretd(&Settings::default())?;
    let client = bench.garret(&garretd, CACHE)?;
    client.create(CACHE, "--public")?;
    let mut folders = Vec::new();
    for closure in &closures {
        client.push(CACHE, &closure.store, &[&closure.top])?;
        let files = bench.on_disk("files")?;
        Shelf::take(&garretd, &closure.paths, &files)?;
        folders.push(files);
    }
    let data = garretd.data().to_path_buf();
    garretd.stop()?;
    let frames: Frames = measure::call(bench.profile, "frames", [&data])?;
    let plain: Plain = measure::call(bench.profile, "plain", &folders)?;
    let all = server::size(&data)?;
    bench.note(format!(
        "Stored: {all} bytes; frames {}, pack indexes {}, records {}, the rest is the database.",
        frames.frame_bytes,
        frames.pack_bytes - frames.frame_bytes,
        server::size(&data.join("storage").join("records"))?
    ));
    let (ours, theirs) = (frames.frame_bytes as f64, plain.bytes as f64);
    let rest = all.checked_sub(frames.frame_bytes);
    let rest = rest.context("the store is smaller than its frames")? as f64;
    let nars = format!(
        "stored, frames of {} closures ({} MB of NARs)",
        closures.len(),
        plain.nar_bytes / 1_000_000
    );
    let peer: (&str, &[f64]) = ("plain 16/64/256 KiB", &[theirs / 1e6]);
    let figures = [
        Figure::against(nars, "MB", &[ours / 1e6], peer, Some(Target::AtMost(0.98))),
        Figure::alone(
            "... all else, of the frames",
            "%",
            &[rest / ours * 100.0],
            Some(Target::AtMost(3.0)),
        ),
    ];
    for folder in &folders {
        bench.forget(folder)?;
    }
    Ok(figures.into_iter().flatten().collect())
}
