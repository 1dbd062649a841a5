//! The program that measures the building blocks: an example of `chunk-store`,
//! so that this task itself links neither codec nor hash.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::shell;
use crate::workspace::{self, Profile};

/// What it answers to a word and some folders.
///
/// # Errors
/// If it does not compile, fails, or answers what cannot be read.
pub(crate) fn call<T: DeserializeOwned>(
    profile: Profile,
    what: &str,
    folders: impl IntoIterator<Item = impl AsRef<Path>>,
) -> Result<T> {
    let mut command = command(profile, what)?;
    for folder in folders {
        command.arg(folder.as_ref());
    }
    serde_json::from_str(&shell::read(&mut command)?).context("reading what was measured")
}

/// The program, as it now stands, with its first word.
///
/// # Errors
/// If it does not compile.
pub(crate) fn command(profile: Profile, what: &str) -> Result<Command> {
    let mut build = workspace::cargo();
    build.args(["build", "--quiet", "--package", "chunk-store"]);
    build.args(["--example", "measure"]);
    if matches!(profile, Profile::Release) {
        build.arg("--release");
    }
    shell::quiet(&mut build)?;
    let folder = workspace::target_dir()?.join(profile.folder());
    let mut command = Command::new(folder.join("examples/measure"));
    command.arg(what);
    Ok(command)
}
