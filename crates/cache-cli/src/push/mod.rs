//! Pushing: from paths of the local store to a cache, sending only what is not there.
//!
//! [`push`] finds the closure, asks once which of it is missing, plans, and hands what is left to
//! the pipeline. Everything it does may be repeated, so a push that was interrupted is resumed by
//! pushing again.

mod budget;
mod compress;
mod ledger;
mod packer;
mod pipeline;
mod plan;
mod publish;
mod scan;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use cache_api::{API_VERSION, CHUNKER_VERSION, CacheName, Limits, ServerInfo};
use nar_format::{PathHash, StoreDir, StorePath};

pub use plan::{Plan, Upstream, plan};

use crate::api::{Api, Backoff};
use crate::error::{CliError, ErrorKind, Result};
use crate::progress::{Event, Progress};
use crate::store::{LocalStore, PathFacts};
use pipeline::{Pipeline, Setup};

/// Bytes of chunks and frames held at once.
const MEMORY: u64 = 64 << 20;
/// Bytes of a path hash in the JSON of a question.
const HASH_IN_JSON: u64 = 35;

/// How a push is done.
#[derive(Debug, Clone)]
pub struct PushOptions {
    /// Send everything that the paths need, not just the paths.
    pub closure: bool,
    /// Send what upstream caches have signed too.
    pub all: bool,
    /// Put the named paths in place of what is published under their names.
    pub replace: bool,
    /// Plan only.
    pub dry_run: bool,
    /// Paths read at once.
    pub readers: usize,
    /// Cores that compress.
    pub cores: usize,
    /// Most bytes of chunks and frames in memory.
    pub memory: u64,
    /// Time since some fixed moment, for the report.
    pub monotonic: fn() -> Duration,
}

impl Default for PushOptions {
    fn default() -> Self {
        PushOptions {
            closure: true,
            all: false,
            replace: false,
            dry_run: false,
            readers: 2,
            cores: 2,
            memory: MEMORY,
            monotonic: || Duration::ZERO,
        }
    }
}

/// A path that could not be pushed.
#[derive(Debug)]
pub struct Failure {
    /// The path.
    pub path: StorePath,
    /// Why.
    pub error: CliError,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Tally {
    /// Paths published.
    pub paths: usize,
    /// NAR bytes of these.
    pub nar_bytes: u64,
    /// Bytes of the packs that were sent.
    pub sent_bytes: u64,
    /// Raw bytes of chunks that needed no sending.
    pub known_bytes: u64,
    /// Paths that failed.
    pub failed: Vec<Failure>,
}

/// The outcome of a push.
#[derive(Debug, Default)]
pub struct Report {
    /// What was done.
    pub tally: Tally,
    /// Paths that the cache had.
    pub present: usize,
    /// Paths left out since an upstream cache has signed them.
    pub upstream: usize,
    /// Paths that a dry run would send.
    pub planned: Vec<StorePath>,
    /// Requests sent, tries counted each.
    pub requests: u64,
    /// How long it took.
    pub time: Duration,
}

/// Pushes `roots` to `cache`.
///
/// # Errors
/// What ends the whole push: no such cache, no permission, no answer. Paths that fail by
/// themselves are in the report, and do not stop the others.
pub async fn push(
    api: &Api,
    cache: &CacheName,
    store: &LocalStore,
    roots: &[StorePath],
    options: &PushOptions,
    progress: Arc<dyn Progress>,
) -> Result<Report> {
    let start = (options.monotonic)();
    let api = api.clone().with_backoff(Backoff::PATIENT);
    let requests = api.requests();
    let closure = closure(store, roots, options.closure).await?;
    let mut report = Report::default();
    if !closure.is_empty() {
        let (plan, server) =
            make_plan(&api, cache, store.store_dir(), closure, roots, options).await?;
        report.present = plan.present;
        report.upstream = plan.upstream;
        let (send, bytes) = (plan.send.len(), plan.bytes());
        progress.event(&Event::Planned {
            send,
            bytes,
            present: plan.present,
            upstream: plan.upstream,
        });
        if options.dry_run {
            report.planned = plan.send.into_iter().map(|facts| facts.path).collect();
        } else if !plan.send.is_empty() {
            let setup = setup(&api, cache, store, &server, options, progress);
            report.tally = Pipeline::new(setup, plan.send).run().await?;
        }
    }
    report.requests = api.requests() - requests;
    report.time = (options.monotonic)().saturating_sub(start);
    Ok(report)
}

fn setup(
    api: &Api,
    cache: &CacheName,
    store: &LocalStore,
    server: &ServerInfo,
    options: &PushOptions,
    progress: Arc<dyn Progress>,
) -> Setup {
    Setup {
        api: api.clone(),
        cache: cache.clone(),
        store: store.clone(),
        limits: server.limits.clone(),
        level: server.compression_level,
        replace: options.replace,
        readers: options.readers.max(1),
        cores: options.cores.max(1),
        memory: options.memory,
        progress,
    }
}

async fn closure(
    store: &LocalStore,
    roots: &[StorePath],
    recursive: bool,
) -> Result<Vec<PathFacts>> {
    let (store, roots) = (store.clone(), roots.to_vec());
    let facts = tokio::task::spawn_blocking(move || store.facts(&roots, recursive));
    facts
        .await
        .map_err(|error| CliError::new(ErrorKind::Store, "cannot read the store").because(error))?
}

/// Asks which paths are missing and sorts the closure. The one request that every push makes.
async fn make_plan(
    api: &Api,
    cache: &CacheName,
    dir: &StoreDir,
    closure: Vec<PathFacts>,
    roots: &[StorePath],
    options: &PushOptions,
) -> Result<(Plan, ServerInfo)> {
    let hashes: Vec<PathHash> = closure.iter().map(|facts| facts.path.hash()).collect();
    let (missing, server, upstream_keys) = ask_missing(api, cache, &hashes).await?;
    check_server(api, &server)?;
    let always: HashSet<PathHash> = match options.replace {
        true => roots.iter().map(StorePath::hash).collect(),
        false => HashSet::new(),
    };
    let upstream = match options.all {
        true => Upstream::default(),
        false => Upstream::new(&upstream_keys),
    };
    Ok((plan(closure, dir, &missing, &always, &upstream), server))
}

async fn ask_missing(
    api: &Api,
    cache: &CacheName,
    hashes: &[PathHash],
) -> Result<(HashSet<PathHash>, ServerInfo, Vec<String>)> {
    // Closures have hundreds of paths, a question holds some 470,000.
    let most = (Limits::default().max_missing_body / HASH_IN_JSON - 1) as usize;
    let mut missing = HashSet::new();
    let mut about = None;
    for part in hashes.chunks(most) {
        let answer = api.missing_paths(cache, part.to_vec()).await;
        let answer = answer
            .map_err(|error| error.while_doing(format!("cannot ask {cache} what is missing")))?;
        missing.extend(answer.missing);
        about = Some((answer.server, answer.upstream_keys));
    }
    let (server, upstream_keys) =
        about.ok_or_else(|| CliError::new(ErrorKind::Usage, "nothing to push"))?;
    Ok((missing, server, upstream_keys))
}

/// Refuses a server that cuts chunks otherwise, with which nothing would be shared.
fn check_server(api: &Api, server: &ServerInfo) -> Result<()> {
    let origin = api.origin();
    if server.api < API_VERSION {
        let message = format!(
            "the server at {origin} speaks version {} of the protocol, not {API_VERSION}",
            server.api
        );
        return Err(CliError::new(ErrorKind::Server, message)
            .hint("update the server, or use an older garret"));
    }
    if server.chunker != CHUNKER_VERSION {
        let message = format!(
            "the server at {origin} cuts chunks by version {}, not {CHUNKER_VERSION}",
            server.chunker
        );
        return Err(
            CliError::new(ErrorKind::Server, message).hint("use garret and garretd of one version")
        );
    }
    Ok(())
}
