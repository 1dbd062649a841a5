//! The command line as it is typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Push to and manage Nix binary caches.
#[derive(Debug, Parser)]
#[command(
    name = "garret",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Print data as JSON, one value a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Say only what went wrong
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say more; twice: everything (tokens are never shown)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Remember a server and its token
    Login(Login),
    /// Make Nix on this machine fetch from a cache
    Use(Use),
    /// Send store paths, and all they need, to a cache
    Push(Push),
    /// Make, change and look at caches
    #[command(subcommand)]
    Cache(Cache),
    /// List the paths of a cache
    Ls(Ls),
    /// Remove paths from a cache
    Rm(Rm),
    /// Find out why Nix does not fetch from a cache
    Doctor(Doctor),
    /// Print completions for a shell
    #[command(alias = "gen-completions")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a reference page
    #[command(hide = true)]
    Reference {
        /// The page
        page: ReferencePage,
    },
}

/// Pages that the program writes about itself.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ReferencePage {
    /// All commands, options and exit codes, as Markdown.
    Cli,
}

/// Arguments of `login`.
#[derive(Debug, Args)]
pub struct Login {
    /// Local name of the server, for use as NAME:CACHE
    pub name: String,
    /// The server's URL, without the name of a cache
    pub url: String,
    /// The token; `-` reads it from stdin, none takes $GARRET_TOKEN or keeps the one that is there
    #[arg(hide_env_values = true)]
    pub token: Option<String>,
    /// Make it the server that is meant where none is named
    #[arg(long)]
    pub set_default: bool,
}

/// Arguments of `use`.
#[derive(Debug, Args)]
pub struct Use {
    /// CACHE or SERVER:CACHE
    pub cache: String,
    /// Take back what `use` wrote
    #[arg(long, conflicts_with = "print")]
    pub remove: bool,
    /// Change no file, print what belongs into this kind of file
    #[arg(long, value_name = "KIND")]
    pub print: Option<Snippet>,
    /// Replace another token that stands in netrc for the same host
    #[arg(long)]
    pub replace_token: bool,
    /// Change the machine's files in /etc/nix instead of the user's
    #[arg(long)]
    pub system: bool,
}

/// Kinds of ready-made snippets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Snippet {
    /// Lines for nix.conf.
    #[value(name = "nix.conf")]
    NixConf,
    /// A NixOS configuration.
    Nixos,
    /// The `nixConfig` of a flake.
    Flake,
    /// A step of a GitHub workflow.
    Github,
    /// A job of a GitLab pipeline.
    Gitlab,
}

/// Arguments of `push`.
#[derive(Debug, Args)]
pub struct Push {
    /// CACHE or SERVER:CACHE
    pub cache: String,
    /// Store paths, files below them, or links to them such as ./result
    #[arg(required_unless_present = "stdin")]
    pub paths: Vec<String>,
    /// Read paths from stdin too, one a line
    #[arg(long)]
    pub stdin: bool,
    /// Paths to read at once
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,
    /// Send these paths alone, not what they need
    #[arg(long)]
    pub no_closure: bool,
    /// Send what upstream caches have signed too
    #[arg(long, alias = "ignore-upstream-cache-filter")]
    pub all: bool,
    /// Put the named paths in place of different ones of the same name
    #[arg(long)]
    pub replace: bool,
    /// Say what would be sent and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The Nix store to read: a folder, `local`, `daemon`, as Nix names stores
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
}

/// Subcommands of `cache`.
#[derive(Debug, Subcommand)]
pub enum Cache {
    /// Make a cache
    Create(Create),
    /// Change what is named, and nothing else
    Configure(Configure),
    /// Destroy a cache and all that is in it
    Destroy {
        /// CACHE or SERVER:CACHE
        cache: String,
        /// Do not ask
        #[arg(long, alias = "no-confirm")]
        yes: bool,
    },
    /// Show settings and public keys
    Info {
        /// CACHE or SERVER:CACHE
        cache: String,
    },
    /// List the caches that the token may see
    List {
        /// The server
        server: Option<String>,
    },
    /// Add and retire signing keys
    #[command(subcommand)]
    Key(Key),
}

/// Subcommands of `cache key`.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Add a signing key; the others go on signing
    Add {
        /// CACHE or SERVER:CACHE
        cache: String,
        /// Name of a key that the server makes
        #[arg(long, conflicts_with = "secret_file")]
        name: Option<String>,
        /// A secret key to bring along, as nix-store --generate-binary-cache-key writes it
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// Let a key sign no more
    Retire {
        /// CACHE or SERVER:CACHE
        cache: String,
        /// Name of the key
        key: String,
    },
}

/// Settings of a cache that both `create` and `configure` take.
#[derive(Debug, Args)]
pub struct Settings {
    /// Anybody may fetch
    #[arg(long, conflicts_with = "private")]
    pub public: bool,
    /// Only tokens may fetch
    #[arg(long)]
    pub private: bool,
    /// What Nix calls priority: lower numbers are asked first (cache.nixos.org has 40)
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub priority: Option<i32>,
    /// Time that unused paths stay, such as '90 days'; 0 = for ever
    #[arg(long, alias = "retention-period", value_name = "TIME")]
    pub retention: Option<String>,
    /// Size above which the longest unused paths go, such as '200 GiB', or `none`
    #[arg(long, value_name = "SIZE")]
    pub max_size: Option<String>,
    /// Key of an upstream cache, NAME or NAME:PUBLICKEY, whose paths are not pushed; repeatable
    #[arg(
        long = "upstream-key",
        alias = "upstream-cache-key-name",
        value_name = "KEY"
    )]
    pub upstream_keys: Vec<String>,
    /// The store folder of its paths
    #[arg(long, value_name = "DIR")]
    pub store_dir: Option<String>,
}

/// Arguments of `cache create`.
#[derive(Debug, Args)]
pub struct Create {
    /// CACHE or SERVER:CACHE
    pub cache: String,
    /// The settings
    #[command(flatten)]
    pub settings: Settings,
    /// A secret signing key to bring along, as nix-store --generate-binary-cache-key writes it
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

/// Arguments of `cache configure`.
#[derive(Debug, Args)]
pub struct Configure {
    /// CACHE or SERVER:CACHE
    pub cache: String,
    /// The settings
    #[command(flatten)]
    pub settings: Settings,
    /// Use the server's retention again
    #[arg(long, alias = "reset-retention-period", conflicts_with = "retention")]
    pub reset_retention: bool,
    /// Know no upstream key, so that everything is pushed
    #[arg(long, conflicts_with = "upstream_keys")]
    pub no_upstream_keys: bool,
}

/// Arguments of `ls`.
#[derive(Debug, Args)]
pub struct Ls {
    /// CACHE or SERVER:CACHE
    pub cache: String,
    /// Show only paths whose name contains this
    pub filter: Option<String>,
    /// Show sizes and who published it
    #[arg(long, short)]
    pub long: bool,
}

/// Arguments of `rm`.
#[derive(Debug, Args)]
pub struct Rm {
    /// CACHE or SERVER:CACHE
    pub cache: String,
    /// Store paths, or their hashes
    #[arg(required = true)]
    pub paths: Vec<String>,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// A store path that Nix should have fetched
    pub path: Option<String>,
    /// The Nix store to look at
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_people_type_is_understood() {
        for line in [
            "garret login office http://10.0.0.10:8080 token",
            "garret login --set-default office http://h -",
            "garret use n3x",
            "garret use office:n3x --print nix.conf",
            "garret use n3x --remove",
            "garret push n3x result",
            "garret push --stdin office:n3x -j 4 --all --json",
            "garret push n3x ./result --ignore-upstream-cache-filter --no-closure --replace",
            "garret cache create n3x --public --priority 30 --retention '90 days'",
            "garret cache configure n3x --private --retention-period 0",
            "garret cache configure n3x --priority -1",
            "garret cache configure n3x --reset-retention-period",
            "garret cache destroy n3x --no-confirm",
            "garret cache list",
            "garret cache key add n3x --name n3x-2",
            "garret cache key retire n3x n3x-1",
            "garret ls n3x hello -l",
            "garret rm n3x /nix/store/00000000000000000000000000000000-a",
            "garret doctor",
            "garret gen-completions bash",
            "garret reference cli",
        ] {
            let parsed = Cli::try_parse_from(line.replace("'90 days'", "90days").split(' '));
            assert!(parsed.is_ok(), "{line}: {}", parsed.expect_err("error"));
        }
        for line in [
            "garret push n3x",
            "garret push n3x a -j 0",
            "garret cache create n3x --public --private",
            "garret",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
