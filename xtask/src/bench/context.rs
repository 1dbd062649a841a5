//! What every measurement stands on: programs, folders, corpora.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::How;
use crate::cleanup::TempDir;
use crate::corpus::{self, Corpus};
use crate::garret::{Client, Programs, Server, Settings};
use crate::shell::step;
use crate::workspace::Profile;
use crate::{host, nix, shell, workspace};

/// Where Nix's stores go: never on ext4, which slows down for minutes where many
/// files were removed.
const MEMORY: &str = "/dev/shm";

/// One run.
pub(crate) struct Bench {
    /// How to measure.
    pub(crate) how: How,
    /// Release builds.
    pub(crate) programs: Programs,
    disk: TempDir,
    memory: TempDir,
}

impl Bench {
    /// Builds the programs and makes the folders.
    ///
    /// # Errors
    /// If something is missing on this machine.
    pub(crate) fn new(how: &How) -> Result<Self> {
        host::ensure(&[host::CORPUS, host::BENCH])?;
        nix::require()?;
        step("building garretd and garret for release");
        Ok(Self {
            how: how.clone(),
            programs: Programs::build(Profile::Release)?,
            disk: TempDir::within(&workspace::target_dir()?, "bench")?,
            memory: TempDir::within(Path::new(MEMORY), "garret-bench")?,
        })
    }

    /// Rounds.
    pub(crate) fn rounds(&self) -> std::ops::Range<u32> {
        0..self.how.runs
    }

    /// A new folder on the disk on which caches lie.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn on_disk(&self, name: &str) -> Result<PathBuf> {
        fresh(self.disk.path(), name)
    }

    /// A new folder in memory, for what is pulled.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn in_memory(&self, name: &str) -> Result<PathBuf> {
        fresh(self.memory.path(), name)
    }

    /// A server on an empty folder of its own.
    ///
    /// # Errors
    /// If it does not start.
    pub(crate) fn garretd(&self, name: &str) -> Result<Server> {
        Server::start(&self.programs, &self.on_disk(name)?, &Settings::default())
    }

    /// A client with a new home, logged in to a server for all of a cache.
    ///
    /// # Errors
    /// If the client or the server fails.
    pub(crate) fn garret(&self, server: &Server, cache: &str) -> Result<Client> {
        let client = Client::new(&self.programs, &self.on_disk("home")?, None)?;
        client.login("bench", &server.url(), &server.token(cache)?)?;
        Ok(client)
    }

    /// The closure that is pushed, and its rebuild.
    ///
    /// # Errors
    /// If they cannot be made.
    pub(crate) fn pair(&self) -> Result<(Corpus, Corpus)> {
        corpus::demo_pair()
    }

    /// Leaves everything where it is.
    pub(crate) fn finish(self) {
        if self.how.keep {
            let (disk, memory) = (self.disk.keep(), self.memory.keep());
            println!("left in {} and {}", disk.display(), memory.display());
        }
    }
}

/// A folder that was not there before: `name`, with a number where it is taken.
fn fresh(base: &Path, name: &str) -> Result<PathBuf> {
    for number in 0.. {
        let path = base.join(format!("{name}-{number}"));
        if !path.exists() {
            std::fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
            return Ok(path);
        }
    }
    unreachable!("there is a number for every folder")
}

/// Writes out what is still in memory, so that no run pays for the one before.
///
/// # Errors
/// If the program is not there.
pub(crate) fn settle() -> Result<()> {
    shell::quiet(&mut Command::new("sync"))
}
