//! Reading what the kernel holds in memory, without ever waiting for a disk.
//!
//! A hop to a blocking thread costs more than copying a run from the page
//! cache, and a read that waits for a disk would hold up other tasks. Linux
//! can say which of the two it is.

use std::path::Path;
use std::sync::Arc;

use crate::blob::CachedBlob;
use crate::buffers::Buffers;

/// Opens a file, if its path is in memory.
#[cfg(target_os = "linux")]
pub(super) fn open(path: &Path, buffers: &Arc<Buffers>) -> Option<Box<dyn CachedBlob>> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};

    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = openat2(CWD, path, flags, Mode::empty(), ResolveFlags::CACHED).ok()?;
    Some(Box::new(Opened {
        file,
        buffers: Arc::clone(buffers),
    }))
}

/// Elsewhere no file system tells.
#[cfg(not(target_os = "linux"))]
pub(super) fn open(_path: &Path, _buffers: &Arc<Buffers>) -> Option<Box<dyn CachedBlob>> {
    None
}

#[cfg(target_os = "linux")]
struct Opened {
    file: std::os::fd::OwnedFd,
    buffers: Arc<Buffers>,
}

#[cfg(target_os = "linux")]
impl CachedBlob for Opened {
    fn read(&self, offset: u64, len: usize) -> Option<bytes::Bytes> {
        use std::io::IoSliceMut;

        use rustix::io::{ReadWriteFlags, preadv2};

        let mut bytes = self.buffers.any(len);
        let mut filled = 0;
        while filled < len {
            let rest = &mut [IoSliceMut::new(&mut bytes.bytes_mut()[filled..])];
            let at = offset.checked_add(filled as u64)?;
            // Beyond, the kernel would read from where the file stands.
            i64::try_from(at).ok()?;
            // The end of the file is for the read that may wait to judge.
            match preadv2(&self.file, rest, at, ReadWriteFlags::NOWAIT).ok()? {
                0 => return None,
                count => filled += count,
            }
        }
        Some(bytes::Bytes::from_owner(bytes))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn read(path: &Path, offset: u64, len: usize) -> Option<bytes::Bytes> {
        open(path, &Buffers::new(1 << 20))?.read(offset, len)
    }

    #[test]
    fn bytes_are_exact_or_absent() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("blob");
        assert_eq!(read(&path, 0, 1), None);
        let blob: Vec<u8> = (0..300_000u32).map(|i| (i % 251) as u8).collect();
        std::fs::write(&path, &blob).unwrap();
        for (offset, len) in [(0, 300_000), (5, 1), (299_999, 1), (4096, 100_000)] {
            let wanted = &blob[offset..offset + len];
            // A file system that cannot tell answers `None`; the ones that can
            // hold what was just written.
            if let Some(bytes) = read(&path, offset as u64, len) {
                assert_eq!(&bytes[..], wanted);
            }
        }
        assert_eq!(read(&path, 299_999, 2), None);
        assert_eq!(read(&path, u64::MAX, 2), None);
    }
}
