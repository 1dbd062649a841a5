//! The NAR of a path, made from its files as they lie there.
//!
//! Plain blocking reads, sorted names, links never followed, a bounded buffer whatever the size:
//! the same bytes as `nix-store --dump`.

use std::fs::File;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nar_format::nar::{Encoder, NarError};
use rustix::buffer::spare_capacity;
use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

/// Bytes from which on what was gathered is handed on; twice as many have room.
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

/// Dumps `path` into `sink`, in pieces of at most 512 KiB.
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
            .map_err(|source| nar(path, source))?;
        self.flush_if_full()
    }

    fn file(&mut self, path: &Path) -> Result<(), DumpError> {
        let changed = || DumpError::Changed {
            path: path.to_owned(),
        };
        // What was put in the place of the file meanwhile is neither followed nor waited for.
        let flags = OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::LOOP | Errno::NXIO) => return Err(changed()),
            Err(errno) => return Err(io(path, errno.into())),
        };
        let meta = file.metadata().map_err(|source| io(path, source))?;
        if !meta.is_file() {
            return Err(changed());
        }
        let size = meta.len();
        let executable = meta.permissions().mode() & 0o100 != 0;
        self.encoder
            .file(executable, size, &mut self.out)
            .map_err(|source| nar(path, source))?;
        let mut left = size;
        loop {
            self.out.reserve(1);
            let room = self.out.capacity() - self.out.len();
            let read = || rustix::io::read(&file, spare_capacity(&mut self.out));
            let got = retry_on_intr(read).map_err(|errno| io(path, errno.into()))?;
            // One byte more than there was at first is as wrong as one less.
            left = left.checked_sub(got as u64).ok_or_else(changed)?;
            self.flush_if_full()?;
            // There was room for more, so this was the end.
            if left == 0 && got < room {
                break;
            }
            if got == 0 {
                return Err(changed());
            }
        }
        self.encoder
            .end_file(size, &mut self.out)
            .map_err(|source| nar(path, source))?;
        self.flush_if_full()
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
mod tests;
