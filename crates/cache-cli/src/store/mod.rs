//! The local Nix store: which paths a closure has, what Nix knows of each, and where their files
//! are.
//!
//! Nix keeps its facts in one SQLite database, which this module reads directly: one recursive
//! query for a whole closure, no process a path, no C++ library. Where the database cannot be
//! read, the `nix` command is asked, once for the whole closure.

mod command;
mod location;
mod resolve;
mod sqlite;

use std::path::PathBuf;

use nar_format::{NarHash, StoreDir, StorePath};

pub use location::StoreLocation;

use crate::error::{CliError, ErrorKind, Result};

/// What Nix knows of one valid path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathFacts {
    /// The path.
    pub path: StorePath,
    /// SHA-256 of its NAR.
    pub nar_hash: NarHash,
    /// Bytes of its NAR; old databases do not have it.
    pub nar_size: Option<u64>,
    /// What it refers to, sorted, itself included where it does.
    pub references: Vec<StorePath>,
    /// The derivation that made it.
    pub deriver: Option<StorePath>,
    /// Its signatures, `NAME:BASE64`.
    pub sigs: Vec<String>,
    /// Its content address, where it has one.
    pub ca: Option<String>,
    /// Whether it was built on this machine.
    pub ultimate: bool,
}

/// An open store.
#[derive(Debug, Clone)]
pub struct LocalStore {
    location: StoreLocation,
}

impl LocalStore {
    /// Takes the store at this location. Nothing is read yet.
    pub fn open(location: StoreLocation) -> LocalStore {
        LocalStore { location }
    }

    /// Where the store is.
    pub fn location(&self) -> &StoreLocation {
        &self.location
    }

    /// The folder that the store's paths are named by, `/nix/store` as a rule.
    pub fn store_dir(&self) -> &StoreDir {
        &self.location.store_dir
    }

    /// Where the files of a path are; differs from its name in a chroot store.
    pub fn real_path(&self, path: &StorePath) -> PathBuf {
        self.location.real_dir.join(path.base_name())
    }

    /// The store path that an argument means: the path itself, something below it, or a link to
    /// it such as `./result`.
    ///
    /// # Errors
    /// When it leads nowhere, or out of the store.
    pub fn resolve(&self, argument: &str) -> Result<StorePath> {
        resolve::resolve(&self.location, argument)
    }

    /// Facts of these paths and of everything they need (`recursive`), or of these alone, each
    /// once, sorted by path.
    ///
    /// # Errors
    /// When a path is not valid in this store, or neither the database nor `nix` can be read.
    pub fn facts(&self, roots: &[StorePath], recursive: bool) -> Result<Vec<PathFacts>> {
        if roots.is_empty() {
            return Ok(Vec::new());
        }
        let mut facts = match sqlite::facts(&self.location, roots, recursive) {
            Ok(facts) => facts,
            Err(unreadable) => {
                tracing::debug!(error = %unreadable.one_line(), "asking the nix command instead");
                command::facts(&self.location, roots, recursive)
                    .map_err(|error| error.or_because(unreadable))?
            }
        };
        facts.sort_by(|a, b| a.path.cmp(&b.path));
        facts.dedup_by(|a, b| a.path == b.path);
        self.check_roots(roots, &facts)?;
        Ok(facts)
    }

    fn check_roots(&self, roots: &[StorePath], facts: &[PathFacts]) -> Result<()> {
        let missing = |root: &&StorePath| {
            facts
                .binary_search_by(|facts| facts.path.cmp(root))
                .is_err()
        };
        match roots.iter().find(missing) {
            None => Ok(()),
            Some(root) => {
                let path = root.absolute(self.store_dir());
                let store = &self.location.store;
                Err(CliError::new(
                    ErrorKind::Store,
                    format!("{path} is not a valid path of the store {store}"),
                )
                .hint(format!(
                    "build or fetch it first: nix-store --realise {path}"
                ))
                .hint("another store is named by --store DIR"))
            }
        }
    }
}
