//! The commands: each parses, calls the library and prints.

mod adopt;
mod apply;
mod backup;
mod bootstrap;
mod file;
mod query;

use clap::CommandFactory;
use routeros_client::apply::Cleanup;
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
        Command::Plan(args) => {
            let desired = file::load(&args.file, console)?;
            apply::look(&desired, &args.connection, console)
        }
        Command::Apply(args) => {
            let forced = !args.safety.force.is_empty();
            let desired = file::load_forced(&args.file, forced, console)?;
            match args.dry_run {
                true => apply::look(&desired, &args.connection, console),
                false => apply::run(&desired, &args.connection, &args.safety, console),
            }
        }
        Command::Cleanup(args) => {
            let desired = file::load(&args.file, console)?;
            let goal = Cleanup(&desired);
            match args.dry_run {
                true => apply::look(&goal, &args.connection, console),
                false => apply::run(&goal, &args.connection, &args.safety, console),
            }
        }
        Command::Bootstrap(args) => bootstrap::run(&args, console),
        Command::Backup(args) => backup::save(&args, console),
        Command::Restore(args) => backup::restore(&args, console),
        Command::Reset(args) => backup::reset(&args, console),
        Command::Adopt(args) => adopt::run(&args, console),
        Command::Completions { shell } => {
            // Not straight to standard output: a reader that leaves early would end it in a panic.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "routeros", &mut script);
            console.data(String::from_utf8_lossy(&script).trim_end());
            Ok(DONE)
        }
        Command::Reference { page } => {
            console.data(crate::reference::page(page).trim_end());
            Ok(DONE)
        }
    }
}

/// Goes on only where a person, or `--yes`, says so.
fn agreed(yes: bool, question: &str, console: Console) -> Result<()> {
    if yes || console.ask(question)? {
        return Ok(());
    }
    Err(Failure::new(Code::Declined, "nothing was changed"))
}
