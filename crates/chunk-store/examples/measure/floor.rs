//! The blocks one by one.

use std::collections::HashSet;
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use chunk_store::Digest;
use chunk_store::chunker::{self, NarChunker};
use chunk_store::frame::{Decoder, Encoder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const LEVELS: [i32; 6] = [1, 2, 3, 4, 6, 9];
/// Bytes of a pack, and of a read from one.
const PACK: usize = 16 << 20;
const READ: usize = 256 << 10;

/// Seconds and bytes of a step.
fn timed<T>(step: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a program of its own, that measures"
    )]
    let start = Instant::now();
    let value = step()?;
    Ok((value, start.elapsed().as_secs_f64()))
}

pub(crate) fn measure(nars: &[Vec<u8>], scratch: &Path) -> Result<Value> {
    let raw: u64 = nars.iter().map(|nar| nar.len() as u64).sum();
    let (chunks, cut) = timed(|| cut(nars))?;
    let ((), blake3) = timed(|| {
        chunks.iter().for_each(|chunk| {
            black_box(Digest::of(chunk));
        });
        Ok(())
    })?;
    let ((), sha256) = timed(|| {
        nars.iter().for_each(|nar| {
            black_box(Sha256::digest(nar));
        });
        Ok(())
    })?;
    let distinct = distinct(&chunks);
    let mut levels = Vec::new();
    let mut frames = Vec::new();
    for level in LEVELS {
        let (made, seconds) = timed(|| encode(&distinct, level))?;
        levels.push(json!({"level": level, "seconds": seconds, "bytes": bytes(&made)}));
        if level == 3 {
            frames = made;
        }
    }
    let ((), decode) = timed(|| decode(&distinct, &frames))?;
    let ((), write) = timed(|| write(&frames, scratch))?;
    let ((), pread) = timed(|| pread(scratch))?;
    std::fs::remove_file(scratch).context("removing the scratch file")?;
    let known: u64 = distinct.iter().map(|chunk| chunk.len() as u64).sum();
    let step = |what: &str, seconds: f64, bytes: u64| json!({"what": what, "seconds": seconds, "bytes": bytes});
    Ok(json!({
        "nars": nars.len(), "nar_bytes": raw, "chunks": chunks.len(),
        "distinct": distinct.len(), "distinct_bytes": known,
        "steps": [
            step("cut into chunks", cut, raw),
            step("BLAKE3 of chunks", blake3, raw),
            step("SHA-256 of NARs", sha256, raw),
            step("zstd, decode", decode, known),
            step("write and fsync frames", write, bytes(&frames)),
            step("pread frames", pread, bytes(&frames)),
        ],
        "levels": levels,
        "sizes": histogram(&distinct),
    }))
}

/// The chunks of all NARs, as they lie in them.
fn cut(nars: &[Vec<u8>]) -> Result<Vec<&[u8]>> {
    let mut chunks = Vec::new();
    for nar in nars {
        let mut at = 0;
        let mut take = |chunk: &[u8]| {
            chunks.push(&nar[at..at + chunk.len()]);
            at += chunk.len();
        };
        let mut chunker = NarChunker::new();
        for slice in nar.chunks(READ) {
            chunker.push(slice, &mut take)?;
        }
        chunker.finish(&mut take)?;
    }
    Ok(chunks)
}

fn distinct<'a>(chunks: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut seen = HashSet::new();
    let new = chunks.iter().filter(|chunk| seen.insert(Digest::of(chunk)));
    new.copied().collect()
}

fn encode(chunks: &[&[u8]], level: i32) -> Result<Vec<Vec<u8>>> {
    let mut encoder = Encoder::new(level)?;
    let frames = chunks.iter().map(|chunk| encoder.encode(chunk));
    frames.map(|frame| Ok(frame?)).collect()
}

fn decode(chunks: &[&[u8]], frames: &[Vec<u8>]) -> Result<()> {
    let mut decoder = Decoder::new();
    for (chunk, frame) in chunks.iter().zip(frames) {
        black_box(decoder.decode(frame, chunk.len())?);
    }
    Ok(())
}

fn write(frames: &[Vec<u8>], scratch: &Path) -> Result<()> {
    let mut file = File::create(scratch).context("making the scratch file")?;
    let mut pack = Vec::with_capacity(PACK);
    for frame in frames {
        if pack.len() + frame.len() > PACK {
            file.write_all(&pack).context("writing")?;
            file.sync_data().context("flushing")?;
            pack.clear();
        }
        pack.extend_from_slice(frame);
    }
    file.write_all(&pack).context("writing")?;
    file.sync_data().context("flushing")
}

fn pread(scratch: &Path) -> Result<()> {
    let file = File::open(scratch).context("opening the scratch file")?;
    let mut buffer = vec![0; READ];
    let mut at = 0;
    loop {
        let read = file.read_at(&mut buffer, at).context("reading")?;
        if read == 0 {
            return Ok(());
        }
        at += read as u64;
        black_box(&buffer);
    }
}

fn bytes(frames: &[Vec<u8>]) -> u64 {
    frames.iter().map(|frame| frame.len() as u64).sum()
}

/// Chunks and their bytes by size: up to 4 KiB, 8, 16, ... the most there is.
fn histogram(chunks: &[&[u8]]) -> Vec<Value> {
    let mut rows = Vec::new();
    let (mut above, mut limit) = (0, 4 << 10);
    while above < chunker::MAX {
        let within = chunks
            .iter()
            .filter(|c| c.len() > above && c.len() <= limit);
        let sizes: Vec<usize> = within.map(|chunk| chunk.len()).collect();
        rows.push(json!({
            "up_to": limit, "chunks": sizes.len(), "bytes": sizes.iter().sum::<usize>(),
        }));
        (above, limit) = (limit, limit * 2);
    }
    rows
}
