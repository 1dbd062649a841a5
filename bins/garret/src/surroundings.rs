//! The one place where the client reads the environment, the clock and the terminal.

use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use cache_cli::{CliError, Env, ErrorKind, Secret};

/// What is true for this process.
pub(crate) fn read() -> Result<Env, CliError> {
    monotonic();
    let home = folder("HOME").ok_or_else(|| {
        CliError::new(ErrorKind::Usage, "HOME is not set")
            .hint("garret keeps its logins below it: set HOME")
    })?;
    let cwd = std::env::current_dir().map_err(|error| {
        CliError::new(ErrorKind::Io, "the current folder is gone").because(error)
    })?;
    let (uid, gids) = identity();
    Ok(Env {
        config_home: folder("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config")),
        cache_home: folder("XDG_CACHE_HOME").unwrap_or_else(|| home.join(".cache")),
        home,
        cwd,
        nix_conf_dir: folder("NIX_CONF_DIR").unwrap_or_else(|| PathBuf::from("/etc/nix")),
        nix_remote: text("NIX_REMOTE"),
        nix_store_dir: text("NIX_STORE_DIR").or_else(|| text("NIX_STORE")),
        nix_state_dir: folder("NIX_STATE_DIR"),
        nix_config: text("NIX_CONFIG"),
        nix_user_conf_files: text("NIX_USER_CONF_FILES")
            .map(|files| files.split(':').map(PathBuf::from).collect())
            .unwrap_or_default(),
        token: text("GARRET_TOKEN").map(|token| Secret::new(&token)),
        user: text("USER").or_else(|| text("LOGNAME")),
        groups: groups(&gids),
        is_root: uid == Some(0),
        stderr_is_terminal: std::io::stderr().is_terminal(),
        stdin_is_terminal: std::io::stdin().is_terminal(),
        cores: std::thread::available_parallelism().map_or(2, usize::from),
        now: || {
            SystemTime::UNIX_EPOCH
                .elapsed()
                .map_or(0, |elapsed| elapsed.as_secs())
        },
        monotonic,
    })
}

fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn folder(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

fn monotonic() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The user's id and the ids of the user's groups, as the kernel has them.
fn identity() -> (Option<u32>, Vec<u32>) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let numbers = |name: &str| -> Vec<u32> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default()
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect()
    };
    let uid = numbers("Uid:").get(1).copied();
    // Without /proc (not Linux) the owner of the process's own files will do.
    let uid = uid.or_else(|| {
        std::fs::metadata(Path::new("/dev/fd"))
            .ok()
            .map(|meta| meta.uid())
    });
    (uid, [numbers("Gid:"), numbers("Groups:")].concat())
}

fn groups(ids: &[u32]) -> Vec<String> {
    let file = std::fs::read_to_string("/etc/group").unwrap_or_default();
    let name = |line: &str| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        ids.contains(&id.parse().ok()?).then(|| name.to_owned())
    };
    file.lines().filter_map(name).collect()
}
