//! `garret push`: arguments, the picture while it runs, and the last line.

use std::sync::Arc;

use cache_api::byte_size;
use nar_format::StorePath;
use serde::Serialize;

use crate::args::Push;
use crate::commands::Session;
use crate::error::{CliError, ErrorKind, Result};
use crate::progress::{self, Progress};
use crate::push::{PushOptions, Report, push};
use crate::store::{LocalStore, StoreLocation};

/// Readers by default: enough to keep a disk and the hashing busy.
const READERS: std::ops::RangeInclusive<usize> = 2..=8;

/// The last line with `--json`.
#[derive(Debug, Serialize)]
struct Summary {
    event: &'static str,
    /// Paths that were looked at.
    paths: usize,
    paths_pushed: usize,
    paths_present: usize,
    paths_upstream: usize,
    paths_failed: usize,
    /// NAR bytes of the paths that were pushed.
    nar_bytes: u64,
    /// Bytes of packs that were sent.
    bytes_sent: u64,
    /// NAR bytes that needed no sending.
    bytes_known: u64,
    requests: u64,
    seconds: f64,
}

pub(super) async fn run(session: &Session<'_>, args: Push) -> Result<()> {
    let (cache, api) = session.cache(&args.cache)?;
    let store = LocalStore::open(StoreLocation::find(args.store.as_deref(), session.env)?);
    let roots = roots(session, &store, &args)?;
    let options = PushOptions {
        closure: !args.no_closure,
        all: args.all,
        replace: args.replace,
        dry_run: args.dry_run,
        readers: args.jobs.map_or(
            session.env.cores.clamp(*READERS.start(), *READERS.end()),
            usize::from,
        ),
        cores: session.env.cores,
        monotonic: session.env.monotonic,
        ..PushOptions::default()
    };
    let picture: Arc<dyn Progress> = if session.console.quiet {
        Arc::new(progress::Silent)
    } else if session.console.json {
        Arc::new(progress::Json::new(session.console.clone()))
    } else if session.env.stderr_is_terminal {
        Arc::new(progress::Bars::new(session.console.clone()))
    } else {
        Arc::new(progress::Plain::new(session.console.clone()))
    };
    let result = push(
        &api,
        &cache.cache,
        &store,
        &roots,
        &options,
        Arc::clone(&picture),
    )
    .await;
    // A bar that is still drawn would hide what comes next.
    picture.close();
    drop(picture);
    finish(session, &args, &result?)
}

fn roots(session: &Session<'_>, store: &LocalStore, args: &Push) -> Result<Vec<StorePath>> {
    let mut roots = args
        .paths
        .iter()
        .map(|path| store.resolve(path))
        .collect::<Result<Vec<_>>>()?;
    if args.stdin {
        while let Some(line) = session.console.read_line()? {
            match line.trim() {
                "" => {}
                path => roots.push(store.resolve(path)?),
            }
        }
    }
    roots.sort();
    roots.dedup();
    Ok(roots)
}

fn finish(session: &Session<'_>, args: &Push, report: &Report) -> Result<()> {
    let console = &session.console;
    if args.dry_run {
        for path in &report.planned {
            match console.json {
                true => console.value(&planned(path))?,
                false => console.data(&path.to_string())?,
            }
        }
    }
    if report.upstream > 0 {
        console.talk(&format!(
            "left out {} paths that an upstream cache has signed; to send them too: --all",
            report.upstream
        ));
    }
    match console.json {
        true => console.value(&summary(report))?,
        false if args.dry_run => console.data(&dry_line(report))?,
        false => console.data(&last_line(report))?,
    }
    let failed = &report.tally.failed;
    let Some(first) = failed.first() else {
        return Ok(());
    };
    // One kind for all is a better exit code than "some failed".
    let same = failed
        .iter()
        .all(|failure| failure.error.kind == first.error.kind);
    let nothing_done = report.tally.paths == 0;
    let kind = if same && nothing_done {
        first.error.kind
    } else {
        ErrorKind::Partial
    };
    let total = failed.len() + report.tally.paths;
    let mut error = CliError::new(
        kind,
        format!("{} of {total} paths were not pushed", failed.len()),
    );
    for hint in failed.iter().flat_map(|failure| failure.error.all_hints()) {
        if !error.hints.iter().any(|known| known == hint) && error.hints.len() < 5 {
            error = error.hint(hint);
        }
    }
    Err(error)
}

/// A path that a push would send, with `--json`.
fn planned(path: &StorePath) -> serde_json::Value {
    serde_json::json!({"event": "would_push", "path": path.to_string()})
}

fn summary(report: &Report) -> Summary {
    let tally = &report.tally;
    let (pushed, failed) = (tally.paths, tally.failed.len());
    Summary {
        event: "done",
        paths: pushed + failed + report.planned.len() + report.present + report.upstream,
        paths_pushed: pushed,
        paths_present: report.present,
        paths_upstream: report.upstream,
        paths_failed: failed,
        nar_bytes: tally.nar_bytes,
        bytes_sent: tally.sent_bytes,
        bytes_known: tally.known_bytes,
        requests: report.requests,
        seconds: report.time.as_secs_f64(),
    }
}

fn dry_line(report: &Report) -> String {
    let would = report.planned.len();
    format!("would push {would} paths ({})", others(report))
}

fn others(report: &Report) -> String {
    match (report.present, report.upstream) {
        (present, 0) => format!("{present} were there"),
        (present, upstream) => format!("{present} were there, {upstream} are upstream's"),
    }
}

fn last_line(report: &Report) -> String {
    let tally = &report.tally;
    let present = others(report);
    format!(
        "pushed {} paths ({present}): {}, sent {}, known {}, in {:.1} s",
        tally.paths,
        byte_size::format(tally.nar_bytes),
        byte_size::format(tally.sent_bytes),
        byte_size::format(tally.known_bytes),
        report.time.as_secs_f64()
    )
}
