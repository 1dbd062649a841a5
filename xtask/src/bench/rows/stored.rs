//! What a cache keeps of closures that have much in common.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::bench::context::Bench;
use crate::bench::measure;
use crate::bench::shelf::{CACHE, Shelf};
use crate::bench::table::{Figure, Target};
use crate::corpus::Corpus;
use crate::garret::{Server, Settings, server};

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

/// The closure and its relatives in one cache, then the rebuild of the closure too;
/// each time beside the same NARs cut plainly. Nothing here depends on time, so
/// once is enough.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let (first, rebuilt) = bench.pair()?;
    let mut closures = vec![("the closure".to_owned(), first)];
    closures.extend(bench.relatives()?);
    let mut cache = Cache {
        bench,
        folder: bench.on_disk("garretd")?,
        files: Vec::new(),
    };
    cache.fill(closures.iter().map(|(_, closure)| closure))?;
    let names: Vec<&str> = closures.iter().map(|(what, _)| what.as_str()).collect();
    let mut figures = cache.figures(&names.join(" + "))?;
    cache.fill([&rebuilt])?;
    figures.extend(cache.figures("... + the rebuild")?);
    for folder in &cache.files {
        bench.forget(folder)?;
    }
    Ok(figures)
}

/// A cache that is filled step by step.
struct Cache<'a> {
    bench: &'a Bench,
    /// The server's.
    folder: PathBuf,
    /// What was pushed, as files.
    files: Vec<PathBuf>,
}

impl Cache<'_> {
    fn fill<'c>(&mut self, closures: impl IntoIterator<Item = &'c Corpus>) -> Result<()> {
        let bench = self.bench;
        let garretd = Server::start(&bench.programs, &self.folder, &Settings::default())?;
        let client = bench.garret(&garretd, CACHE)?;
        if self.files.is_empty() {
            client.create(CACHE, "--public")?;
        }
        for closure in closures {
            client.push(CACHE, &closure.store, &[&closure.top])?;
            let files = bench.on_disk("files")?;
            Shelf::take(&garretd, &closure.paths, &files)?;
            self.files.push(files);
        }
        garretd.stop()
    }

    /// What lies there now, of a server that has stopped.
    fn figures(&self, what: &str) -> Result<Vec<Figure>> {
        let data: &Path = &self.folder.join("server");
        let frames: Frames = measure::call(self.bench.profile, "frames", [data])?;
        let plain: Plain = measure::call(self.bench.profile, "plain", &self.files)?;
        let all = server::size(data)?;
        self.bench.note(format!(
            "Stored of {what}: {all} bytes for {} of NARs; frames {}, pack indexes {}, records {}, \
             the rest is the database.",
            plain.nar_bytes,
            frames.frame_bytes,
            frames.pack_bytes - frames.frame_bytes,
            server::size(&data.join("storage").join("records"))?
        ));
        let (ours, theirs) = (frames.frame_bytes as f64, plain.bytes as f64);
        let rest = all.checked_sub(frames.frame_bytes);
        let rest = rest.context("the store is smaller than its frames")? as f64;
        let peer: (&str, &[f64]) = ("plain 16/64/256 KiB", &[theirs / 1e6]);
        let stored = format!("stored, frames of {what}");
        let figures = [
            Figure::against(
                stored,
                "MB",
                &[ours / 1e6],
                peer,
                Some(Target::AtMost(0.98)),
            ),
            Figure::alone(
                "... all else, of the frames",
                "%",
                &[rest / ours * 100.0],
                Some(Target::AtMost(3.0)),
            ),
        ];
        Ok(figures.into_iter().flatten().collect())
    }
}
