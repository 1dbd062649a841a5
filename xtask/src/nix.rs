//! The real Nix, kept away from this machine's own store and configuration: a
//! chroot store (`--store DIR`), and a home, caches and configuration of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::shell;

/// What Nix knows of one store path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PathInfo {
    /// `/nix/store/…`
    pub(crate) path: String,
    /// The NAR's SHA-256, as an SRI string.
    pub(crate) nar_hash: String,
    /// The NAR's bytes.
    pub(crate) nar_size: u64,
}

/// A chroot store with a home for the Nix that works on it.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    root: PathBuf,
    home: PathBuf,
}

impl Store {
    /// A store at `root`, made by Nix when first used; `home` holds Nix's caches.
    ///
    /// # Errors
    /// If the folders cannot be made.
    pub(crate) fn new(root: &Path, home: &Path) -> Result<Self> {
        fs::create_dir_all(root).with_context(|| format!("making {}", root.display()))?;
        fs::create_dir_all(home.join("etc"))
            .with_context(|| format!("making {}", home.display()))?;
        Ok(Self {
            root: fs::canonicalize(root).context("finding the store")?,
            home: fs::canonicalize(home).context("finding Nix's home")?,
        })
    }

    /// The folder given as `--store`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A Nix program that works on this store and reads nothing of this
    /// machine's configuration; `settings` are lines of nix.conf.
    pub(crate) fn command(&self, program: &str, settings: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .env("PATH", path)
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", &self.home)
            .env("NIX_CONF_DIR", self.home.join("etc"))
            .env("NIX_USER_CONF_FILES", "")
            .env(
                "NIX_CONFIG",
                format!("experimental-features = nix-command\nbuild-users-group =\nsubstituters =\n{settings}"),
            )
            .args(["--store".as_ref(), self.root.as_os_str()])
            .current_dir(&self.home);
        command
    }

    /// Facts of a path and everything it refers to, sorted by path.
    ///
    /// # Errors
    /// If Nix fails or its answer cannot be read.
    pub(crate) fn closure(&self, path: &str) -> Result<Vec<PathInfo>> {
        let mut command = self.command("nix", "");
        let text = shell::read(command.args(["path-info", "--json", "-r", path]))?;
        let mut infos: Vec<PathInfo> =
            serde_json::from_str(&text).context("reading nix path-info")?;
        infos.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(infos)
    }

    /// Whether the store holds a valid path.
    ///
    /// # Errors
    /// If Nix cannot be started.
    pub(crate) fn has(&self, path: &str) -> Result<bool> {
        let mut command = self.command("nix-store", "");
        command.args(["--check-validity", path]);
        Ok(shell::try_read(command.stderr(std::process::Stdio::null()))?.0)
    }

    /// Hashes every file of the store and compares with Nix's database.
    ///
    /// # Errors
    /// If anything differs.
    pub(crate) fn verify(&self) -> Result<()> {
        shell::quiet(self.command("nix-store", "").args([
            "--verify",
            "--check-contents",
            "--quiet",
        ]))
    }
}

/// Why Nix cannot build here, for all that is wrong at once.
///
/// # Errors
/// One error that lists what is missing.
pub(crate) fn require() -> Result<()> {
    let mut missing = Vec::new();
    let uid = shell::read(Command::new("id").arg("-u"))?;
    if uid.trim() != "0" {
        missing.push("root: Nix builds in a chroot store only as root".to_owned());
    }
    for (program, package) in [
        ("nix-build", "nix-bin"),
        ("nix-store", "nix-bin"),
        ("patchelf", "patchelf"),
        ("dpkg-deb", "dpkg (a Debian system)"),
        ("apt-cache", "apt (a Debian system)"),
    ] {
        if !shell::has(program) {
            missing.push(format!("{program}, from the Debian package {package}"));
        }
    }
    if !missing.is_empty() {
        bail!("missing here:\n  - {}", missing.join("\n  - "));
    }
    Ok(())
}
