//! Garret's own programs as other processes: built, started, called.

pub(crate) mod client;
pub(crate) mod http;
pub(crate) mod server;

use std::path::PathBuf;

use anyhow::Result;

pub(crate) use client::{CacheInfo, Client};
pub(crate) use server::{Server, Settings};

use crate::workspace::{self, Profile};

/// The programs of one build.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Builds them as the tree now stands.
    ///
    /// # Errors
    /// If one does not compile.
    pub(crate) fn build(profile: Profile) -> Result<Self> {
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
