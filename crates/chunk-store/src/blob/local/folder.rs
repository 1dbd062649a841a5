//! The blocking half of the local store: one folder on a disk.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::super::{BlobError, BlobResult};
use crate::BlobKey;

const FOLDERS: [&str; 4] = ["packs", "records", "store", "tmp"];

/// A folder that holds blobs.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// An identity key was seen here: without one the folder is another.
    identified: AtomicBool,
    /// Folders whose own entry is known to be durable.
    durable: Mutex<HashSet<PathBuf>>,
    next_tmp: AtomicU64,
}

/// A file in `tmp/` that goes when it is dropped.
#[derive(Debug)]
pub(super) struct TmpFile {
    pub(super) file: File,
    path: PathBuf,
}

impl TmpFile {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TmpFile {
    fn drop(&mut self) {
        // What cannot be removed stays listed under `tmp/` for the sweep.
        let _ = fs::remove_file(&self.path);
    }
}

impl Folder {
    pub(super) fn open(root: PathBuf) -> BlobResult<Self> {
        make_private_folder(&root).map_err(|e| io_error("make the folder", &root, e))?;
        for name in FOLDERS {
            let path = root.join(name);
            match make_folder(&path) {
                Err(e) if e.kind() != ErrorKind::AlreadyExists => {
                    return Err(io_error("make the folder", &path, e));
                }
                _ => {}
            }
        }
        sync_folder(&root)?;
        let folder = Self {
            root,
            identified: AtomicBool::new(false),
            durable: Mutex::default(),
            next_tmp: AtomicU64::new(0),
        };
        folder.is_there()?;
        folder.probe_hard_links()?;
        Ok(folder)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Tells a missing store from a missing blob.
    pub(super) fn is_there(&self) -> BlobResult<()> {
        let path = self.root.join("store");
        let gone = |why: &str| BlobError::Unavailable(format!("{} {why}", path.display()));
        let mut entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Err(gone("is gone")),
            Err(e) => return Err(io_error("list", &path, e)),
        };
        let empty = entries.next().is_none();
        if empty && self.identified.load(Ordering::Relaxed) {
            return Err(gone("has lost its identity"));
        }
        self.identified.fetch_or(!empty, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn read(&self, key: &BlobKey, offset: u64, len: usize) -> BlobResult<Bytes> {
        let path = self.path(key);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => {
                self.is_there()?;
                return Err(BlobError::NotFound(key.clone()));
            }
            Err(e) => return Err(io_error("open", &path, e)),
        };
        let failed = |e| io_error("read", &path, e);
        let size = file.metadata().map_err(failed)?.len();
        let wanted = offset.saturating_add(len as u64);
        if wanted > size {
            let key = key.clone();
            return Err(BlobError::Short { key, size, wanted });
        }
        let mut bytes = vec![0; len];
        file.read_exact_at(&mut bytes, offset).map_err(failed)?;
        Ok(bytes.into())
    }

    pub(super) fn size(&self, key: &BlobKey) -> BlobResult<Option<u64>> {
        let path = self.path(key);
        match fs::symlink_metadata(&path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(e) if e.kind() == ErrorKind::NotFound => self.is_there().map(|()| None),
            Err(e) => Err(io_error("look at", &path, e)),
        }
    }

    pub(super) fn delete(&self, key: &BlobKey) -> BlobResult<()> {
        let path = self.path(key);
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == ErrorKind::NotFound => self.is_there(),
            Err(e) => Err(io_error("delete", &path, e)),
        }
    }

    /// A new file in `tmp/`. Names are taken by nobody else: process id and a
    /// counter, and the next number where an earlier process left a file.
    pub(super) fn tmp_file(&self) -> BlobResult<TmpFile> {
        loop {
            let number = self.next_tmp.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}-{number}", std::process::id());
            let path = self.root.join("tmp").join(name);
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(0o600);
            match options.open(&path) {
                Ok(file) => return Ok(TmpFile { file, path }),
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) if e.kind() == ErrorKind::NotFound => {
                    self.is_there()?;
                    return Err(io_error("make", &path, e));
                }
                Err(e) => return Err(io_error("make", &path, e)),
            }
        }
    }

    /// Makes a written file durable under its key.
    pub(super) fn commit(&self, tmp: TmpFile, key: &BlobKey) -> BlobResult<()> {
        // A mount point may have the same folders; what is written there is
        // gone when the disk is back.
        self.is_there()?;
        let synced = tmp.file.sync_all();
        synced.map_err(|e| io_error("sync", &tmp.path, e))?;
        let target = self.path(key);
        // A key always has a folder.
        let parent = target.parent().unwrap_or(&self.root);
        self.make_durable(parent)?;
        match fs::hard_link(&tmp.path, &target) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                return Err(BlobError::AlreadyExists(key.clone()));
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {
                self.known_durable().remove(parent);
                self.is_there()?;
                return Err(io_error("link", &target, e));
            }
            Err(e) => return Err(link_error(&target, e)),
        }
        sync_folder(parent)?;
        if key.identity_parts().is_some() {
            self.identified.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Makes sure that the folder of a key is there and survives power loss.
    /// That another thread made it does not say that it is synced.
    fn make_durable(&self, folder: &Path) -> BlobResult<()> {
        if self.known_durable().contains(folder) {
            return Ok(());
        }
        match make_folder(folder) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => {
                self.is_there()?;
                return Err(io_error("make the folder", folder, e));
            }
        }
        sync_folder(folder.parent().unwrap_or(&self.root))?;
        self.known_durable().insert(folder.to_owned());
        Ok(())
    }

    fn known_durable(&self) -> std::sync::MutexGuard<'_, HashSet<PathBuf>> {
        // Sound after a panic elsewhere: no step leaves the set half changed.
        self.durable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn path(&self, key: &BlobKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    /// Fails on a file system that has no hard links, at the start instead of
    /// at the first upload.
    fn probe_hard_links(&self) -> BlobResult<()> {
        let tmp = match self.tmp_file() {
            // A full disk still serves what it holds.
            Err(BlobError::Full(_)) => return Ok(()),
            other => other?,
        };
        let target = tmp.path.with_extension("link");
        let linked = fs::hard_link(&tmp.path, &target);
        let _ = fs::remove_file(&target);
        match linked.map_err(|e| link_error(&target, e)) {
            Err(error @ BlobError::Unsuitable(_)) => Err(error),
            _ => Ok(()),
        }
    }
}

/// Makes a folder for its owner alone (mode 0700) where it is absent, and those
/// above it. What was made here survives power loss: an empty one may have been
/// made by a process that was killed before it came to that.
///
/// # Errors
/// When a folder cannot be made or synced.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    let above = match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    };
    if path.is_dir() {
        return match is_empty(path)? {
            true => sync_where_allowed(above),
            false => Ok(()),
        };
    }
    make_private_folder(above)?;
    match make_folder(path) {
        // Another process makes it at the same time.
        Err(e) if e.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    File::open(above)?.sync_all()
}

fn is_empty(path: &Path) -> io::Result<bool> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        // Not one that was made here.
        Err(e) if e.kind() == ErrorKind::PermissionDenied => Ok(false),
        Err(e) => Err(e),
    }
}

/// A folder that may not be read is not one in which something was made here.
fn sync_where_allowed(path: &Path) -> io::Result<()> {
    match File::open(path) {
        Ok(folder) => folder.sync_all(),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => Ok(()),
        Err(e) => Err(e),
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

fn sync_folder(path: &Path) -> BlobResult<()> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|e| io_error("sync the folder", path, e))
}

fn link_error(target: &Path, error: io::Error) -> BlobError {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::Unsupported => BlobError::Unsuitable(format!(
            "no hard link can be made at {}: {error}",
            target.display()
        )),
        _ => io_error("link", target, error),
    }
}

pub(super) fn io_error(action: &str, path: &Path, source: io::Error) -> BlobError {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => BlobError::Full(source),
        _ => BlobError::Io {
            action: format!("{action} {}", path.display()),
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_the_caller_can_act_on() {
        let path = Path::new("/x/y");
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            let error = io_error("write to", path, kind.into());
            assert!(matches!(error, BlobError::Full(_)), "{error}");
            let error = link_error(path, kind.into());
            assert!(matches!(error, BlobError::Full(_)), "{error}");
        }
        for kind in [ErrorKind::PermissionDenied, ErrorKind::Unsupported] {
            let error = link_error(path, kind.into());
            assert!(matches!(error, BlobError::Unsuitable(_)), "{error}");
        }
        let error = io_error("write to", path, ErrorKind::BrokenPipe.into());
        assert_eq!(error.to_string(), "cannot write to /x/y");
    }
}
