//! The `garret` program: surroundings in, exit code out. Everything else is in `cache-cli`.

mod surroundings;

use std::io::IsTerminal;
use std::process::ExitCode;

use cache_cli::args::Cli;
use cache_cli::console::{self, Console};
use cache_cli::{CliError, Env, ErrorKind, commands};
use clap::Parser;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(cli.verbose);
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&error);
            ExitCode::from(error.kind.exit_code())
        }
    }
}

fn run(cli: Cli) -> Result<(), CliError> {
    let env: Env = surroundings::read()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(env.cores.clamp(1, 4))
        .enable_all()
        .build()
        .map_err(|error| CliError::new(ErrorKind::Io, "cannot start").because(error))?;
    let input = std::io::BufReader::new(std::io::stdin());
    let console = Console::new(std::io::stdout(), std::io::stderr(), input);
    let result = runtime.block_on(commands::run(cli, &env, console));
    // A reader of the store may sit in a read that nothing can interrupt; it need not be awaited.
    runtime.shutdown_background();
    result
}

/// The chain of what failed, then what to do about it.
fn tell(error: &CliError) {
    let say = |line: String| eprintln!("{}", console::plain(&line));
    say(format!("error: {error}"));
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        say(format!("  because: {source}"));
        next = source.source();
    }
    for hint in error.all_hints() {
        say(format!("hint: {hint}"));
    }
}

fn log_to_stderr(verbose: u8) {
    let default = match verbose {
        0 => "warn",
        1 => "warn,cache_cli=debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("GARRET_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .init();
}
