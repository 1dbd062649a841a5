//! Packs: many frames in one blob, their index in front.

use bytes::Bytes;

use crate::{Digest, FrameId};

/// Limits of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackLimits {
    /// Most bytes of the whole blob.
    pub bytes: u64,
    /// Most frames.
    pub frames: u32,
    /// Most raw bytes of all frames together.
    pub raw: u64,
}
impl Default for PackLimits {
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            frames: 8192,
            raw: 256 << 20,
        }
    }
}

/// What the index says of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Name of the chunk.
    pub digest: Digest,
    /// Bytes of the chunk.
    pub raw_len: u32,
    /// Bytes of the frame.
    pub frame_len: u32,
    /// xxh3-64 of the frame.
    pub sum: u64,
}

/// A frame as it arrives.
#[derive(Clone, Copy, Debug)]
pub struct PackFrame<'a> {
    /// Its index entry.
    pub entry: IndexEntry,
    /// Where it starts, from the first byte of the blob.
    pub offset: u64,
    /// Its id.
    pub frame_id: FrameId,
    /// Its bytes.
    pub frame: &'a [u8],
}

/// What a whole pack held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackSummary {
    /// Frames.
    pub frames: u32,
    /// Bytes of the blob.
    pub bytes: u64,
    /// Raw bytes of all frames together.
    pub raw: u64,
}

/// Why a pack is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Placeholder.
    #[error("bad pack")]
    Bad,
}

/// Builds a pack.
#[derive(Debug)]
pub struct Builder {}
impl Builder {
    /// An empty pack.
    pub fn new(_limits: PackLimits) -> Self {
        unimplemented!()
    }
    /// Whether one more frame of this size fits.
    pub fn fits(&self, _frame_len: usize, _raw_len: usize) -> bool {
        unimplemented!()
    }
    /// Adds a frame.
    pub fn push(
        &mut self,
        _digest: Digest,
        _raw_len: u32,
        _frame: impl Into<Bytes>,
    ) -> Result<(), PackError> {
        unimplemented!()
    }
    /// Frames so far.
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Raw bytes so far.
    pub fn raw_bytes(&self) -> u64 {
        unimplemented!()
    }
    /// Bytes of the blob if it were finished now.
    pub fn bytes(&self) -> u64 {
        unimplemented!()
    }
    /// The blob.
    pub fn finish(self) -> Vec<u8> {
        unimplemented!()
    }
    /// The blob in pieces, without copying the frames.
    pub fn finish_parts(self) -> Vec<Bytes> {
        unimplemented!()
    }
}

/// Reads a pack while it arrives.
#[derive(Debug)]
pub struct Reader {}
impl Reader {
    /// For an uploaded pack.
    pub fn new(_limits: PackLimits) -> Self {
        unimplemented!()
    }
    /// Takes the next bytes; hands on whole, checked frames.
    pub fn push(
        &mut self,
        _input: &[u8],
        _sink: &mut dyn FnMut(PackFrame<'_>),
    ) -> Result<(), PackError> {
        unimplemented!()
    }
    /// The index, once it was read.
    pub fn index(&self) -> Option<&[IndexEntry]> {
        unimplemented!()
    }
    /// The end of the pack.
    pub fn finish(self) -> Result<PackSummary, PackError> {
        unimplemented!()
    }
}
