//! The commands: each parses, calls the library and prints.

mod apply;
mod file;
mod query;

use clap::CommandFactory;
use routeros_client::failure::{Code, Failure, Result};

use crate::args::{Cli, Command};
use crate::console::Console;

/// Nothing is left to do.
const DONE: u8 = 0;
/// There is something to do.
const CHANGES: u8 = 2;

/// Runs a command; its exit code.
pub(crate) fn run(command: Command, console: Console) -> Result<u8> {
    match command {
        Command::Query(args) => query::run(&args, console),
        Command::Check { file } => file::check(&file, console),
        Command::Render(args) => file::render(&args, console),
        Command::Plan(args) => apply::plan(&args.file, &args.connection, console),
        Command::Apply(args) => apply::apply(&args, console),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "routeros", &mut std::io::stdout());
            Ok(DONE)
        }
        _ => Err(Failure::new(Code::Usage, "not there yet")),
    }
}
