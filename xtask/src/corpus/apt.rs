//! Debian's archive, through apt's own programs.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::resolve::{self, Package};
use super::stanza;
use crate::shell;

/// How many packages one `apt-get download` is asked for.
const BATCH: usize = 64;

/// Resolves `seeds` against apt's lists, which are fetched if there are none.
///
/// # Errors
/// If apt fails or a seed does not exist.
pub(crate) fn resolve(seeds: &[&str]) -> Result<BTreeMap<String, Package>> {
    let arch = shell::read(Command::new("dpkg").arg("--print-architecture"))?;
    let mut index = stanza::parse_index(&dump()?, arch.trim());
    if !seeds.iter().all(|seed| index.contains_key(*seed)) {
        update()?;
        index = stanza::parse_index(&dump()?, arch.trim());
    }
    resolve::closure(&index, seeds)
}

fn dump() -> Result<String> {
    shell::read(Command::new("apt-cache").arg("dumpavail"))
}

/// Fetches apt's lists anew.
///
/// # Errors
/// If apt fails.
pub(crate) fn update() -> Result<()> {
    shell::run(Command::new("apt-get").args(["-qq", "update"]))
}

/// Fetches what is not yet in `debs`, each file as `SHA256.deb`.
///
/// # Errors
/// If the archive does not have a version any more, or a file is not the one
/// that the index names.
pub(crate) fn download(packages: &BTreeMap<String, Package>, debs: &Path) -> Result<()> {
    let file = |package: &Package| debs.join(format!("{}.deb", package.sha256));
    let missing: Vec<_> = packages.iter().filter(|(_, p)| !file(p).exists()).collect();
    let partial = debs.join("partial");
    std::fs::create_dir_all(&partial).context("making the folder for downloads")?;
    for batch in missing.chunks(BATCH) {
        let names = batch
            .iter()
            .map(|(name, p)| format!("{name}={}", p.version));
        shell::quiet(
            Command::new("apt-get")
                .args(["-qq", "-o", "APT::Sandbox::User=root", "download"])
                .args(names)
                .current_dir(&partial),
        )?;
        file_by_hash(&partial, debs)?;
    }
    for (name, package) in missing {
        if !file(package).exists() {
            bail!(
                "the download of {name} {} has another SHA-256 than the index says",
                package.version
            );
        }
    }
    std::fs::remove_dir_all(&partial).context("removing the folder for downloads")
}

fn file_by_hash(partial: &Path, debs: &Path) -> Result<()> {
    for entry in std::fs::read_dir(partial).context("listing downloads")? {
        let path = entry.context("listing downloads")?.path();
        let line = shell::read(Command::new("sha256sum").arg("-b").arg(&path))?;
        // A leading backslash says that the name that follows is escaped.
        let hash = line
            .trim_start_matches('\\')
            .split(' ')
            .next()
            .unwrap_or_default();
        std::fs::rename(&path, debs.join(format!("{hash}.deb")))
            .with_context(|| format!("moving {}", path.display()))?;
    }
    Ok(())
}
