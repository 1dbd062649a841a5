//! Listing a folder as keys.

use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::Path;

use super::super::{BlobEntry, BlobResult};
use super::folder::{Folder, io_error};

/// Folders within each other that are looked into; keys need two.
const DEPTH: usize = 4;

struct Walk<'a> {
    prefix: &'a str,
    after: Option<&'a str>,
    limit: usize,
    found: Vec<BlobEntry>,
}

impl Folder {
    /// Files below the root as keys, in byte order. Symbolic links and names
    /// that are not UTF-8 are passed over.
    pub(super) fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> BlobResult<Vec<BlobEntry>> {
        self.is_there()?;
        let mut walk = Walk {
            prefix,
            after,
            limit,
            found: Vec::new(),
        };
        walk.folder(self.root(), "", DEPTH)?;
        Ok(walk.found)
    }
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, key: &str, depth: usize) -> BlobResult<()> {
        for (name, entry) in sorted_entries(path)? {
            if self.found.len() >= self.limit {
                break;
            }
            let key = format!("{key}{name}");
            if !name.ends_with('/') {
                self.file(&entry, key)?;
            } else if depth > 1 && self.may_hold(&key) {
                self.folder(&entry.path(), &key, depth - 1)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, entry: &DirEntry, key: String) -> BlobResult<()> {
        if !key.starts_with(self.prefix) || self.after.is_some_and(|after| key.as_str() <= after) {
            return Ok(());
        }
        match entry.metadata() {
            Ok(metadata) => {
                let size = metadata.len();
                self.found.push(BlobEntry { key, size });
                Ok(())
            }
            // Deleted since the folder was read.
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            Err(e) => Err(io_error("look at", &entry.path(), e)),
        }
    }

    /// Whether keys that start so can belong to the listing.
    fn may_hold(&self, folder: &str) -> bool {
        let wanted = folder.starts_with(self.prefix) || self.prefix.starts_with(folder);
        let passed = |after: &str| folder < after && !after.starts_with(folder);
        wanted && !self.after.is_some_and(passed)
    }
}

/// Files by name and folders by name and a slash, in the order of keys.
fn sorted_entries(path: &Path) -> BlobResult<Vec<(String, DirEntry)>> {
    let failed = |e| io_error("list", path, e);
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let Ok(mut name) = entry.file_name().into_string() else {
            continue;
        };
        if kind.is_dir() {
            name.push('/');
        } else if !kind.is_file() {
            continue;
        }
        entries.push((name, entry));
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(entries)
}
