//! The Garret server's program: parses, calls the library, picks the exit code.

mod cli;
mod commands;
mod config;
mod failure;
mod first_start;
mod logging;
mod names;
mod nofile;
mod open;
mod reference;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command, Mode};
use config::Env;
use failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse_from(names::arguments(std::env::args_os()));
    let mut env = Env::of_process();
    if names::is_attic(std::env::args_os().next().as_ref()) {
        env.call_attic();
    }
    let log = logging::start(cli.global.log_format, &env);
    let result = run(cli, &env);
    // Before what is said about a failure.
    drop(log);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli, env: &Env) -> Result<(), Failure> {
    let global = &cli.global;
    match cli.command {
        None => serve(global, cli.serve, env),
        Some(Command::Serve(args)) => serve(global, args.or(&cli.serve), env),
        Some(Command::CheckConfig) => commands::check_config::run(global, env),
        Some(Command::MakeToken(args)) => commands::make_token::run(global, &args, env),
        Some(Command::MakeCache(args)) => commands::make_cache::run(global, &args, env),
        Some(Command::Healthcheck(args)) => commands::healthcheck::run(global, &args, env),
        Some(Command::Completions { shell }) => {
            reference::completions(shell);
            Ok(())
        }
        Some(Command::Reference { page }) => reference::print(page),
    }
}

fn serve(global: &cli::Global, args: cli::ServeArgs, env: &Env) -> Result<(), Failure> {
    match args.mode {
        None | Some(Mode::Monolithic | Mode::ApiServer) => commands::serve::run(global, &args, env),
        Some(Mode::CheckConfig) => commands::check_config::run(global, env),
        Some(Mode::DbMigrations) => commands::check_config::migrate(global, env),
        Some(Mode::GarbageCollector | Mode::GarbageCollectorOnce) => Err(Failure::say(
            failure::Kind::Config,
            "the sweeper is not built in yet",
        )),
    }
}
