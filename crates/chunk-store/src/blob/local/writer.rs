//! A blob on its way into a folder.

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;

use super::super::{BlobError, BlobResult, BlobWriter, BoxFuture};
use super::blocking;
use super::folder::{Folder, TmpFile, io_error};
use crate::BlobKey;

/// Bytes that are collected before they are handed to a blocking thread.
const BUFFER: usize = 256 * 1024;

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
        self.tmp
            .take()
            .ok_or_else(|| BlobError::Unavailable("an earlier write failed".to_owned()))
    }
}

impl BlobWriter for LocalWriter {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, BlobResult<()>> {
        Box::pin(async move {
            if self.tmp.is_some() && self.buffer.len() + bytes.len() <= BUFFER {
                self.buffer.extend_from_slice(&bytes);
                return Ok(());
            }
            let mut tmp = self.take_tmp()?;
            let mut buffer = std::mem::take(&mut self.buffer);
            let written = blocking(move || {
                write_all(&mut tmp, &buffer)?;
                write_all(&mut tmp, &bytes)?;
                buffer.clear();
                Ok((tmp, buffer))
            });
            let (tmp, buffer) = written.await?;
            (self.tmp, self.buffer) = (Some(tmp), buffer);
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

fn write_all(tmp: &mut TmpFile, bytes: &[u8]) -> BlobResult<()> {
    let written = tmp.file.write_all(bytes);
    written.map_err(|e| io_error("write to", tmp.path(), e))
}
