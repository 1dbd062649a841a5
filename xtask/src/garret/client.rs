//! `garret` as a user would type it, with a home of its own.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Programs;
use crate::cleanup::Child;
use crate::nix::Store;
use crate::shell;

/// The last line of `garret push --json`, as far as it is read here.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Pushed {
    /// Paths of the closure.
    pub(crate) paths: u64,
    /// Paths that the server did not have.
    pub(crate) paths_pushed: u64,
    /// NAR bytes of those.
    pub(crate) nar_bytes: u64,
    /// Bytes of packs sent.
    pub(crate) bytes_sent: u64,
    /// NAR bytes of the pushed paths that needed no sending.
    pub(crate) bytes_known: u64,
    /// Requests made.
    pub(crate) requests: u64,
    /// From the first request to the last answer.
    pub(crate) seconds: f64,
    /// The whole command, from its start to its end.
    #[serde(skip)]
    pub(crate) wall: f64,
}

impl Pushed {
    /// Reads all that `garret push --json` wrote.
    ///
    /// # Errors
    /// If its last line is not a report.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let last = text.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("reading garret push: {last}"))
    }
}

/// What `garret cache info --json` says, as far as it is read here.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CacheInfo {
    /// The URL for nix.conf.
    pub(crate) substituter: String,
    /// Its signing keys.
    pub(crate) public_keys: Vec<PublicKey>,
}

impl CacheInfo {
    /// All its keys, as nix.conf wants them.
    pub(crate) fn keys(&self) -> String {
        let keys = self.public_keys.iter().map(|key| key.public_key.as_str());
        keys.collect::<Vec<_>>().join(" ")
    }
}

/// One signing key's public half.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PublicKey {
    /// As nix.conf wants it.
    pub(crate) public_key: String,
}

/// Writes a file that only its owner may read.
///
/// # Errors
/// If it is there already or cannot be written.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("making {}", path.display()))?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("writing {}", path.display()))
}

/// The client.
pub(crate) struct Client {
    program: PathBuf,
    home: PathBuf,
    /// Where it logs all it can, if it is to.
    log: Option<PathBuf>,
}

impl Client {
    /// A client that keeps its configuration below `home`, and logs all it can
    /// to `log` if there is one.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub(crate) fn new(programs: &Programs, home: &Path, log: Option<PathBuf>) -> Result<Self> {
        std::fs::create_dir_all(home).context("making the client's home")?;
        Ok(Self {
            program: programs.garret(),
            home: home.to_path_buf(),
            log,
        })
    }

    /// The program with its home, to be given arguments.
    ///
    /// # Errors
    /// If its log cannot be opened.
    pub(crate) fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        command
            .env("HOME", &self.home)
            .env("XDG_CONFIG_HOME", self.home.join(".config"))
            .env("XDG_CACHE_HOME", self.home.join(".cache"));
        if let Some(log) = &self.log {
            let mut options = std::fs::OpenOptions::new();
            let file = options.create(true).append(true).open(log);
            let file = file.with_context(|| format!("opening {}", log.display()))?;
            command.env("GARRET_LOG", "trace").stderr(file);
        }
        Ok(command)
    }

    /// How a user would call it in a shell.
    pub(crate) fn typed(&self) -> String {
        format!(
            "HOME={0} XDG_CONFIG_HOME={0}/.config {1}",
            self.home.display(),
            self.program.display()
        )
    }

    /// Logs in with a token on standard input.
    ///
    /// # Errors
    /// If the client fails.
    pub(crate) fn login(&self, server: &str, url: &str, token: &str) -> Result<()> {
        let mut command = self.command()?;
        command
            .args(["login", server, url, "-"])
            .stdin(Stdio::piped());
        let mut child = Child::spawn(&mut command)?;
        let mut stdin = child
            .inner()
            .stdin
            .take()
            .context("opening the client's input")?;
        writeln!(stdin, "{token}").context("handing over the token")?;
        drop(stdin);
        if !child.wait()?.success() {
            bail!("garret login failed");
        }
        Ok(())
    }

    /// Makes a cache and answers what its clients need to know.
    ///
    /// # Errors
    /// If the client fails or says what cannot be read.
    pub(crate) fn create(&self, cache: &str, visibility: &str) -> Result<CacheInfo> {
        let mut command = self.command()?;
        // What it says is for people, and stdout is for the task's own table.
        shell::read(command.args(["cache", "create", cache, visibility]))?;
        let text = shell::read(self.command()?.args(["cache", "info", cache, "--json"]))?;
        serde_json::from_str(&text).context("reading garret cache info")
    }

    /// The command that pushes closures out of a store, with `--json`.
    ///
    /// # Errors
    /// If the client's log cannot be opened.
    pub(crate) fn push_command(
        &self,
        cache: &str,
        store: &Store,
        tops: &[&str],
    ) -> Result<Command> {
        let mut command = self.command()?;
        command.args(["push", cache, "--json", "--all", "--store"]);
        command.arg(store.root()).args(tops);
        Ok(command)
    }

    /// Pushes closures out of a store.
    ///
    /// # Errors
    /// If the client fails or says what cannot be read.
    pub(crate) fn push(&self, cache: &str, store: &Store, tops: &[&str]) -> Result<Pushed> {
        let mut command = self.push_command(cache, store, tops)?;
        eprintln!("$ {}", shell::display(&command));
        let start = Instant::now();
        let text = shell::read(&mut command)?;
        let wall = start.elapsed().as_secs_f64();
        Ok(Pushed {
            wall,
            ..Pushed::parse(&text)?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_report() {
        let report = r#"{"paths":3,"paths_pushed":2,"nar_bytes":9,"bytes_sent":4,"bytes_known":1,"requests":5,"seconds":0.5}"#;
        let pushed = Pushed::parse(&format!("{{\"event\":\"x\"}}\n{report}\n")).unwrap();
        assert_eq!((pushed.paths, pushed.requests), (3, 5));
        assert!(Pushed::parse("").is_err());
    }
}
