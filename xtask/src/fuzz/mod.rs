//! `cargo xtask fuzz`: libFuzzer on the formats, by the stable compiler alone.
//!
//! The targets of `fuzz/` are built with coverage flags into a folder of their
//! own below the target folder. What was learnt stays there beside them, so that
//! the next run begins where this one ended.

mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::cleanup::Child;
use crate::host::{self, Need};
use crate::{shell, workspace};
use report::Report;

/// libFuzzer is C++.
const NEEDS: &[Need] = &[("cc", "gcc"), ("c++", "g++")];

/// What a target is built with: edges counted, and comparisons told to libFuzzer.
const RUSTFLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1";

/// Targets that run at once.
const AT_ONCE: usize = 2;
/// Most memory of a target, as it is used and as it is only reserved.
const USED_MB: u32 = 512;
const RESERVED_MB: u32 = 2048;
/// Bytes of the longest input, and seconds that one may take.
const MAX_LEN: u32 = 4096;
const TIMEOUT: u32 = 20;

/// What to fuzz, and for how long.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Targets, all of them if none is named: nar, narinfo, pack, recipe, record, token
    targets: Vec<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = 30)]
    seconds: u32,
    /// Run this one input through the one target that is named
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
}

/// Builds the targets and runs them, two at a time.
///
/// # Errors
/// If a compiler is missing or something does not build, a target is unknown, or
/// an input breaks what must hold; then what replays it stands on stderr.
pub(crate) fn run(options: &Options) -> Result<()> {
    host::ensure(&[NEEDS])?;
    let known = targets()?;
    if let Some(unknown) = options.targets.iter().find(|name| !known.contains(name)) {
        bail!("no fuzz target {unknown}; there are: {}", known.join(" "));
    }
    let programs = build()?;
    if let Some(input) = &options.replay {
        let [target] = &options.targets[..] else {
            bail!("--replay wants exactly one target");
        };
        return shell::run(Command::new(programs.join(target)).arg(input));
    }
    let wanted = match options.targets.is_empty() {
        true => known,
        false => options.targets.clone(),
    };
    let failed = run_all(&wanted, &programs, options.seconds)?;
    if !failed.is_empty() {
        bail!("fuzz found something in: {}", failed.join(", "));
    }
    Ok(())
}

/// As much as belongs into a check of every change; says so where it cannot.
///
/// # Errors
/// As [`run`], but for a missing compiler.
pub(crate) fn ci() -> Result<()> {
    if let Err(error) = host::ensure(&[NEEDS]) {
        println!("\nFUZZING WAS SKIPPED: {error:#}\n");
        return Ok(());
    }
    run(&Options {
        targets: Vec::new(),
        seconds: 30,
        replay: None,
    })
}

/// Every target there is, by its source file.
fn targets() -> Result<Vec<String>> {
    let folder = workspace::root().join("fuzz/targets");
    let entries = fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.context("listing the fuzz targets")?.path();
        names.extend(
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

/// Where all that belongs to fuzzing is kept.
fn folder() -> Result<PathBuf> {
    Ok(workspace::target_dir()?.join("fuzz"))
}

/// Builds every target and tells where they are.
fn build() -> Result<PathBuf> {
    shell::step("building the fuzz targets");
    let version = shell::read(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not tell its host")?;
    let folder = folder()?;
    let mut cargo = workspace::cargo();
    // With a target named, the flags are not for build scripts.
    cargo
        .args(["build", "--quiet", "--locked", "--target", host])
        .args(["--manifest-path", "fuzz/Cargo.toml"])
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", RUSTFLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    shell::run(&mut cargo).context(
        "building the fuzz targets; where dependencies changed: \
         cargo update --workspace --manifest-path fuzz/Cargo.toml",
    )?;
    Ok(folder.join(host).join("debug"))
}

/// Runs targets side by side and prints a line for each; the names of those that
/// found something.
fn run_all(targets: &[String], programs: &Path, seconds: u32) -> Result<Vec<String>> {
    shell::step(&format!(
        "fuzzing, {seconds} s a target, {AT_ONCE} at a time"
    ));
    let folder = folder()?;
    println!("{}", Report::HEAD);
    let waiting = Mutex::new(targets.iter());
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let work = || -> Result<Vec<String>> {
        let mut failed = Vec::new();
        while let Some(target) = next() {
            let report = run_one(target, programs, &folder, seconds)?;
            println!("{}", report.line(target));
            if let Some(failure) = report.failure(target) {
                eprintln!("{failure}");
                failed.push(target.clone());
            }
        }
        Ok(failed)
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let mut failed = Vec::new();
        for worker in workers {
            let Ok(found) = worker.join() else {
                bail!("a thread that runs a fuzz target panicked");
            };
            failed.extend(found?);
        }
        Ok(failed)
    })
}

fn run_one(target: &str, programs: &Path, folder: &Path, seconds: u32) -> Result<Report> {
    let (learnt, crashes) = (folder.join("corpus").join(target), folder.join("crashes"));
    let log = folder.join(format!("{target}.log"));
    for folder in [&learnt, &crashes] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let output = fs::File::create(&log).with_context(|| format!("making {}", log.display()))?;
    let root = workspace::root().join("fuzz");
    let mut command = Command::new("sh");
    // What is reserved and never touched counts only here.
    command
        .args([
            "-c",
            &format!("ulimit -v {}; exec \"$0\" \"$@\"", RESERVED_MB * 1024),
        ])
        .arg(programs.join(target))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={USED_MB}"))
        .arg(format!("-max_len={MAX_LEN}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-artifact_prefix={}/{target}-", crashes.display()))
        .arg("-print_final_stats=1")
        .args([&learnt, &root.join("seeds").join(target)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output);
    let found = root.join("found").join(target);
    if found.is_dir() {
        command.arg(found);
    }
    let status = Child::spawn(&mut command)?.wait()?;
    let text = fs::read(&log).with_context(|| format!("reading {}", log.display()))?;
    let text = String::from_utf8_lossy(&text);
    Ok(Report::read(&text, &log, status.success()))
}
