//! Changing a file that belongs to the user: whole or not at all, keeping mode and owner.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::error::{Result, io_error};

/// Whether `path` itself is a symbolic link (as NixOS and home-manager make them).
pub fn is_symlink(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_symlink())
}

/// The text of a file, `None` when there is none.
pub fn read_optional(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", path, error)),
    }
}

/// Puts `text` in place of the file, through a temporary file in the same folder. An existing
/// file keeps its mode and owner; a new one gets `mode`. `tighten` takes away what others may do
/// with an existing one too, for files that hold tokens.
pub fn write_atomic(path: &Path, text: &str, mode: u32, tighten: bool) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| io_error("make the folder", folder, error))?;
    let old = fs::symlink_metadata(path).ok();
    let mode = match &old {
        Some(meta) if tighten => meta.permissions().mode() & 0o700,
        Some(meta) => meta.permissions().mode() & 0o7777,
        None => mode,
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.garret-{}", std::process::id()));
    let written = write_new(&temporary, text, mode, old.as_ref()).and_then(|()| {
        fs::rename(&temporary, path).and_then(|()| fs::File::open(folder)?.sync_all())
    });
    written.map_err(|error| {
        // Whatever became of the temporary file, the error to tell is the first one.
        let _ = fs::remove_file(&temporary);
        io_error("write", path, error)
    })
}

fn write_new(
    path: &Path,
    text: &str,
    mode: u32,
    old: Option<&fs::Metadata>,
) -> std::io::Result<()> {
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    if let Some(old) = old {
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            std::os::unix::fs::fchown(&file, Some(old.uid()), Some(old.gid()))?;
        }
    }
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("file").permissions().mode() & 0o7777
    }

    #[test]
    fn modes_are_kept_or_tightened_and_nothing_is_left_over() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("deep/netrc");
        write_atomic(&path, "one", 0o600, true).expect("new");
        assert_eq!(
            (mode(&path), fs::read_to_string(&path).expect("text")),
            (0o600, "one".to_owned())
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        write_atomic(&path, "two", 0o600, false).expect("kept");
        assert_eq!(mode(&path), 0o640);
        write_atomic(&path, "three", 0o600, true).expect("tightened");
        assert_eq!(mode(&path), 0o600);
        let names: Vec<_> = fs::read_dir(path.parent().expect("folder"))
            .expect("list")
            .collect();
        assert_eq!(names.len(), 1, "a temporary file stayed: {names:?}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_leaves_the_old_text() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("conf");
        fs::create_dir(&path).expect("a folder in the way");
        assert!(write_atomic(&path, "text", 0o644, false).is_err());
        assert!(path.is_dir());
    }
}
