//! Garret's build tasks, run as `cargo xtask TASK` with nothing but cargo.
//!
//! The only script language of the project: what a developer or a machine runs
//! by name is here, and `.ci/run` only calls it.

mod cleanup;
mod corpus;
mod nix;
mod shell;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// Garret's build tasks
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Make a real store closure from Debian packages, for tests and trials
    Corpus(corpus::Options),
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
        Task::Corpus(options) => corpus::command(&options),
        Task::CorpusBuilder { what } => corpus::build(&what),
    }
}
