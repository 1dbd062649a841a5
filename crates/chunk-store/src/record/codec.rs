//! Records to bytes and back.

use std::io::{Read as _, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::lines::{AnyVersion, HeadLine, Kind};
use super::{Body, Head, Record, RecordError};

const VERSION: u64 = 1;
const LEVEL: i32 = 3;
/// Largest window that a record may ask for, as a power of two: 8 MiB.
const WINDOW_LOG: u32 = 23;

type Writer = zstd::stream::write::Encoder<'static, Vec<u8>>;

impl Record {
    /// The bytes of the blob.
    ///
    /// # Errors
    /// When zstd runs out of memory.
    pub fn encode(&self) -> Result<Vec<u8>, RecordError> {
        let mut out = Writer::new(Vec::new(), LEVEL).map_err(RecordError::Compress)?;
        write_line(&mut out, &self.head_line())?;
        match &self.body {
            Body::Publish(paths) => paths.iter().try_for_each(|path| write_line(&mut out, path)),
            Body::Tombstone(paths) => paths.iter().try_for_each(|path| write_line(&mut out, path)),
            Body::Cache { .. } => Ok(()),
        }?;
        out.finish().map_err(RecordError::Compress)
    }

    /// Reads a blob that takes at most `limit` bytes when decompressed.
    ///
    /// # Errors
    /// [`RecordError::TooLarge`] as soon as it would take more; what else
    /// makes it no record of this version.
    pub fn parse(blob: &[u8], limit: usize) -> Result<Self, RecordError> {
        let text = decompress(blob, limit)?;
        let mut lines = text.strip_suffix(b"\n").ok_or(RecordError::Lines)?;
        let first = split_line(&mut lines).ok_or(RecordError::Lines)?;
        let AnyVersion { version } = read_line(1, first)?;
        if version != VERSION {
            return Err(RecordError::Version(version));
        }
        let head: HeadLine = read_line(1, first)?;
        let rest = (text.len() > first.len() + 1).then_some(lines);
        let body = match (head.kind, head.destroyed) {
            (Kind::Publish, None) => Body::Publish(read_lines(rest)?),
            (Kind::Tombstone, None) => Body::Tombstone(read_lines(rest)?),
            (Kind::Cache, Some(destroyed)) if rest.is_none() => Body::Cache { destroyed },
            _ => return Err(RecordError::Lines),
        };
        Ok(Self {
            head: Head {
                cache_uid: head.cache_uid,
                cache_name: head.cache_name,
                settings: head.settings,
                time: head.time,
            },
            body,
        })
    }

    fn head_line(&self) -> HeadLine {
        let (kind, destroyed) = match self.body {
            Body::Publish(_) => (Kind::Publish, None),
            Body::Cache { destroyed } => (Kind::Cache, Some(destroyed)),
            Body::Tombstone(_) => (Kind::Tombstone, None),
        };
        HeadLine {
            version: VERSION,
            kind,
            cache_uid: self.head.cache_uid.clone(),
            cache_name: self.head.cache_name.clone(),
            settings: self.head.settings.clone(),
            time: self.head.time,
            destroyed,
        }
    }
}

fn write_line(out: &mut Writer, line: &impl Serialize) -> Result<(), RecordError> {
    serde_json::to_writer(&mut *out, line).map_err(RecordError::Write)?;
    out.write_all(b"\n").map_err(RecordError::Compress)
}

/// The content of the one zstd frame that `blob` must be.
fn decompress(blob: &[u8], limit: usize) -> Result<Vec<u8>, RecordError> {
    let whole = zstd_safe::find_frame_compressed_size(blob).map_err(|_| RecordError::Frame)?;
    // Skippable frames have a size too, but not the first byte of a real one.
    if whole != blob.len() || blob.first() != Some(&0x28) {
        return Err(RecordError::Frame);
    }
    let mut decoder =
        zstd::stream::read::Decoder::with_buffer(blob).map_err(RecordError::Decompress)?;
    decoder
        .window_log_max(WINDOW_LOG)
        .map_err(RecordError::Decompress)?;
    let mut text = Vec::new();
    decoder
        .single_frame()
        .take(limit as u64 + 1)
        .read_to_end(&mut text)
        .map_err(RecordError::Decompress)?;
    if text.len() > limit {
        return Err(RecordError::TooLarge(limit));
    }
    Ok(text)
}

/// Takes a line without its end off the front, the rest if there is no end.
fn split_line<'a>(lines: &mut &'a [u8]) -> Option<&'a [u8]> {
    if lines.is_empty() {
        return None;
    }
    let end = lines.iter().position(|byte| *byte == b'\n');
    let line = &lines[..end.unwrap_or(lines.len())];
    *lines = end.map_or(&[], |end| &lines[end + 1..]);
    Some(line)
}

fn read_lines<T: DeserializeOwned>(lines: Option<&[u8]>) -> Result<Vec<T>, RecordError> {
    lines.map_or(Ok(Vec::new()), |lines| {
        (2..)
            .zip(lines.split(|byte| *byte == b'\n'))
            .map(|(number, line)| read_line(number, line))
            .collect()
    })
}

fn read_line<T: DeserializeOwned>(line: usize, bytes: &[u8]) -> Result<T, RecordError> {
    serde_json::from_slice(bytes).map_err(|source| RecordError::Line { line, source })
}
