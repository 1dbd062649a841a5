//! Everything a command may know about the process it runs in, handed in by the binary.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The surroundings of one command. Nothing in this crate reads the environment, the clock or the
/// terminal by itself: it asks here, so that a test says what is true.
#[derive(Debug, Clone)]
pub struct Env {
    /// `$HOME`.
    pub home: PathBuf,
    /// `$XDG_CONFIG_HOME`, else `~/.config`.
    pub config_home: PathBuf,
    /// `$XDG_CACHE_HOME`, else `~/.cache`.
    pub cache_home: PathBuf,
    /// The current folder.
    pub cwd: PathBuf,
    /// `$NIX_CONF_DIR`, else `/etc/nix`.
    pub nix_conf_dir: PathBuf,
    /// `$NIX_REMOTE`: the store Nix itself would use.
    pub nix_remote: Option<String>,
    /// `$NIX_STORE_DIR` (also `$NIX_STORE`).
    pub nix_store_dir: Option<String>,
    /// `$NIX_STATE_DIR`.
    pub nix_state_dir: Option<PathBuf>,
    /// `$NIX_CONFIG`: lines that come after every nix.conf.
    pub nix_config: Option<String>,
    /// `$NIX_USER_CONF_FILES`, split at colons: the user's nix.conf files, first wins.
    pub nix_user_conf_files: Vec<PathBuf>,
    /// `$GARRET_TOKEN`: a token for `login`.
    pub token: Option<Secret>,
    /// Name of the user, if known.
    pub user: Option<String>,
    /// Names of the user's groups.
    pub groups: Vec<String>,
    /// Whether the user is root.
    pub is_root: bool,
    /// Whether stderr is a terminal: only then bars are drawn.
    pub stderr_is_terminal: bool,
    /// Whether stdin is a terminal: only then questions are asked.
    pub stdin_is_terminal: bool,
    /// Processor cores to use.
    pub cores: usize,
    /// Seconds since 1970.
    pub now: fn() -> u64,
    /// Time since some fixed moment; never goes back.
    pub monotonic: fn() -> Duration,
}

impl Env {
    /// Surroundings in which everything lives below `home` and nothing is set: for tests and
    /// embedders.
    pub fn isolated(home: &Path) -> Env {
        Env {
            home: home.to_owned(),
            config_home: home.join(".config"),
            cache_home: home.join(".cache"),
            cwd: home.to_owned(),
            nix_conf_dir: home.join("etc/nix"),
            nix_remote: None,
            nix_store_dir: None,
            nix_state_dir: None,
            nix_config: None,
            nix_user_conf_files: Vec::new(),
            token: None,
            user: None,
            groups: Vec::new(),
            is_root: false,
            stderr_is_terminal: false,
            stdin_is_terminal: false,
            cores: 2,
            now: || 0,
            monotonic: || Duration::ZERO,
        }
    }

    /// Garret's own configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.config_home.join("garret/config.toml")
    }

    /// The user's nix.conf: the first of `$NIX_USER_CONF_FILES`, else the usual place.
    pub fn user_nix_conf(&self) -> PathBuf {
        match self.nix_user_conf_files.first() {
            Some(first) => first.clone(),
            None => self.config_home.join("nix/nix.conf"),
        }
    }

    /// The machine's nix.conf.
    pub fn system_nix_conf(&self) -> PathBuf {
        self.nix_conf_dir.join("nix.conf")
    }
}

/// A token: whoever holds it may do what it says. Never printed, neither by `Debug` nor in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a token, without the blanks around it.
    pub fn new(text: &str) -> Secret {
        Secret(text.trim().to_owned())
    }

    /// The token itself, for the request that needs it and the file that keeps it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        Ok(Secret::new(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let mut env = Env::isolated(Path::new("/h"));
        env.token = Some(Secret::new(" eyJhbGciOi.payload.sig\n"));
        assert!(!format!("{env:?}").contains("payload"));
        assert_eq!(
            env.token.as_ref().map(Secret::expose),
            Some("eyJhbGciOi.payload.sig")
        );
    }
}
