//! Garret's build tasks, run as `cargo xtask TASK` with nothing but cargo.
//!
//! The only script language of the project: what a developer or a machine runs
//! by name is here, and `.ci/run` only calls it.

mod bench;
mod checks;
mod cleanup;
mod corpus;
mod demo;
mod fuzz;
mod garret;
mod gen_pages;
mod host;
mod nix;
mod shell;
mod switch;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// Garret's build tasks
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Push a real closure to a cache of its own and pull it back with a real Nix
    Demo(demo::Options),
    /// Measure Garret against what Debian has, as ratios
    Bench(bench::Options),
    /// Run every test, with what they need installed and made
    Test(checks::TestOptions),
    /// Run all that must pass before a change lands
    Ci,
    /// Make a real store closure from Debian packages, for tests and trials
    Corpus(corpus::Options),
    /// Fuzz the formats with libFuzzer, by the stable compiler
    Fuzz(fuzz::Options),
    /// Check layers, sizes, lints, licences, links and generated pages
    Tidy(tidy::Options),
    /// Start a simulated switch, to try `routeros` without one
    Switch(switch::Options),
    /// Write the reference pages anew
    Gen,
    /// What Nix runs to build one path of a corpus
    #[command(hide = true)]
    CorpusBuilder {
        /// `package` or `top`
        what: String,
    },
}

fn main() -> ExitCode {
    let task = Task::parse();
    let result = cleanup::install().and_then(|()| run(task));
    cleanup::park_if_interrupted();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Demo(options) => demo::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Test(options) => checks::test(&options),
        Task::Ci => checks::ci(),
        Task::Corpus(options) => corpus::command(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Tidy(options) => tidy::run(&options),
        Task::Switch(options) => switch::run(&options),
        Task::Gen => gen_pages::write(),
        Task::CorpusBuilder { what } => corpus::build(&what),
    }
}
