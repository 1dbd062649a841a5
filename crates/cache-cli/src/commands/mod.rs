//! The commands, one file each: from arguments and surroundings to words on the console.

mod cache;
mod doctor;
mod login;
mod paths;
mod push;
mod reference;
mod settings;
mod snippet;
mod substituters;
mod use_cache;

use clap::CommandFactory;

use crate::api::Api;
use crate::args::{Cli, Command, ReferencePage};
use crate::config::{CacheRef, Config};
use crate::console::Console;
use crate::env::Env;
use crate::error::{CliError, ErrorKind, Result};

pub use reference::cli_page;

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) env: &'a Env,
    pub(crate) console: Console,
}

/// Runs a command.
///
/// # Errors
/// What the command could not do; the kind says which exit code belongs to it.
pub async fn run(cli: Cli, env: &Env, mut console: Console) -> Result<()> {
    console.json = cli.json;
    console.quiet = cli.quiet;
    let session = Session { env, console };
    match cli.command {
        Command::Login(args) => login::run(&session, args).await,
        Command::Use(args) => use_cache::run(&session, args).await,
        Command::Push(args) => push::run(&session, args).await,
        Command::Cache(args) => cache::run(&session, args).await,
        Command::Ls(args) => paths::ls(&session, args).await,
        Command::Rm(args) => paths::rm(&session, args).await,
        Command::Doctor(args) => doctor::run(&session, args).await,
        Command::Completions { shell } => completions(&session, shell),
        Command::Reference {
            page: ReferencePage::Cli,
        } => session.console.data(cli_page().trim_end()),
    }
}

impl Session<'_> {
    pub(crate) fn config(&self) -> Result<Config> {
        Config::load(&self.env.config_file())
    }

    /// The cache that an argument names, and a client for its server.
    pub(crate) fn cache(&self, text: &str) -> Result<(CacheRef, Api)> {
        let cache = self.config()?.cache(text)?;
        let token = cache.server.read_token()?;
        if token.is_none() {
            tracing::debug!(server = %cache.server_name, "no token, asking as anybody");
        }
        let api = Api::new(cache.server.url.clone(), token.as_ref())?;
        Ok((cache, api))
    }
}

fn completions(session: &Session<'_>, shell: clap_complete::Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "garret", &mut script);
    let script = String::from_utf8(script).map_err(|error| {
        CliError::new(ErrorKind::Io, "cannot make the completions").because(error)
    })?;
    session.console.data(script.trim_end())
}
