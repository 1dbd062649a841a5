//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A binary cache server for Nix.
///
/// Without a command it serves. Without a configuration it serves from a folder of its own, on
/// 127.0.0.1:8080, and prints what to type next.
#[derive(Debug, Parser)]
#[command(name = "garretd", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Configuration (TOML), or a SQLite database with the storage beside it.
    #[arg(short = 'f', long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of a server without configuration.
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "config")]
    pub(crate) data_dir: Option<PathBuf>,
    /// How log lines are written to stderr. GARRET_LOG or RUST_LOG choose which (default: info).
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What `atticd --mode` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Everything in one process.
    Monolithic,
    /// Requests only.
    ApiServer,
    /// Not built in yet.
    GarbageCollector,
    /// Not built in yet.
    GarbageCollectorOnce,
    /// Make or migrate the database, then end.
    DbMigrations,
    /// As the command check-config.
    CheckConfig,
}

/// Options of serving.
#[derive(Debug, Default, Clone, Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on instead of the configured one; port 0 takes a free one.
    #[arg(short, long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// File to write the port to, once the server listens; FILE.metrics gets that of the metrics.
    #[arg(long, value_name = "FILE")]
    pub(crate) port_file: Option<PathBuf>,
    /// What to run, in atticd's words.
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) mode: Option<Mode>,
}

impl ServeArgs {
    /// These, and `other` where these say nothing.
    pub(crate) fn or(self, other: &Self) -> Self {
        Self {
            listen: self.listen.or(other.listen),
            port_file: self.port_file.or_else(|| other.port_file.clone()),
            mode: self.mode.or(other.mode),
        }
    }
}

/// Commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve (the default).
    Serve(ServeArgs),
    /// Check the configuration and the signing key, and say what would be used.
    CheckConfig,
    /// Make a token; stdout holds the token alone.
    MakeToken(MakeToken),
    /// Make a cache without a running server.
    MakeCache(MakeCache),
    /// Ask a running server whether it is ready; exit code 0 if so.
    Healthcheck(Healthcheck),
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print a page of the reference, in Markdown.
    #[command(hide = true)]
    Reference {
        /// Which page.
        page: Page,
    },
}

/// Pages of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// Commands and options.
    GarretdCli,
    /// Keys of the configuration file.
    Config,
    /// HTTP routes.
    Api,
    /// Error codes.
    Errors,
    /// Metrics.
    Metrics,
}

/// Options of `make-token`. PATTERN is a cache's name in which `*` stands for any characters.
#[derive(Debug, Args)]
pub(crate) struct MakeToken {
    /// Whom the token is for; shown beside what it publishes.
    #[arg(long, value_name = "NAME")]
    pub(crate) sub: String,
    /// How long the token is valid, such as `90 days`.
    #[arg(long, value_name = "DURATION", default_value = "1 year")]
    pub(crate) validity: String,
    /// Caches it may pull from.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) pull: Vec<String>,
    /// Caches it may push to.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) push: Vec<String>,
    /// Caches it may remove or replace paths in.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) delete: Vec<String>,
    /// Caches it may make.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) create_cache: Vec<String>,
    /// Caches whose settings and keys it may change.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) configure_cache: Vec<String>,
    /// Caches whose retention it may change.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) configure_cache_retention: Vec<String>,
    /// Caches it may destroy.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) destroy_cache: Vec<String>,
    /// Print the claims as JSON instead of a token.
    #[arg(long)]
    pub(crate) dump_claims: bool,
}

/// Options of `make-cache`.
#[derive(Debug, Args)]
pub(crate) struct MakeCache {
    /// Name of the cache.
    pub(crate) name: String,
    /// Let everybody pull.
    #[arg(long)]
    pub(crate) public: bool,
    /// How long after its last use a path is kept, such as `90 days`; `0` for ever.
    #[arg(long, value_name = "DURATION")]
    pub(crate) retention_period: Option<String>,
    /// Priority among substituters; the least comes first.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) priority: Option<i32>,
}

/// Options of `healthcheck`.
#[derive(Debug, Args)]
pub(crate) struct Healthcheck {
    /// Server to ask instead of the configured one: http://HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

/// Shown below the help text; see [`crate::failure`].
const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed while working
  2  the command line is wrong
  3  the configuration or the signing key is wrong
  4  the address to listen on cannot be had
  5  the database or the storage cannot be used";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_the_plan_types_is_understood() {
        let lines = [
            "atticd",
            "atticd -f /etc/atticd.toml --mode api-server",
            "atticd -l 127.0.0.1:0 --mode monolithic",
            "garretd serve --listen [::1]:0 --port-file p -f x.toml",
            "atticd-atticadm -f /x/server.db make-cache --retention-period 90d n3x",
            "atticd-atticadm -f /x/server.db make-token --sub developer --validity 180d --pull n3x --push n3x",
            "atticd-atticadm make-token --sub test",
            "garretd make-token --sub a --pull a* --pull b --configure-cache-retention *",
        ];
        for line in lines {
            let parsed = Cli::try_parse_from(line.split(' '));
            assert!(parsed.is_ok(), "{line}: {}", parsed.expect_err("failed"));
        }
    }
}
