//! Makes packs.

use std::collections::HashSet;

use bytes::Bytes;

use super::{ENTRY_LEN, HEADER_LEN, IndexEntry, MAGIC, PackError, PackLimits};
use crate::Digest;
use crate::frame::{check_header, frame_sum};

/// Collects frames into a pack that any [`Reader`](super::Reader) with the
/// same limits accepts. Holds the frames in memory.
#[derive(Clone, Debug)]
pub struct Builder {
    limits: PackLimits,
    index: Vec<u8>,
    frames: Vec<Bytes>,
    frame_bytes: u64,
    raw: u64,
    seen: HashSet<Digest>,
}

impl Builder {
    /// An empty pack.
    pub fn new(limits: PackLimits) -> Self {
        Self {
            limits,
            index: Vec::new(),
            frames: Vec::new(),
            frame_bytes: 0,
            raw: 0,
            seen: HashSet::new(),
        }
    }

    /// Whether one more frame of these lengths in bytes keeps the limits.
    pub fn fits(&self, frame_len: usize, raw_len: usize) -> bool {
        self.check_limits(frame_len, raw_len).is_ok()
    }

    /// Whether the pack holds this chunk.
    pub fn contains(&self, digest: &Digest) -> bool {
        self.seen.contains(digest)
    }

    /// Adds the frame of a chunk. What is refused changes nothing.
    ///
    /// # Errors
    /// A limit that it would break, [`PackError::Duplicate`] for a chunk that
    /// is in the pack, [`PackError::Frame`] for bytes that are no frame of
    /// `raw_len` raw bytes. The digest is believed.
    pub fn push(
        &mut self,
        digest: Digest,
        raw_len: u32,
        frame: impl Into<Bytes>,
    ) -> Result<(), PackError> {
        let frame = frame.into();
        // Not above u32, since the limit on frames is not.
        let index = self.frames.len() as u32;
        check_header(&frame, raw_len).map_err(|source| PackError::Frame { index, source })?;
        self.check_limits(frame.len(), raw_len as usize)?;
        if !self.seen.insert(digest) {
            return Err(PackError::Duplicate { index });
        }
        let entry = IndexEntry {
            digest,
            raw_len,
            frame_len: frame.len() as u32,
            sum: frame_sum(&frame),
        };
        self.index.extend(entry.to_bytes());
        self.frame_bytes += frame.len() as u64;
        self.raw += u64::from(raw_len);
        self.frames.push(frame);
        Ok(())
    }

    /// Frames so far.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is no frame yet. An empty pack is not a valid one.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Raw bytes so far.
    pub fn raw_bytes(&self) -> u64 {
        self.raw
    }

    /// Bytes that the blob has if it is finished now.
    pub fn bytes(&self) -> u64 {
        (HEADER_LEN + self.index.len()) as u64 + self.frame_bytes
    }

    /// The blob.
    pub fn finish(self) -> Vec<u8> {
        // The capacity is exact; frames go as they are copied.
        let mut blob = Vec::with_capacity(usize::try_from(self.bytes()).unwrap_or(0));
        for part in self.finish_parts() {
            blob.extend_from_slice(&part);
        }
        blob
    }

    /// The blob in pieces, without a copy of the frames: header and index,
    /// then each frame.
    pub fn finish_parts(self) -> Vec<Bytes> {
        let mut head = Vec::with_capacity(HEADER_LEN + self.index.len());
        head.extend_from_slice(MAGIC);
        head.extend_from_slice(&(self.frames.len() as u32).to_le_bytes());
        head.extend_from_slice(blake3::hash(&self.index).as_bytes());
        head.extend_from_slice(&self.index);
        let mut parts = Vec::with_capacity(1 + self.frames.len());
        parts.push(Bytes::from(head));
        parts.extend(self.frames);
        parts
    }

    fn check_limits(&self, frame_len: usize, raw_len: usize) -> Result<(), PackError> {
        let frames = u32::try_from(self.frames.len() + 1).unwrap_or(u32::MAX);
        let bytes = self.bytes() + (ENTRY_LEN + frame_len) as u64;
        let raw = self.raw + raw_len as u64;
        self.limits.check(frames, bytes, raw)
    }
}
