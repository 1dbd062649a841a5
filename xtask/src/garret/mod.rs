//! Garret's own programs as other processes: built, started, called.

pub(crate) mod client;
pub(crate) mod http;
pub(crate) mod server;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub(crate) use client::{CacheInfo, Client, Pushed};
pub(crate) use server::{Server, Settings};

use crate::workspace::{self, Profile};

/// The programs of one build.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Those that are in a folder.
    ///
    /// # Errors
    /// If it is not there.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let folder = std::fs::canonicalize(folder);
        Ok(Self {
            folder: folder.context("finding the programs")?,
        })
    }

    /// Builds them as the tree now stands.
    ///
    /// # Errors
    /// If one does not compile.
    pub(crate) fn build(profile: Profile) -> Result<Self> {
        crate::shell::step("building garretd and garret");
        workspace::build(profile)?;
        let folder = workspace::target_dir()?.join(profile.folder());
        Ok(Self { folder })
    }

    /// The client.
    pub(crate) fn garret(&self) -> PathBuf {
        self.folder.join("garret")
    }

    /// The server.
    pub(crate) fn garretd(&self) -> PathBuf {
        self.folder.join("garretd")
    }
}
