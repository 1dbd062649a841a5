//! `cargo xtask gen`: the reference pages, written by the programs themselves.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{shell, workspace};

/// A program, the page it prints (`PROGRAM reference PAGE`), and the file's name.
const PAGES: &[(&str, &str, &str)] = &[
    ("garretd", "garretd-cli", "garretd"),
    ("garretd", "config", "config"),
    ("garretd", "api", "api"),
    ("garretd", "errors", "errors"),
    ("garretd", "metrics", "metrics"),
    ("garret", "cli", "garret"),
    ("routeros", "cli", "routeros-cli"),
    ("routeros", "file", "routeros-file"),
    ("routeros", "attributes", "routeros-attributes"),
    ("routeros", "errors", "routeros-errors"),
];

/// Writes every page.
///
/// # Errors
/// If a program cannot be built or fails, or a file cannot be written.
pub(crate) fn write() -> Result<()> {
    for (file, text) in pages()? {
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
        println!("{}", file.display());
    }
    Ok(())
}

/// The pages that are not as the programs print them.
///
/// # Errors
/// If a program cannot be built or fails.
pub(crate) fn stale() -> Result<Vec<String>> {
    let problems = pages()?
        .into_iter()
        .filter(|(file, text)| fs::read_to_string(file).ok().as_ref() != Some(text))
        .map(|(file, _)| format!("{} is out of date: run `cargo xtask gen`", file.display()));
    Ok(problems.collect())
}

fn pages() -> Result<Vec<(PathBuf, String)>> {
    let folder = workspace::root().join("docs/reference");
    fs::create_dir_all(&folder).context("making docs/reference")?;
    let mut pages = Vec::new();
    for (program, page, name) in PAGES {
        let bin = workspace::binary(program)?;
        let text = shell::read(std::process::Command::new(bin).args(["reference", page]))?;
        pages.push((
            folder.join(format!("{name}.md")),
            format!(
                "<!-- Written by `cargo xtask gen`; do not edit. -->\n\n{}\n",
                text.trim()
            ),
        ));
    }
    Ok(pages)
}
