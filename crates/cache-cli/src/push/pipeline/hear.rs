//! What the pipeline does about each thing that it hears.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use cache_api::{PublishLine, PublishStatus};
use chunk_store::Digest;

use super::{Done, Pipeline};
use crate::error::{CliError, ErrorKind, Result};
use crate::progress::Event;
use crate::push::Failure;
use crate::push::compress;
use crate::push::ledger::PathId;
use crate::push::packer::{Framed, LARGE_PATH};
use crate::push::scan::{Chunk, Report, Scanned};

/// Times that one path is sent again since the server lacks chunks of it, or asks to try later.
const MAX_ROUNDS: u32 = 4;

impl Pipeline {
    pub(super) fn on_report(&mut self, report: Report) {
        match report {
            Report::Chunks(chunks) => chunks.into_iter().for_each(|chunk| self.on_chunk(chunk)),
            Report::Short => {}
            Report::Scanned(path, result) => {
                self.reading -= 1;
                match result {
                    Ok(scanned) => self.on_scanned(path, scanned),
                    Err(error) => self.fail(path, error),
                }
            }
        }
    }

    fn on_chunk(&mut self, chunk: Chunk) {
        let (path, raw_len) = (chunk.path, chunk.raw.len());
        let job = &mut self.jobs[path];
        if job.done {
            return;
        }
        if let Some(again) = &mut job.again {
            if again.remove(&chunk.digest) && self.ledger.note_again(path, chunk.digest) {
                job.unpacked += 1;
                self.compress(vec![chunk]);
            }
            return;
        }
        self.setup.progress.event(&Event::Read(raw_len as u64));
        if self.ledger.note(path, chunk.digest) {
            job.unpacked += 1;
            self.window_bytes += raw_len;
            self.window.push(chunk);
            if self.window_is_full() {
                self.ask();
            }
        } else {
            self.tally.known_bytes += raw_len as u64;
        }
    }

    fn on_scanned(&mut self, path: PathId, scanned: Scanned) {
        let job = &mut self.jobs[path];
        job.nar_size = scanned.nar_size;
        job.digests = scanned.digests;
        job.read = true;
        let (limit, needed) = (
            self.setup.limits.max_publish_body,
            self.item(path).body_len(),
        );
        if needed > limit {
            let message = format!(
                "its {} chunks are more than one publish can name",
                self.jobs[path].digests.len()
            );
            return self.fail(path, CliError::new(ErrorKind::Server, message));
        }
        self.release_pack(path);
        if self.ledger.scanned(path) {
            self.ready.push_back(path);
        }
    }

    pub(super) fn on_done(&mut self, done: Done) -> Result<()> {
        match done {
            Done::Asked(window, answer) => {
                self.asking -= 1;
                let missing = answer
                    .map_err(|error| error.while_doing("cannot ask which chunks are missing"))?;
                self.on_asked(window, &missing);
            }
            Done::Put(digests, bytes, result) => {
                self.putting -= 1;
                result?;
                self.tally.sent_bytes += bytes;
                self.setup.progress.event(&Event::Sent(bytes));
                digests.iter().for_each(|digest| self.settle(digest));
            }
            Done::Published(result) => {
                self.publishing -= 1;
                result.map_err(|error| error.while_doing("cannot publish"))?;
            }
            Done::Again(path) => self.ready.push_back(path),
            Done::Reader(result) => result.map_err(|error| {
                CliError::new(ErrorKind::Io, "a reader fell over").because(error)
            })?,
        }
        Ok(())
    }

    fn on_asked(&mut self, window: Vec<Chunk>, missing: &[bool]) {
        let (mut send, mut known) = (Vec::new(), Vec::new());
        for (chunk, &missing) in window.into_iter().zip(missing) {
            match missing {
                true => send.push(chunk),
                false => known.push(chunk),
            }
        }
        for chunk in known {
            self.tally.known_bytes += chunk.raw.len() as u64;
            self.jobs[chunk.path].unpacked -= 1;
            self.release_pack(chunk.path);
            self.settle(&chunk.digest);
        }
        // Readers take turns in a window; in a pack, a path's frames shall lie together.
        send.sort_by_key(|chunk| chunk.path);
        self.compress(send);
    }

    fn compress(&mut self, chunks: Vec<Chunk>) {
        for job in compress::jobs(chunks) {
            let compressor = Arc::clone(&self.compressor);
            self.frames.push_back(Box::pin(compressor.compress(job)));
        }
    }

    pub(super) fn on_frames(&mut self, frames: Vec<Framed>) {
        for framed in frames {
            let path = framed.path;
            let job = &mut self.jobs[path];
            job.unpacked -= 1;
            let large = job.facts.nar_size.unwrap_or(LARGE_PATH) >= LARGE_PATH;
            self.full.extend(self.packer.add(framed, large));
            self.release_pack(path);
        }
    }

    /// Gives up a path's own pack once no frame of it can come any more.
    fn release_pack(&mut self, path: PathId) {
        let job = &self.jobs[path];
        if job.read && job.unpacked == 0 {
            self.full.extend(self.packer.release(path));
        }
    }

    fn settle(&mut self, digest: &Digest) {
        let ready = self.ledger.settle(digest);
        self.ready
            .extend(ready.into_iter().filter(|&path| !self.jobs[path].done));
    }

    pub(super) fn on_line(&mut self, path: PathId, line: PublishLine) {
        match line.status {
            PublishStatus::Published | PublishStatus::Present => self.finish(path),
            PublishStatus::Missing => self.send_again(path, &line),
            PublishStatus::Error => {
                let transient = line
                    .code
                    .as_ref()
                    .is_some_and(cache_api::ErrorCode::is_transient);
                self.jobs[path].rounds += 1;
                let rounds = self.jobs[path].rounds;
                match transient && rounds <= MAX_ROUNDS {
                    true => self.publish_later(path, rounds),
                    false => self.fail(path, refused(&line)),
                }
            }
        }
    }

    fn publish_later(&mut self, path: PathId, rounds: u32) {
        let wait = self
            .setup
            .api
            .backoff()
            .wait(rounds, None, path as u64)
            .unwrap_or(Duration::from_secs(1));
        self.tasks.push(Box::pin(async move {
            tokio::time::sleep(wait).await;
            Done::Again(path)
        }));
    }

    fn send_again(&mut self, path: PathId, line: &PublishLine) {
        let job = &mut self.jobs[path];
        let wanted = line
            .missing
            .iter()
            .filter_map(|&at| job.digests.get(at as usize).copied());
        let wanted: HashSet<Digest> = wanted.collect();
        job.rounds += 1;
        if wanted.is_empty() || job.rounds > MAX_ROUNDS {
            return self.fail(path, refused(line));
        }
        tracing::debug!(path = %job.facts.path, chunks = wanted.len(), "the server lacks chunks, sending again");
        job.again = Some(wanted);
        job.read = false;
        self.ledger.rescan(path);
        self.queue.push_back(path);
    }

    fn finish(&mut self, path: PathId) {
        let job = &mut self.jobs[path];
        if std::mem::replace(&mut job.done, true) {
            return;
        }
        job.digests = Vec::new();
        self.open -= 1;
        self.tally.paths += 1;
        self.tally.nar_bytes += job.nar_size;
        self.setup.progress.event(&Event::Published {
            path: &job.facts.path,
            nar_size: job.nar_size,
        });
    }

    fn fail(&mut self, path: PathId, error: CliError) {
        let job = &mut self.jobs[path];
        job.read = true;
        if std::mem::replace(&mut job.done, true) {
            return;
        }
        job.digests = Vec::new();
        self.open -= 1;
        self.setup.progress.event(&Event::Failed {
            path: &job.facts.path,
            error: &error,
        });
        self.tally.failed.push(Failure {
            path: job.facts.path.clone(),
            error,
        });
        self.release_pack(path);
    }
}

fn refused(line: &PublishLine) -> CliError {
    let code = line.code.as_ref();
    let message = line
        .message
        .clone()
        .unwrap_or_else(|| "the server refused it without a reason".to_owned());
    let message = match code {
        Some(code) => format!("{message} ({code})"),
        None => message,
    };
    let kind = match line.http {
        Some(401 | 403) => ErrorKind::Access,
        _ => ErrorKind::Server,
    };
    let error = CliError::new(kind, message);
    match code {
        Some(code) => error.hint(code.hint()),
        None => error,
    }
}
