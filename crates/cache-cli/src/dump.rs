//! The NAR of a path, made from its files as they lie there.
//!
//! Plain blocking reads, sorted names, links never followed, a bounded buffer whatever the size:
//! the same bytes as `nix-store --dump`.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nar_format::nar::{Encoder, NarError};

/// Bytes read at once from a file.
const BLOCK: usize = 256 * 1024;

/// Why a path could not be dumped.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Its reason.
        source: std::io::Error,
    },
    /// Neither a regular file, nor a folder, nor a link.
    #[error("{} is neither a file, nor a folder, nor a link", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// Somebody writes to a file of the store.
    #[error("{} changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A name or a depth that a NAR cannot hold.
    #[error("{} does not fit into an archive", path.display())]
    Nar {
        /// The file.
        path: PathBuf,
        /// The rule.
        source: NarError,
    },
    /// Whoever takes the bytes has had enough.
    #[error("stopped")]
    Stopped,
}

/// Takes the bytes of a NAR in order; `false` ends the dump with [`DumpError::Stopped`].
pub type Sink<'a> = dyn FnMut(&[u8]) -> bool + 'a;

/// Dumps `path` into `sink`, in pieces of at most some 256 KiB.
///
/// # Errors
/// When a file cannot be read, is of a kind that has no NAR, or changes meanwhile.
pub fn dump(path: &Path, sink: &mut Sink<'_>) -> Result<(), DumpError> {
    let meta = std::fs::symlink_metadata(path).map_err(|source| io(path, source))?;
    let kind = meta.file_type();
    let mut dump = Dump {
        encoder: Encoder::new(),
        out: Vec::with_capacity(2 * BLOCK),
        sink,
    };
    dump.node(path, kind)?;
    dump.encoder.finish().map_err(|source| nar(path, source))?;
    dump.flush()
}

/// The length of the NAR of `path`, for stores that do not know it.
///
/// # Errors
/// As [`dump`].
pub fn measure(path: &Path) -> Result<u64, DumpError> {
    let mut size = 0;
    dump(path, &mut |bytes| {
        size += bytes.len() as u64;
        true
    })?;
    Ok(size)
}

struct Dump<'a, 'b> {
    encoder: Encoder,
    /// Bytes not handed on yet; contents of small files are gathered here too.
    out: Vec<u8>,
    sink: &'a mut Sink<'b>,
}

impl Dump<'_, '_> {
    fn node(&mut self, path: &Path, kind: std::fs::FileType) -> Result<(), DumpError> {
        if kind.is_file() {
            self.file(path)
        } else if kind.is_dir() {
            self.directory(path)
        } else if kind.is_symlink() {
            let target = std::fs::read_link(path).map_err(|source| io(path, source))?;
            let target = target.into_os_string().into_vec();
            self.encoder
                .symlink(&target, &mut self.out)
                .map_err(|source| nar(path, source))?;
            self.flush_if_full()
        } else {
            Err(DumpError::Kind {
                path: path.to_owned(),
            })
        }
    }

    fn directory(&mut self, path: &Path) -> Result<(), DumpError> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|source| io(path, source))? {
            let entry = entry.map_err(|source| io(path, source))?;
            let kind = entry
                .file_type()
                .map_err(|source| io(&entry.path(), source))?;
            entries.push((entry.file_name(), kind));
        }
        entries.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        self.encoder
            .enter_directory(&mut self.out)
            .map_err(|source| nar(path, source))?;
        for (name, kind) in entries {
            let child = path.join(&name);
            self.encoder
                .entry(name.as_bytes(), &mut self.out)
                .map_err(|source| nar(&child, source))?;
            self.node(&child, kind)?;
        }
        self.encoder
            .leave_directory(&mut self.out)
            .map_err(|source| nar(path, source))
    }

    fn file(&mut self, path: &Path) -> Result<(), DumpError> {
        let mut file = File::open(path).map_err(|source| io(path, source))?;
        let meta = file.metadata().map_err(|source| io(path, source))?;
        self.same_file(path, &meta)?;
        let size = meta.len();
        let executable = meta.permissions().mode() & 0o100 != 0;
        self.encoder
            .file(executable, size, &mut self.out)
            .map_err(|source| nar(path, source))?;
        let mut left = size;
        while left > 0 {
            let block = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
            let start = self.out.len();
            self.out.resize(start + block, 0);
            file.read_exact(&mut self.out[start..])
                .map_err(|source| match source.kind() {
                    std::io::ErrorKind::UnexpectedEof => DumpError::Changed {
                        path: path.to_owned(),
                    },
                    _ => io(path, source),
                })?;
            left -= block as u64;
            self.flush_if_full()?;
        }
        // One byte more than there was at first is as wrong as one less.
        if file.read(&mut [0]).map_err(|source| io(path, source))? != 0 {
            return Err(DumpError::Changed {
                path: path.to_owned(),
            });
        }
        self.encoder
            .end_file(size, &mut self.out)
            .map_err(|source| nar(path, source))?;
        self.flush_if_full()
    }

    /// Opening follows links, so a file that was put in place of another in between, or a link to
    /// elsewhere, must be told apart.
    fn same_file(&self, path: &Path, opened: &Metadata) -> Result<(), DumpError> {
        let named = std::fs::symlink_metadata(path).map_err(|source| io(path, source))?;
        let same = (named.dev(), named.ino()) == (opened.dev(), opened.ino());
        match same && opened.file_type().is_file() {
            true => Ok(()),
            false => Err(DumpError::Changed {
                path: path.to_owned(),
            }),
        }
    }

    fn flush_if_full(&mut self) -> Result<(), DumpError> {
        match self.out.len() >= BLOCK {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), DumpError> {
        let go_on = self.out.is_empty() || (self.sink)(&self.out);
        self.out.clear();
        match go_on {
            true => Ok(()),
            false => Err(DumpError::Stopped),
        }
    }
}

fn io(path: &Path, source: std::io::Error) -> DumpError {
    DumpError::Io {
        path: path.to_owned(),
        source,
    }
}

fn nar(path: &Path, source: NarError) -> DumpError {
    DumpError::Nar {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn dumped(path: &Path) -> Result<Vec<u8>, DumpError> {
        let mut nar = Vec::new();
        dump(path, &mut |bytes| {
            assert!(bytes.len() <= 2 * BLOCK, "a piece of {} bytes", bytes.len());
            nar.extend_from_slice(bytes);
            true
        })?;
        Ok(nar)
    }

    #[test]
    fn a_single_file_is_as_the_format_says() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("f");
        std::fs::write(&path, "hello").expect("file");
        let mut want = Vec::new();
        for word in [
            "nix-archive-1",
            "(",
            "type",
            "regular",
            "contents",
            "hello",
            ")",
        ] {
            want.extend((word.len() as u64).to_le_bytes());
            want.extend(word.as_bytes());
            want.resize(want.len().next_multiple_of(8), 0);
        }
        assert_eq!(dumped(&path).expect("dumped"), want);
        assert_eq!(measure(&path).expect("measured"), want.len() as u64);
    }

    #[test]
    fn links_are_not_followed() {
        let dir = tempfile::tempdir().expect("folder");
        symlink("/etc/passwd", dir.path().join("link")).expect("link");
        symlink("nowhere", dir.path().join("broken")).expect("link");
        let nar = dumped(dir.path()).expect("dumped");
        let text = String::from_utf8_lossy(&nar);
        assert!(
            text.contains("/etc/passwd") && text.contains("nowhere") && !text.contains("root:")
        );
    }

    #[test]
    fn a_socket_has_no_nar() {
        let dir = tempfile::tempdir().expect("folder");
        let _socket =
            std::os::unix::net::UnixListener::bind(dir.path().join("socket")).expect("socket");
        assert!(matches!(dumped(dir.path()), Err(DumpError::Kind { .. })));
    }

    #[test]
    fn a_file_that_grows_or_shrinks_meanwhile_is_told() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("f");
        for (name, len) in [
            ("grows", 3 * BLOCK as u64 + 1),
            ("shrinks", BLOCK as u64 + 1),
        ] {
            std::fs::write(&path, vec![7; 3 * BLOCK]).expect("file");
            let result = dump(&path, &mut |_| {
                let file = std::fs::OpenOptions::new()
                    .write(true)
                    .open(&path)
                    .expect("file");
                file.set_len(len).expect("changed");
                true
            });
            assert!(
                matches!(result, Err(DumpError::Changed { .. })),
                "{name}: {result:?}"
            );
        }
    }

    #[test]
    fn who_takes_the_bytes_may_stop() {
        let dir = tempfile::tempdir().expect("folder");
        std::fs::write(dir.path().join("f"), vec![0; 4 * BLOCK]).expect("file");
        let mut calls = 0;
        let result = dump(dir.path(), &mut |_| {
            calls += 1;
            false
        });
        assert!(matches!(result, Err(DumpError::Stopped)));
        assert_eq!(calls, 1);
    }

    #[test]
    fn what_is_not_there_or_not_readable_is_named() {
        let error = dump(Path::new("/absent/x"), &mut |_| true).expect_err("absent");
        assert_eq!(error.to_string(), "cannot read /absent/x");
    }
}
