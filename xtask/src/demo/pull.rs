//! Pulling with the real Nix into a store that is empty, as a member of a team
//! would: a private cache, its token in a netrc file, its key in nix.conf.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::table::Row;
use crate::corpus::Corpus;
use crate::garret::{CacheInfo, Server};
use crate::nix::{PathInfo, Store};
use crate::shell;

/// A sound key that has signed nothing here.
const STRANGER: &str = "stranger:0eXl0rzqXXHFn9xP4b4CwdZQAkf8nX3+yjdCMzAlb38=";

/// Someone who pulls.
pub(crate) struct Puller<'a> {
    /// Where stores and logs go.
    pub(crate) folder: &'a Path,
    /// The cache.
    pub(crate) info: &'a CacheInfo,
    /// Whose counters are read.
    pub(crate) server: &'a Server,
    /// The file with the token.
    pub(crate) netrc: &'a Path,
}

impl Puller<'_> {
    /// Sees to it that Nix takes nothing when it trusts another key.
    ///
    /// # Errors
    /// If it takes something.
    pub(crate) fn refused_with_another_key(&self, corpus: &Corpus) -> Result<()> {
        let store = self.store("refused")?;
        let mut realise = self.realise(&store, STRANGER, &corpus.top);
        let (ok, _) = shell::try_read(realise.stderr(Stdio::null()))?;
        if ok || store.has(&corpus.top)? {
            bail!("Nix took a path whose signing key it does not trust");
        }
        eprintln!("with another key in trusted-public-keys Nix refuses it, as it should");
        Ok(())
    }

    /// Substitutes a whole closure, verifies it, and compares every path's hash
    /// and size with the store it was pushed from.
    ///
    /// # Errors
    /// If Nix fails, or anything differs.
    pub(crate) fn whole(&self, step: &'static str, corpus: &Corpus) -> Result<Row> {
        let store = self.store(step)?;
        let before = self.server.counts()?;
        let start = Instant::now();
        let mut realise = self.realise(&store, &self.info.keys(), &corpus.top);
        let log = self.folder.join("nix-store.log");
        let output = fs::File::create(&log).context("making Nix's log")?;
        let (ok, _) = shell::try_read(realise.stderr(output))?;
        let seconds = start.elapsed().as_secs_f64();
        if !ok {
            let log = fs::read_to_string(&log).unwrap_or_default();
            bail!("Nix could not substitute the closure:\n{log}");
        }
        let after = self.server.counts()?;
        store.verify()?;
        same(&corpus.paths, &store.closure(&corpus.top)?)?;
        Ok(Row {
            step,
            paths: corpus.paths.len(),
            nar_bytes: corpus.nar_bytes(),
            sent: after.nars_sent - before.nars_sent,
            stored: self.server.stored()?,
            saved: None,
            seconds,
            hits: after.hits - before.hits,
        })
    }

    /// An empty store with a home of its own, so that nothing is remembered.
    fn store(&self, name: &str) -> Result<Store> {
        let name = name.replace(' ', "-");
        let home = self.folder.join(format!("nix-home-{name}"));
        Store::new(&self.folder.join(format!("store-{name}")), &home)
    }

    fn realise(&self, store: &Store, keys: &str, path: &str) -> Command {
        let settings = format!(
            "substituters = {}\ntrusted-public-keys = {keys}\nrequire-sigs = true\nnetrc-file = {}\n",
            self.info.substituter,
            self.netrc.display(),
        );
        let mut command = store.command("nix-store", &settings);
        command.args(["--realise", path]);
        command
    }
}

/// Whether two stores hold the same paths with the same bytes.
fn same(pushed: &[PathInfo], pulled: &[PathInfo]) -> Result<()> {
    if pushed.len() != pulled.len() {
        bail!(
            "{} paths were pushed and {} pulled",
            pushed.len(),
            pulled.len()
        );
    }
    for (ours, theirs) in pushed.iter().zip(pulled) {
        if ours != theirs {
            bail!("pushed and pulled differ: {ours:?} and {theirs:?}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_seen() {
        let info = |path: &str, size| PathInfo {
            path: path.to_owned(),
            nar_hash: "sha256-x".to_owned(),
            nar_size: size,
        };
        assert!(same(&[info("a", 1)], &[info("a", 1)]).is_ok());
        assert!(same(&[info("a", 1)], &[info("a", 2)]).is_err());
        assert!(same(&[info("a", 1)], &[]).is_err());
        assert!(same(&[info("a", 1)], &[info("b", 1)]).is_err());
    }
}
