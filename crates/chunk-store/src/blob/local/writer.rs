//! A blob on its way into a folder.

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;

use super::super::{BlobError, BlobResult, BlobWriter, BoxFuture};
use super::blocking;
use super::folder::{Folder, TmpFile, io_error};
use crate::BlobKey;

/// Bytes of one write. Whole blocks at their multiples: the kernel then holds a blob in large
/// pieces, which reading it while it is in memory is twice as fast for.
const BLOCK: usize = 512 * 1024;

pub(super) struct LocalWriter {
    folder: Arc<Folder>,
    /// Away while a blocking thread writes to it, and for good after an
    /// error or a write that was abandoned half-way.
    tmp: Option<TmpFile>,
    /// A copy, since small slices may keep large buffers alive.
    buffer: Vec<u8>,
}

impl LocalWriter {
    pub(super) fn open(folder: Arc<Folder>) -> BlobResult<Self> {
        let tmp = Some(folder.tmp_file()?);
        let buffer = Vec::new();
        Ok(Self {
            folder,
            tmp,
            buffer,
        })
    }

    fn take_tmp(&mut self) -> BlobResult<TmpFile> {
        self.tmp.take().ok_or_else(gone)
    }
}

impl BlobWriter for LocalWriter {
    fn write(&mut self, mut bytes: Bytes) -> BoxFuture<'_, BlobResult<()>> {
        Box::pin(async move {
            while self.buffer.len() + bytes.len() >= BLOCK {
                let mut tmp = self.take_tmp()?;
                let mut block = std::mem::take(&mut self.buffer);
                block.extend_from_slice(&bytes.split_to(BLOCK - block.len()));
                let written = blocking(move || {
                    write_all(&mut tmp, &block)?;
                    block.clear();
                    Ok((tmp, block))
                });
                let (tmp, block) = written.await?;
                (self.tmp, self.buffer) = (Some(tmp), block);
            }
            if self.tmp.is_none() {
                return Err(gone());
            }
            self.buffer.extend_from_slice(&bytes);
            Ok(())
        })
    }

    fn commit<'a>(mut self: Box<Self>, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<()>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let mut tmp = self.take_tmp()?;
            let buffer = std::mem::take(&mut self.buffer);
            let (folder, key) = (Arc::clone(&self.folder), key.clone());
            blocking(move || {
                write_all(&mut tmp, &buffer)?;
                folder.commit(tmp, &key)
            })
            .await
        })
    }
}

fn gone() -> BlobError {
    BlobError::Unavailable("an earlier write failed".to_owned())
}

fn write_all(tmp: &mut TmpFile, bytes: &[u8]) -> BlobResult<()> {
    let written = tmp.file.write_all(bytes);
    written.map_err(|e| io_error("write to", tmp.path(), e))
}
