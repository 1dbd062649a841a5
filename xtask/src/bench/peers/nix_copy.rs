//! `nix copy`, each time with a home of its own: Nix remembers on disk what it
//! has seen of a cache.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::nix::Store;
use crate::shell;

/// Pushes closures with zstd to a server that takes files, and answers the
/// seconds it took.
///
/// # Errors
/// If Nix fails; the message has its log.
pub(crate) fn to(store: &Store, tops: &[&str], server: SocketAddr, home: &Path) -> Result<f64> {
    let url = format!("http://{server}?compression=zstd");
    let store = Store::new(store.root(), home)?;
    timed(&store, "", &["copy", "--to", &url], tops, home)
}

/// Pulls a closure into the empty store `into`, and answers the seconds it took.
///
/// # Errors
/// As [`to`].
pub(crate) fn from(url: &str, keys: &str, top: &str, into: &Path, home: &Path) -> Result<f64> {
    let store = Store::new(into, home)?;
    let settings = format!("trusted-public-keys = {keys}\n");
    let seconds = timed(&store, &settings, &["copy", "--from", url], &[top], home)?;
    if !store.has(top)? {
        bail!("Nix says that it copied {top}, and it is not there");
    }
    Ok(seconds)
}

fn timed(store: &Store, settings: &str, words: &[&str], tops: &[&str], home: &Path) -> Result<f64> {
    let log = home.join("nix-copy.log");
    let output = std::fs::File::create(&log).context("making Nix's log")?;
    let mut command = store.command("nix", settings);
    command.args(words).args(tops).stderr(output);
    let start = Instant::now();
    let (ok, _) = shell::try_read(command.stdin(Stdio::null()))?;
    let seconds = start.elapsed().as_secs_f64();
    if !ok {
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        bail!("{} failed:\n{log}", shell::display(&command));
    }
    Ok(seconds)
}

/// Nix's version, as it says it.
///
/// # Errors
/// If it is not there.
pub(crate) fn version() -> Result<String> {
    let text = shell::read(std::process::Command::new("nix").arg("--version"))?;
    Ok(text.trim().to_owned())
}
