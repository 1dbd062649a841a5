//! Where things are: the workspace's root, its target folder, its packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{host, shell};

/// The part of `cargo metadata` that the tasks look at.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    /// Every package of the workspace and, unless asked without, of its dependencies.
    pub(crate) packages: Vec<Package>,
    /// Where cargo builds.
    pub(crate) target_directory: PathBuf,
}

/// One package.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its Cargo.toml.
    pub(crate) manifest_path: PathBuf,
    /// What it depends on.
    pub(crate) dependencies: Vec<Dependency>,
    /// The licence expression it states.
    pub(crate) license: Option<String>,
}

/// One dependency as a package states it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Dependency {
    /// The package's name.
    pub(crate) name: String,
    /// `dev`, `build`, or nothing for an ordinary one.
    pub(crate) kind: Option<String>,
    /// Where it is, for a package of this workspace.
    pub(crate) path: Option<PathBuf>,
    /// The features asked for.
    pub(crate) features: Vec<String>,
}

/// The workspace's root folder: that of the cargo which runs this, else that in
/// which this program was compiled. A target folder may be shared by clones.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// A `cargo` command in the workspace's root, the same cargo that runs this.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// What cargo knows of the workspace's own packages.
///
/// # Errors
/// If cargo fails or answers what cannot be read.
pub(crate) fn metadata() -> Result<Metadata> {
    let text = shell::read(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    serde_json::from_str(&text).context("reading cargo metadata")
}

/// The folder cargo builds in.
///
/// # Errors
/// As [`metadata`].
pub(crate) fn target_dir() -> Result<PathBuf> {
    Ok(metadata()?.target_directory)
}

/// How the programs are compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Profile {
    /// As the tests use them.
    Dev,
    /// As they are given to others.
    Release,
}

impl Profile {
    /// The folder of such programs in the target folder.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// The path of a program of this workspace, built as it now stands.
///
/// # Errors
/// If it does not compile.
pub(crate) fn binary(name: &str) -> Result<PathBuf> {
    build(Profile::Dev)?;
    Ok(target_dir()?.join(Profile::Dev.folder()).join(name))
}

/// Builds the programs, but for this one.
///
/// # Errors
/// If one does not compile, or what that takes is missing.
pub(crate) fn build(profile: Profile) -> Result<()> {
    host::ensure(&[host::BUILD])?;
    let mut command = cargo();
    command.args([
        "build",
        "--quiet",
        "--workspace",
        "--bins",
        "--exclude=xtask",
    ]);
    if matches!(profile, Profile::Release) {
        command.arg("--release");
    }
    shell::quiet(&mut command)
}
