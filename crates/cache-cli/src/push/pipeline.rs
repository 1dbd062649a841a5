//! Everything between the plan and the report: readers, questions, compression, packs and
//! publishes at once, all state in one place.
//!
//! Readers run on threads of their own and report chunks; every other step is a future that this
//! loop starts and hears back from. Nothing here blocks, and nothing waits that could run.

mod hear;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use cache_api::{CacheName, Limits, PublishLine};
use chunk_store::Digest;
use chunk_store::buffers::Buffers;
use chunk_store::pack::PackLimits;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, FuturesUnordered, StreamExt};
use tokio::sync::mpsc;

use super::Tally;
use super::budget::Budget;
use super::compress::Compressor;
use super::ledger::{Ledger, PathId};
use super::packer::{Framed, OpenPack, Packer};
use super::publish::{self, Item};
use super::scan::{self, Chunk, Means, Report};
use crate::api::{Api, ApiError};
use crate::error::{CliError, ErrorKind, Result};
use crate::progress::Progress;
use crate::store::{LocalStore, PathFacts};

/// Packs on their way at once.
const PUTS: usize = 4;
/// Publishes on their way at once.
const PUBLISHES: usize = 2;
/// Raw bytes after which a window is asked about although it has room for more digests.
const WINDOW_BYTES: usize = 8 << 20;
/// Reports that may wait; the budget counts their chunks.
const REPORTS: usize = 64;

/// What a pipeline works with.
pub(super) struct Setup {
    pub(super) api: Api,
    pub(super) cache: CacheName,
    pub(super) store: LocalStore,
    pub(super) limits: Limits,
    pub(super) level: i32,
    pub(super) replace: bool,
    pub(super) readers: usize,
    pub(super) cores: usize,
    pub(super) memory: u64,
    pub(super) progress: Arc<dyn Progress>,
}

/// A path on its way.
struct Job {
    facts: PathFacts,
    nar_size: u64,
    digests: Vec<Digest>,
    /// Chunks between their reading and their pack.
    unpacked: usize,
    read: bool,
    /// In a further round: the chunks to send whatever the server might say.
    again: Option<HashSet<Digest>>,
    rounds: u32,
    done: bool,
}

/// Answers about single paths, as they come.
type Lines = (
    mpsc::UnboundedSender<(PathId, PublishLine)>,
    mpsc::UnboundedReceiver<(PathId, PublishLine)>,
);

enum Done {
    Asked(Vec<Chunk>, Result<Vec<bool>, ApiError>),
    Put(Vec<Digest>, u64, Result<(), CliError>),
    Published(Result<(), ApiError>),
    Again(PathId),
    Reader(Result<(), tokio::task::JoinError>),
}

pub(super) struct Pipeline {
    setup: Setup,
    budget: Arc<Budget>,
    buffers: Arc<Buffers>,
    compressor: Arc<Compressor>,
    ledger: Ledger,
    jobs: Vec<Job>,
    open: usize,
    queue: VecDeque<PathId>,
    reading: usize,
    window: Vec<Chunk>,
    window_bytes: usize,
    asking: usize,
    frames: FuturesOrdered<BoxFuture<'static, Result<Vec<Framed>>>>,
    packer: Packer,
    full: VecDeque<OpenPack>,
    putting: usize,
    ready: VecDeque<PathId>,
    publishing: usize,
    tasks: FuturesUnordered<BoxFuture<'static, Done>>,
    reports: (mpsc::Sender<Report>, mpsc::Receiver<Report>),
    lines: Lines,
    tally: Tally,
}

impl Pipeline {
    pub(super) fn new(setup: Setup, paths: Vec<PathFacts>) -> Pipeline {
        let jobs: Vec<Job> = paths.into_iter().map(Job::new).collect();
        let limits = pack_limits(&setup.limits);
        Pipeline {
            budget: Budget::new(setup.memory),
            buffers: Buffers::new((2 * WINDOW_BYTES).min(setup.memory as usize / 4)),
            compressor: Compressor::new(setup.level, setup.cores),
            ledger: Ledger::new(jobs.len()),
            open: jobs.len(),
            queue: (0..jobs.len()).collect(),
            jobs,
            reading: 0,
            window: Vec::new(),
            window_bytes: 0,
            asking: 0,
            frames: FuturesOrdered::new(),
            packer: Packer::new(limits),
            full: VecDeque::new(),
            putting: 0,
            ready: VecDeque::new(),
            publishing: 0,
            tasks: FuturesUnordered::new(),
            reports: mpsc::channel(REPORTS),
            lines: mpsc::unbounded_channel(),
            tally: Tally::default(),
            setup,
        }
    }

    /// Runs until every path is published or has failed. An error is one that ends the whole push.
    pub(super) async fn run(mut self) -> Result<Tally> {
        let result = self.drive().await;
        self.budget.close();
        result.map(|()| self.tally)
    }

    async fn drive(&mut self) -> Result<()> {
        while self.open > 0 {
            self.start_what_can_start();
            tokio::select! {
                Some(report) = self.reports.1.recv() => self.on_report(report),
                Some((path, line)) = self.lines.1.recv() => self.on_line(path, line),
                Some(frames) = self.frames.next(), if !self.frames.is_empty() => self.on_frames(frames?),
                Some(done) = self.tasks.next(), if !self.tasks.is_empty() => self.on_done(done)?,
            }
        }
        Ok(())
    }

    fn start_what_can_start(&mut self) {
        while self.reading < self.setup.readers
            && let Some(path) = self.queue.pop_front()
        {
            self.start_reader(path);
        }
        let all_read = self.reading == 0 && self.queue.is_empty();
        // Memory is short and nothing is under way that would give some back.
        let stuck =
            self.asking == 0 && self.frames.is_empty() && self.putting == 0 && self.full.is_empty();
        let stuck = stuck && self.budget.is_short();
        if !self.window.is_empty() && (all_read || stuck || self.window_is_full()) {
            self.ask();
        } else if (stuck || (all_read && self.asking == 0 && self.frames.is_empty()))
            && !self.packer.is_empty()
        {
            self.full.extend(self.packer.drain());
        }
        while self.putting < PUTS
            && let Some(pack) = self.full.pop_front()
        {
            self.start_put(pack);
        }
        while self.publishing < PUBLISHES && !self.ready.is_empty() {
            self.start_publish();
        }
    }

    fn start_reader(&mut self, path: PathId) {
        let job = &self.jobs[path];
        let (real, recorded) = (
            self.setup.store.real_path(&job.facts.path),
            job.facts.nar_size,
        );
        let means = Means {
            budget: Arc::clone(&self.budget),
            buffers: Arc::clone(&self.buffers),
            reports: self.reports.0.clone(),
        };
        let thread = tokio::task::spawn_blocking(move || scan::scan(path, &real, recorded, &means));
        self.reading += 1;
        self.tasks
            .push(Box::pin(async { Done::Reader(thread.await) }));
    }

    fn window_is_full(&self) -> bool {
        self.window_bytes >= WINDOW_BYTES
            || self.window.len() >= self.setup.limits.max_query_digests.min(8192) as usize
    }

    fn ask(&mut self) {
        let window = std::mem::take(&mut self.window);
        self.window_bytes = 0;
        self.asking += 1;
        let (api, cache) = (self.setup.api.clone(), self.setup.cache.clone());
        self.tasks.push(Box::pin(async move {
            let digests = window
                .iter()
                .flat_map(|chunk| *chunk.digest.as_bytes())
                .collect();
            let answer = api.missing_chunks(&cache, digests).await;
            Done::Asked(window, answer)
        }));
    }

    fn start_put(&mut self, pack: OpenPack) {
        self.putting += 1;
        let (api, cache) = (self.setup.api.clone(), self.setup.cache.clone());
        let limits = pack_limits(&self.setup.limits);
        self.tasks.push(Box::pin(async move {
            let digests = pack.digests();
            let parts = match pack.build(limits) {
                Ok(parts) => parts,
                Err(error) => {
                    let error = CliError::new(ErrorKind::Io, "cannot build a pack").because(error);
                    return Done::Put(digests, 0, Err(error));
                }
            };
            let bytes = parts.len();
            let sent = api.put_pack(&cache, parts).await;
            Done::Put(
                digests,
                bytes,
                sent.map(drop)
                    .map_err(|error| error.while_doing("cannot send a pack")),
            )
        }));
    }

    fn start_publish(&mut self) {
        let first = self.ready.iter().take(publish::MAX_PATHS);
        let items: Vec<Item> = first.map(|&id| self.item(id)).collect();
        let count = publish::batch_len(items.iter(), self.setup.limits.max_publish_body);
        self.ready.drain(..count);
        self.publishing += 1;
        let items = items.into_iter().take(count).collect();
        let published = publish::publish(
            self.setup.api.clone(),
            self.setup.cache.clone(),
            items,
            self.lines.0.clone(),
        );
        self.tasks
            .push(Box::pin(async { Done::Published(published.await) }));
    }

    fn item(&self, id: PathId) -> Item {
        let job = &self.jobs[id];
        let max_sigs = self.setup.limits.max_signatures;
        let info = publish::info(
            &job.facts,
            self.setup.store.store_dir(),
            job.nar_size,
            max_sigs,
            self.setup.replace,
        );
        Item {
            id,
            info,
            digests: job.digests.clone(),
        }
    }
}

impl Job {
    fn new(facts: PathFacts) -> Job {
        Job {
            nar_size: facts.nar_size.unwrap_or_default(),
            facts,
            digests: Vec::new(),
            unpacked: 0,
            read: false,
            again: None,
            rounds: 0,
            done: false,
        }
    }
}

fn pack_limits(limits: &Limits) -> PackLimits {
    PackLimits {
        bytes: limits.max_pack_bytes,
        frames: limits.max_pack_frames,
        raw: limits.max_pack_raw,
    }
}
