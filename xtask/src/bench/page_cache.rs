//! Files in the page cache, in a state that does not depend on who wrote them.
//!
//! The kernel holds a file in pieces as large as the writes or reads that brought it in, and
//! copying it out costs twice as much where they are small.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use anyhow::{Context, Result};
use rustix::fs::{Advice, fadvise};

/// Reads every file below a folder.
///
/// # Errors
/// If one cannot be read.
pub(crate) fn warm(folder: &Path) -> Result<()> {
    each_file(folder, &|file| {
        io::copy(file, &mut io::sink()).map(drop)?;
        Ok(())
    })
}

/// Puts every file below a folder into the state after a start of the machine: read from the disk,
/// whatever was in memory of it.
///
/// # Errors
/// If one cannot be read.
pub(crate) fn read_anew(folder: &Path) -> Result<()> {
    each_file(folder, &|file| {
        // What was not written yet would stay in memory as it is.
        file.sync_data()?;
        fadvise(&*file, 0, None, Advice::DontNeed)?;
        Ok(())
    })?;
    warm(folder)
}

fn each_file(folder: &Path, work: &dyn Fn(&mut File) -> io::Result<()>) -> Result<()> {
    let entries = fs::read_dir(folder);
    for entry in entries.with_context(|| format!("listing {}", folder.display()))? {
        let entry = entry.with_context(|| format!("listing {}", folder.display()))?;
        let path = entry.path();
        let context = || format!("reading {}", path.display());
        let kind = entry.file_type().with_context(context)?;
        if kind.is_dir() {
            each_file(&path, work)?;
        } else if kind.is_file() {
            let mut file = File::open(&path).with_context(context)?;
            work(&mut file).with_context(context)?;
        }
    }
    Ok(())
}
