//! Reading one path: dump, cut, hash, hand on.

use std::path::Path;
use std::sync::Arc;

use chunk_store::Digest;
use chunk_store::buffers::{Buffer, Buffers};
use chunk_store::chunker::NarChunker;
use tokio::sync::mpsc::Sender;

use super::budget::{Budget, Lease};
use super::ledger::PathId;
use crate::dump::{self, DumpError};
use crate::error::{CliError, ErrorKind};

/// A chunk as it was read.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) path: PathId,
    pub(super) digest: Digest,
    pub(super) raw: Buffer,
    pub(super) lease: Lease,
}

/// Raw bytes that are told of at once: each report wakes another thread.
const REPORT_BYTES: usize = 1 << 20;

/// What a reader tells.
#[derive(Debug)]
pub(super) enum Report {
    /// Chunks of one path, in order.
    Chunks(Vec<Chunk>),
    /// The reader is about to wait for memory.
    Short,
    /// The path was read to its end, or could not be.
    Scanned(PathId, Result<Scanned, CliError>),
}

/// A path that was read.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) nar_size: u64,
    pub(super) digests: Vec<Digest>,
}

/// What a reader works with.
#[derive(Debug)]
pub(super) struct Means {
    pub(super) budget: Arc<Budget>,
    pub(super) buffers: Arc<Buffers>,
    pub(super) reports: Sender<Report>,
}

/// Reads the path and reports; blocks the thread. Ends silently when nobody listens any more.
pub(super) fn scan(path: PathId, real: &Path, recorded: Option<u64>, means: &Means) {
    let result = read(path, real, recorded, means);
    // Nobody listens after a push was given up.
    let _ = means.reports.blocking_send(Report::Scanned(path, result));
}

/// Chunks that were read and not told of yet.
struct Batch<'a> {
    path: PathId,
    means: &'a Means,
    chunks: Vec<Chunk>,
    bytes: usize,
    /// Those of all chunks, told of or not.
    digests: Vec<Digest>,
    /// Nobody listens any more.
    stopped: bool,
}

impl Batch<'_> {
    fn add(&mut self, raw: &[u8]) {
        if self.stopped {
            return;
        }
        let digest = Digest::of(raw);
        self.digests.push(digest);
        let Means {
            budget, buffers, ..
        } = self.means;
        // Only what was told of is ever given back.
        let mut short = || {
            self.tell();
            let _ = self.means.reports.blocking_send(Report::Short);
        };
        let Some(lease) = budget.acquire(Buffers::memory(raw.len()) as u64, &mut short) else {
            self.stopped = true;
            return;
        };
        self.bytes += raw.len();
        self.chunks.push(Chunk {
            path: self.path,
            digest,
            raw: buffers.copy(raw),
            lease,
        });
        if self.bytes >= REPORT_BYTES {
            self.tell();
        }
    }

    fn tell(&mut self) {
        if self.chunks.is_empty() {
            return;
        }
        self.bytes = 0;
        let report = Report::Chunks(std::mem::take(&mut self.chunks));
        self.stopped |= self.means.reports.blocking_send(report).is_err();
    }
}

fn read(
    path: PathId,
    real: &Path,
    recorded: Option<u64>,
    means: &Means,
) -> Result<Scanned, CliError> {
    let mut chunker = NarChunker::new();
    let mut batch = Batch {
        path,
        means,
        chunks: Vec::new(),
        bytes: 0,
        digests: Vec::new(),
        stopped: false,
    };
    let mut failed = None;
    let mut hand_on = |raw: &[u8]| batch.add(raw);
    let mut nar_size = 0;
    let mut go_on = true;
    let dumped = dump::dump(real, &mut |bytes| {
        nar_size += bytes.len() as u64;
        if let Err(error) = chunker.push(bytes, &mut hand_on) {
            failed = Some(error);
        }
        go_on = failed.is_none() && recorded.is_none_or(|recorded| nar_size <= recorded);
        go_on
    });
    if failed.is_none() && dumped.is_ok() {
        failed = chunker.finish(&mut hand_on).err();
    }
    batch.tell();
    let Batch {
        digests, stopped, ..
    } = batch;
    let changed = recorded.is_some_and(|recorded| recorded != nar_size);
    let scanned = Scanned { nar_size, digests };
    match (failed, dumped) {
        (Some(error), _) => Err(unreadable(real).because(error)),
        (None, Err(DumpError::Stopped)) | (None, Ok(())) if changed => Err(not_as_recorded(real)),
        (None, Err(error)) => Err(unreadable(real).because(error)),
        (None, Ok(())) if stopped => Err(CliError::new(ErrorKind::Partial, "given up")),
        (None, Ok(())) => Ok(scanned),
    }
}

fn unreadable(real: &Path) -> CliError {
    CliError::new(ErrorKind::Store, format!("cannot read {}", real.display()))
}

fn not_as_recorded(real: &Path) -> CliError {
    CliError::new(
        ErrorKind::Store,
        format!("{} is not as Nix recorded it", real.display()),
    )
    .hint(format!(
        "look at it: nix-store --verify-path {0}; mend it: nix-store --repair-path {0}",
        real.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    fn scan_all(real: &Path, recorded: Option<u64>) -> (Vec<Vec<u8>>, Result<Scanned, CliError>) {
        let (sender, mut receiver) = mpsc::channel(1000);
        let means = Means {
            budget: Budget::new(64 << 20),
            buffers: Buffers::new(0),
            reports: sender,
        };
        scan(3, real, recorded, &means);
        drop(means);
        let mut chunks = Vec::new();
        while let Some(report) = receiver.blocking_recv() {
            match report {
                Report::Chunks(batch) => {
                    for chunk in batch {
                        assert_eq!((chunk.path, chunk.digest), (3, Digest::of(&chunk.raw)));
                        chunks.push(chunk.raw.to_vec());
                    }
                }
                Report::Scanned(3, result) => return (chunks, result),
                other => panic!("{other:?}"),
            }
        }
        panic!("no end was told")
    }

    #[test]
    fn the_chunks_put_together_are_the_nar() {
        let dir = tempfile::tempdir().expect("folder");
        for (name, len) in [("a", 10), ("b", 200_000), ("c", 1_500_000)] {
            let bytes: Vec<u8> = (0..len as u32)
                .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
                .collect();
            std::fs::write(dir.path().join(name), bytes).expect("file");
        }
        let mut nar = Vec::new();
        dump::dump(dir.path(), &mut |bytes| {
            nar.extend_from_slice(bytes);
            true
        })
        .expect("dumped");
        for recorded in [None, Some(nar.len() as u64)] {
            let (chunks, result) = scan_all(dir.path(), recorded);
            let scanned = result.expect("scanned");
            assert_eq!(scanned.nar_size, nar.len() as u64);
            assert!(chunks.concat() == nar, "the bytes differ");
            assert!(
                scanned
                    .digests
                    .iter()
                    .copied()
                    .eq(chunks.iter().map(|raw| Digest::of(raw)))
            );
        }
        for wrong in [nar.len() as u64 - 8, nar.len() as u64 + 8, 0] {
            let error = scan_all(dir.path(), Some(wrong))
                .1
                .expect_err("another size");
            assert!(
                error.to_string().contains("not as Nix recorded it"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_path_that_is_gone_is_told() {
        let error = scan_all(Path::new("/absent"), None).1.expect_err("absent");
        assert_eq!(error.kind, ErrorKind::Store);
        assert!(error.one_line().contains("/absent"), "{}", error.one_line());
    }
}
