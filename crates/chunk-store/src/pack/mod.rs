//! Packs, version 1: many frames in one immutable blob, their index in front.
//!
//! ```text
//! header  magic "GRTPACK1" 8 | frame count u32 | BLAKE3 of the index 32
//! index   per frame: digest 32 | raw_len u32 | frame_len u32 | xxh3-64 of the frame u64
//! frames  in index order, no gap; the blob ends with the last frame
//! ```
//!
//! Numbers are little endian. Frames travel and rest in packs, and a pack is
//! stored as it was sent: [`Builder`] makes one, [`Reader`] checks one while
//! it arrives.

mod builder;
mod reader;

use crate::frame::FrameError;
use crate::{Digest, FrameId};

pub use builder::Builder;
pub use reader::Reader;

const MAGIC: &[u8; 8] = b"GRTPACK1";
/// Bytes of the header.
const HEADER_LEN: usize = 8 + 4 + 32;
/// Bytes of an index entry.
const ENTRY_LEN: usize = 32 + 4 + 4 + 8;

/// What a pack may hold at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackLimits {
    /// Bytes of the whole blob.
    pub bytes: u64,
    /// Frames.
    pub frames: u32,
    /// Raw bytes of all frames together.
    pub raw: u64,
}

/// 16 MiB, 8,192 frames, 256 MiB raw.
impl Default for PackLimits {
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            frames: 8192,
            raw: 256 << 20,
        }
    }
}

impl PackLimits {
    fn check(&self, frames: u32, bytes: u64, raw: u64) -> Result<(), PackError> {
        if frames > self.frames {
            let limit = self.frames;
            Err(PackError::TooManyFrames { frames, limit })
        } else if bytes > self.bytes {
            let limit = self.bytes;
            Err(PackError::TooLarge { bytes, limit })
        } else if raw > self.raw {
            let limit = self.raw;
            Err(PackError::TooMuchRaw { raw, limit })
        } else {
            Ok(())
        }
    }
}

/// What the index says of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Name of the chunk: BLAKE3 of its raw bytes.
    pub digest: Digest,
    /// Raw bytes of the chunk.
    pub raw_len: u32,
    /// Bytes of the frame.
    pub frame_len: u32,
    /// xxh3-64 of the frame.
    pub sum: u64,
}

impl IndexEntry {
    fn to_bytes(self) -> [u8; ENTRY_LEN] {
        let mut bytes = [0; ENTRY_LEN];
        bytes[..32].copy_from_slice(self.digest.as_bytes());
        bytes[32..36].copy_from_slice(&self.raw_len.to_le_bytes());
        bytes[36..40].copy_from_slice(&self.frame_len.to_le_bytes());
        bytes[40..].copy_from_slice(&self.sum.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; ENTRY_LEN]) -> Self {
        Self {
            digest: Digest::from_bytes(array(&bytes[..32])),
            raw_len: u32::from_le_bytes(array(&bytes[32..36])),
            frame_len: u32::from_le_bytes(array(&bytes[36..40])),
            sum: u64::from_le_bytes(array(&bytes[40..])),
        }
    }
}

/// A frame that arrived whole and passed every check but decoding.
#[derive(Clone, Copy, Debug)]
pub struct PackFrame<'a> {
    /// What the index says of it.
    pub entry: IndexEntry,
    /// Where it starts, counted from the blob's first byte.
    pub offset: u64,
    /// Its id, computed from its bytes.
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

/// Why a pack is refused. One variant a rule; frames are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The blob does not start as a pack of this version.
    #[error("not a pack of version 1")]
    Magic,
    /// A pack without a frame.
    #[error("pack without a frame")]
    Empty,
    /// More frames than the limit.
    #[error("pack of {frames} frames, more than {limit}")]
    TooManyFrames {
        /// Frames that the header tells.
        frames: u32,
        /// Most that are taken.
        limit: u32,
    },
    /// More bytes than the limit.
    #[error("pack of {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Bytes of the blob, as far as its header and index tell.
        bytes: u64,
        /// Most that are taken.
        limit: u64,
    },
    /// More raw bytes than the limit.
    #[error("pack of {raw} raw bytes, more than {limit}")]
    TooMuchRaw {
        /// Raw bytes that the index tells.
        raw: u64,
        /// Most that are taken.
        limit: u64,
    },
    /// The index is not the one whose hash stands in the header.
    #[error("index does not match its hash")]
    IndexHash,
    /// The index tells lengths that no frame has.
    #[error("index entry {index} tells impossible lengths")]
    Entry {
        /// Which frame.
        index: u32,
        /// Which rule.
        #[source]
        source: FrameError,
    },
    /// A chunk that the pack holds already.
    #[error("frame {index} repeats a chunk of this pack")]
    Duplicate {
        /// Which frame.
        index: u32,
    },
    /// The bytes of a frame are not those of the index.
    #[error("frame {index} does not match its checksum")]
    Sum {
        /// Which frame.
        index: u32,
    },
    /// The bytes of a frame are not a frame as it must be.
    #[error("frame {index} is malformed")]
    Frame {
        /// Which frame.
        index: u32,
        /// Which rule.
        #[source]
        source: FrameError,
    },
    /// The blob ends before the last frame does.
    #[error("pack is cut short after {0} bytes")]
    Truncated(u64),
    /// The blob goes on after the last frame.
    #[error("bytes after the last frame of the pack")]
    Trailing,
}

/// A slice of known length as an array.
fn array<const N: usize>(slice: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(slice);
    array
}
