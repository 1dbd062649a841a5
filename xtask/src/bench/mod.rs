//! `cargo xtask bench`: Garret against what Debian has, as ratios taken in one
//! run. No figure makes it fail; a row that misses its target is marked.

mod context;
mod growth;
mod hostile;
mod load;
mod log;
mod machine;
mod measure;
mod page_cache;
mod paths;
mod peers;
mod process;
mod push;
mod rows;
mod shelf;
mod stats;
mod table;
mod workflow;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::workspace;
use context::Bench;
use rows::Row;

/// Bytes of a MiB.
pub(crate) const MIB: f64 = 1024.0 * 1024.0;

/// What to measure.
#[derive(Debug, Clone, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true
)]
pub(crate) struct Options {
    #[command(subcommand)]
    other: Option<Other>,
    /// Rows to measure, in this order; all of them where none is named
    rows: Vec<Row>,
    #[command(flatten)]
    how: How,
}

/// How to measure.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct How {
    /// Rounds; ours and the peer take turns in each
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) runs: u32,
    /// Programs of the dev profile, a small corpus, short rounds: whether it works,
    /// not how fast
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure the `garret` and `garretd` in a folder, rather than to build them
    #[arg(long, value_name = "DIR")]
    pub(crate) programs: Option<PathBuf>,
    /// Write all figures to a file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Leave caches and logs behind, and say where
    #[arg(long)]
    pub(crate) keep: bool,
}

/// Measurements that are no rows.
#[derive(Debug, Clone, clap::Subcommand)]
enum Other {
    /// What a build costs when a cache has most of it
    Workflow(How),
    /// What honest clients keep of their speed beside hostile ones
    Hostile(hostile::Hostile),
    /// What each path costs as pushes, paths, connections and caches grow
    Growth(growth::Options),
}

/// Whether the harness works: some rows once, with the programs of the tests.
///
/// # Errors
/// As [`run`].
pub(crate) fn smoke() -> Result<()> {
    let how = How {
        runs: 1,
        quick: true,
        programs: None,
        json: None,
        keep: false,
    };
    run(&Options {
        other: None,
        rows: vec![Row::Push, Row::Tiny, Row::Serve, Row::Narinfo, Row::Pull],
        how: how.clone(),
    })?;
    for other in [
        Other::Workflow(how.clone()),
        Other::Growth(growth::Options::all(how.clone())),
    ] {
        run(&Options {
            other: Some(other),
            rows: Vec::new(),
            how: how.clone(),
        })?;
    }
    Ok(())
}

/// Measures, and prints one table.
///
/// # Errors
/// If something cannot be made, started or read; never because of a figure.
pub(crate) fn run(options: &Options) -> Result<()> {
    let how = match &options.other {
        Some(Other::Workflow(how)) => how,
        // Its programs are built and run by cargo's test harness.
        Some(Other::Hostile(options)) => return hostile::run(options),
        Some(Other::Growth(growth)) => &growth.how,
        None => &options.how,
    };
    if cfg!(debug_assertions) && !how.quick {
        return again_in_release();
    }
    let bench = Bench::new(how)?;
    match &options.other {
        Some(Other::Workflow(_)) => workflow::run(&bench)?,
        Some(Other::Growth(growth)) => growth::run(&bench, growth)?,
        _ => rows::run(&bench, &options.rows)?,
    }
    bench.finish();
    Ok(())
}

/// The load generator is here, and would be what is measured if it were slow.
fn again_in_release() -> Result<()> {
    let mut command: Command = workspace::cargo();
    command.args(["run", "--quiet", "--release", "--package", "xtask", "--"]);
    crate::shell::quiet(command.args(std::env::args_os().skip(1)))
}
