//! NARs out of a folder of compressed ones.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Every NAR of a folder, in the order of their names.
pub(crate) fn read(folder: &Path) -> Result<Vec<Vec<u8>>> {
    paths(folder)?.iter().map(|path| one(path)).collect()
}

/// The files that hold them.
pub(crate) fn paths(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    below(folder, ".nar.zst", &mut found)?;
    found.sort();
    Ok(found)
}

/// One of them.
pub(crate) fn one(path: &Path) -> Result<Vec<u8>> {
    let file = fs::File::open(path).with_context(|| format!("opening {}", path.display()))?;
    zstd::decode_all(file).with_context(|| format!("decoding {}", path.display()))
}

/// Files below a folder whose names end so.
pub(crate) fn below(folder: &Path, end: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry.context("listing a folder")?.path();
        if path.is_dir() {
            below(&path, end, found)?;
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
    Ok(())
}
