//! `cargo xtask bench workflow`: what a build costs when a cache has most of it.
//!
//! A CI machine builds everything and pushes it. Then some programs change, and a
//! machine that has nothing builds again, with the cache as its substituter. The
//! server's counters must say what its request log says.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::context::Bench;
use super::log::Requests;
use super::stats::Summary;
use super::table::{self, Figure};
use crate::garret::{CacheInfo, Server, Settings, http};
use crate::nix::Store;
use crate::shell;

const NIX: &str = include_str!("workflow.nix");
const CACHE: &str = "workflow";
/// How far each derivation counts: some half a second of CPU.
const SIZE: &str = "1000000";
const SIZE_QUICK: &str = "10000";
/// Far longer than a line of the server's log waits before it is written.
const LOG_WAITS: Duration = Duration::from_millis(500);

/// Builds cold, pushes, builds again with the cache; `--runs` times.
///
/// # Errors
/// If something fails, or counters and log differ.
pub(super) fn run(bench: &Bench) -> Result<()> {
    let (mut cold, mut warm, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in bench.rounds() {
        let round = round(bench)?;
        cold.push(round.cold);
        warm.push(round.warm);
        shares.push(round.nars as f64 / round.paths as f64 * 100.0);
        println!(
            "{} of {} paths came from the cache; narinfo hits {}, misses {}, NARs {}: \
             /metrics and the request log agree",
            round.nars, round.paths, round.hits, round.misses, round.nars
        );
    }
    let figures = [
        Figure::against("build with the cache", "s", &warm, ("without", &cold), None),
        Figure::alone("paths from the cache", "%", &shares, None),
    ];
    let figures: Vec<Figure> = figures.into_iter().flatten().collect();
    println!("\n{}{}", bench.machine()?.render(), table::render(&figures));
    if let Some(ratio) = Summary::of_ratios(&warm, &cold) {
        println!("time with the cache / without: {ratio}");
    }
    bench.save(&figures)
}

struct Round {
    cold: f64,
    warm: f64,
    hits: u64,
    misses: u64,
    nars: u64,
    /// Paths of what was built.
    paths: usize,
}

fn round(bench: &Bench) -> Result<Round> {
    let server = bench.garretd(&Settings {
        log: Some("info"),
        config: None,
    })?;
    let client = bench.garret(&server, CACHE)?;
    let info = client.create(CACHE, "--public")?;
    let ci = store(bench)?;
    let (cold, top) = build(bench, &ci, "first", "")?;
    client.push(CACHE, &ci, &[&top])?;

    let before = looked(&server)?;
    let fresh = store(bench)?;
    let (warm, top) = build(bench, &fresh, "second", &substituter(&info))?;
    let (page, log) = looked(&server)?;
    let counted =
        |name, label| http::counter(&page, name, label) - http::counter(&before.0, name, label);
    let counts = [
        (
            "narinfo hits",
            counted("garret_narinfo_requests_total", "\"hit\""),
            log.hits - before.1.hits,
        ),
        (
            "narinfo misses",
            counted("garret_narinfo_requests_total", "\"miss\""),
            log.misses - before.1.misses,
        ),
        (
            "NARs",
            counted("garret_nars_served_total", ""),
            log.nars - before.1.nars,
        ),
    ];
    for (what, metrics, log) in counts {
        if metrics != log {
            bail!("{what}: /metrics counts {metrics}, the request log has {log}");
        }
    }
    server.stop()?;
    let paths = fresh.closure(&top)?.len();
    bench.forget(ci.root())?;
    bench.forget(fresh.root())?;
    let [(_, hits, _), (_, misses, _), (_, nars, _)] = counts;
    if hits == 0 {
        bail!("the second build asked the cache for nothing that it has");
    }
    Ok(Round {
        cold,
        warm,
        hits,
        misses,
        nars,
        paths,
    })
}

/// What the server has counted and logged, once all lines of its log are written.
fn looked(server: &Server) -> Result<(String, Requests)> {
    std::thread::sleep(LOG_WAITS);
    Ok((server.metrics()?, Requests::read(server.log())?))
}

fn store(bench: &Bench) -> Result<Store> {
    Store::new(&bench.in_memory("store")?, &bench.in_memory("home")?)
}

fn substituter(info: &CacheInfo) -> String {
    format!(
        "substituters = {}\ntrusted-public-keys = {}\n",
        info.substituter,
        info.keys()
    )
}

/// Seconds and the path of what was built.
fn build(bench: &Bench, store: &Store, stamp: &str, settings: &str) -> Result<(f64, String)> {
    let folder = bench.on_disk("expression")?;
    let file = folder.join("workflow.nix");
    fs::write(&file, NIX).context("writing the expression")?;
    let size = if bench.how.quick { SIZE_QUICK } else { SIZE };
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let mut command = store.command("nix-build", &format!("{}{settings}", sandbox()));
    command
        .arg(&file)
        .args(["--no-out-link", "-j", &jobs.to_string()]);
    command.args(["--argstr", "stamp", stamp, "--argstr", "size", size]);
    let log = folder.join("build.log");
    command.stderr(fs::File::create(&log).context("making Nix's log")?);
    let start = Instant::now();
    let (ok, text) = shell::try_read(&mut command)?;
    let seconds = start.elapsed().as_secs_f64();
    let top = text.lines().last().unwrap_or_default();
    if !ok || top.is_empty() {
        bail!(
            "Nix could not build:\n{}",
            fs::read_to_string(&log).unwrap_or_default()
        );
    }
    Ok((seconds, top.to_owned()))
}

/// Nix builds in a chroot store only in a sandbox; this machine's shell is in it.
fn sandbox() -> String {
    let host = ["/bin", "/usr", "/lib", "/lib64", "/etc/ld.so.cache"];
    let host = host.into_iter().filter(|path| Path::new(path).exists());
    let host: Vec<&str> = host.collect();
    format!(
        "sandbox = true\nsandbox-fallback = false\nfilter-syscalls = false\nextra-sandbox-paths = {}\n",
        host.join(" ")
    )
}
