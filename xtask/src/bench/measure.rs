//! The program that measures the building blocks: an example of `chunk-store`,
//! so that this task itself links neither codec nor hash.

use std::path::Path;

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
    let mut command = workspace::cargo();
    command.args([
        "run",
        "--quiet",
        "--package",
        "chunk-store",
        "--example",
        "measure",
    ]);
    if matches!(profile, Profile::Release) {
        command.arg("--release");
    }
    command.args(["--", what]);
    for folder in folders {
        command.arg(folder.as_ref());
    }
    serde_json::from_str(&shell::read(&mut command)?).context("reading what was measured")
}
