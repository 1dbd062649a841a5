//! The command line as it is typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use routeros_client::reach::Rule;

const EXIT_CODES: &str = "Exit codes: 0 done or nothing to do; 1 failed; 2 the plan has changes; \
3 refused before anything was changed; 4 the device went, or will go, back on its own; \
5 the device was not reached or not trusted; 64 the command line is wrong.";

/// Provision a MikroTik switch, and never lock yourself out.
#[derive(Debug, Parser)]
#[command(name = "routeros", version, propagate_version = true, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// Print data, events and errors as JSON, one value a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say only what went wrong
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what a device has: interfaces, vlans, bridges, …
    #[command(alias = "show")]
    Query(Query),
    /// Check a file, without a device
    #[command(alias = "validate")]
    Check {
        /// The desired state
        file: PathBuf,
    },
    /// Write a file's commands as a script, without a device
    Render(Render),
    /// Say what apply would do; exit code 2 where there is something to do
    #[command(alias = "diff", alias = "drift")]
    Plan(Plan),
    /// Make a device be as a file declares
    Apply(Apply),
    /// Give a device from the factory its name, a key and a password
    Bootstrap(Bootstrap),
    /// Save a device's backup and its configuration here
    Backup(Backup),
    /// Load a backup into a device; it restarts
    Restore(Restore),
    /// Reset a device to the factory's configuration; it restarts
    Reset(Reset),
    /// Write a file of desired state from a running device
    Adopt(Adopt),
    /// Remove what this tool made, and nothing else
    Cleanup(Cleanup),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a page of the reference
    #[command(hide = true)]
    Reference {
        /// The page
        page: crate::reference::Page,
    },
}

/// How to reach a device.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// The device; where there is a FILE, its management address is the default
    #[arg(long, env = "ROUTEROS_HOST")]
    pub(crate) host: Option<String>,
    /// Its SSH port
    #[arg(long, default_value_t = 22)]
    pub(crate) port: u16,
    /// The user
    #[arg(long, env = "ROUTEROS_USER", default_value = "admin")]
    pub(crate) user: String,
    /// Read the password from a file's first line (`-`: from stdin); else $ROUTEROS_PASSWORD
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Ask for the password
    #[arg(long, conflicts_with = "password_file")]
    pub(crate) ask_password: bool,
    /// A private key; without one the agent's keys are tried
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Where host keys are remembered; ~/.ssh/known_hosts by default
    #[arg(long, value_name = "FILE")]
    pub(crate) known_hosts: Option<PathBuf>,
    /// Believe a host key that is not known yet, without asking
    #[arg(long)]
    pub(crate) accept_host_key: bool,
    /// How long connecting may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    pub(crate) connect_timeout: Duration,
    /// How long the device may be silent within a command
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    pub(crate) command_timeout: Duration,
}

/// What `query` can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// Interfaces of every type
    #[value(alias = "interface", alias = "if")]
    Interfaces,
    /// VLAN interfaces, and the VLAN table of bridges
    #[value(alias = "vlan")]
    Vlans,
    /// Bridges
    #[value(alias = "bridge")]
    Bridges,
    /// Ports of bridges
    #[value(alias = "ports", alias = "bridge-port")]
    BridgePorts,
    /// IP addresses
    #[value(alias = "addresses", alias = "ip", alias = "ip-address")]
    IpAddresses,
    /// Pools, DHCP servers, their networks and leases
    Dhcp,
    /// DNS settings and static names
    Dns,
}

/// Arguments of `query`.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// What to show
    pub(crate) subject: Subject,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Arguments of `render`.
#[derive(Debug, Args)]
pub(crate) struct Render {
    /// The desired state
    pub(crate) file: PathBuf,
    /// Write commands that look first, for a device that is in use
    #[arg(long)]
    pub(crate) guarded: bool,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The desired state
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// The dead man's switch.
#[derive(Debug, Args)]
pub(crate) struct Safety {
    /// After which time the device goes back on its own; at least 10s more than both timeouts take
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time)]
    pub(crate) confirm_within: Duration,
    /// How long the device may take to start
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time)]
    pub(crate) boot_time: Duration,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Carry out a plan that breaks this rule of reachability, or any (`lockout`), and so cuts off
    /// management; the device goes back on its own
    #[arg(long, value_name = "RULE", value_parser = rules)]
    pub(crate) force: Vec<Rules>,
    /// Leave the backup on the device
    #[arg(long)]
    pub(crate) keep_backup: bool,
    /// Where copies of the backup go; ~/.local/state/routeros by default
    #[arg(long, value_name = "DIR")]
    pub(crate) backup_dir: Option<PathBuf>,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The desired state
    pub(crate) file: PathBuf,
    /// Only say what would be done, as `plan` does
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) safety: Safety,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Arguments of `bootstrap`.
#[derive(Debug, Args)]
pub(crate) struct Bootstrap {
    /// The desired state
    pub(crate) file: PathBuf,
    /// Read the new password from a file's first line; else $ROUTEROS_NEW_PASSWORD, else it is asked for
    #[arg(long, value_name = "FILE")]
    pub(crate) new_password_file: Option<PathBuf>,
    /// A public key that may log in from now on; RouterOS then refuses the user's password over SSH
    #[arg(long, value_name = "FILE")]
    pub(crate) authorize_key: Option<PathBuf>,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where to write NAME.backup and NAME.rsc
    #[arg(long, short, value_name = "NAME", default_value = "routeros")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup, of the same unit
    pub(crate) file: PathBuf,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// How long the device may take to start
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time)]
    pub(crate) boot_time: Duration,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Arguments of `reset`.
#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Arguments of `adopt`.
#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// Where to write it; stdout where not given
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Arguments of `cleanup`.
#[derive(Debug, Args)]
pub(crate) struct Cleanup {
    /// The desired state that was applied: its marker and its management port
    pub(crate) file: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) safety: Safety,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// A time as RouterOS writes it: `30s`, `3m`, `1h30m`.
fn time(text: &str) -> Result<Duration, String> {
    let read = routeros_client::value::Duration::read(text).map_err(|error| error.to_string())?;
    match read.seconds() {
        0 => Err("it must be at least one second".to_owned()),
        seconds => Ok(Duration::from_secs(seconds)),
    }
}

/// Rules that may be broken.
#[derive(Debug, Clone)]
pub(crate) struct Rules(pub(crate) Vec<Rule>);

fn rules(word: &str) -> Result<Rules, String> {
    match (word, Rule::by_word(word)) {
        ("lockout", _) => Ok(Rules(Rule::ALL.to_vec())),
        (_, Some(rule)) => Ok(Rules(vec![rule])),
        _ => {
            let words: Vec<_> = Rule::ALL.iter().map(|rule| rule.word()).collect();
            Err(format!("none of lockout, {}", words.join(", ")))
        }
    }
}
