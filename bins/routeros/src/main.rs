//! The `routeros` program: arguments in, exit code out. What is done is in
//! `routeros-client`.

mod args;
mod commands;
mod connection;
mod console;
mod hidden;
mod reference;
mod show;
mod surroundings;

use std::process::ExitCode;

use clap::Parser;
use routeros_client::failure::Code;

use crate::args::Cli;
use crate::console::Console;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
                let console = Console {
                    json: true,
                    quiet: false,
                };
                console.misread(&error.to_string());
            }
            // There is nobody left to tell.
            let _ = error.print();
            // 2 says that a plan has changes.
            let code = if error.use_stderr() {
                Code::Usage.exit_code()
            } else {
                0
            };
            return ExitCode::from(code);
        }
    };
    let console = Console {
        json: cli.json,
        quiet: cli.quiet,
    };
    match commands::run(cli.command, console) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(failure.code.exit_code())
        }
    }
}
