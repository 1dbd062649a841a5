//! `cargo xtask tidy`: what the compiler does not see. Layers, file sizes, lints
//! and licences of every crate, links and test names in the docs, generated
//! pages, words that have no place here.
//!
//! Each check is a function from the tree's text to a list of problems.

mod docs;
mod layers;
mod manifests;
mod sizes;
mod tree;
mod words;

use std::process::Command;

use anyhow::{Result, bail};

use crate::{gen_pages, shell, workspace};
use tree::Tree;

/// What to check.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Options {
    /// Leave out what has to build the programs first (the generated pages)
    #[arg(long)]
    fast: bool,
    /// Also list every function longer than the limit
    #[arg(long)]
    report: bool,
}

/// Runs every check.
///
/// # Errors
/// If one finds something; all findings stand on stderr.
pub(crate) fn run(options: &Options) -> Result<()> {
    let tree = Tree::read(&workspace::root())?;
    let metadata = workspace::metadata()?;
    let mut problems = layers::crates(&metadata);
    problems.extend(layers::modules(&tree));
    problems.extend(manifests::check(&metadata, &tree));
    problems.extend(words::check(&tree));
    problems.extend(docs::links(&tree));
    problems.extend(docs::architecture(&tree));
    problems.extend(docs::reliability(&tree));
    let sizes = sizes::Report::of(&tree);
    problems.extend(sizes.problems());
    println!("{}", sizes.summary());
    if options.report {
        for line in sizes.long_functions() {
            println!("{line}");
        }
    }
    problems.extend(flake()?);
    if !options.fast {
        problems.extend(gen_pages::stale()?);
    }
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    if !problems.is_empty() {
        bail!("tidy found {} problems", problems.len());
    }
    println!("tidy: clean");
    Ok(())
}

/// Whether flake.nix is Nix, asked of Nix where it is there.
fn flake() -> Result<Option<String>> {
    if !shell::has("nix-instantiate") {
        println!("flake.nix: not checked, no nix-instantiate here");
        return Ok(None);
    }
    let mut command = Command::new("nix-instantiate");
    command
        .args(["--parse", "flake.nix"])
        .current_dir(workspace::root());
    let (ok, _) = shell::try_read(&mut command)?;
    Ok((!ok).then(|| "flake.nix does not parse".to_owned()))
}
