//! One chunk as one independent zstd frame (format: RFC 8878).
//!
//! A frame tells its content size, has neither checksum nor dictionary id,
//! and asks for a window of at most [`MAX_RAW`]. Frames laid end to end are a
//! valid `.zst` stream. [`check_header`] proves the shape of a frame without
//! decoding it; only [`Decoder::decode`] and a digest prove its content.

mod check;

use std::fmt;

use zstd_safe::{CCtx, CParameter, DCtx};

pub use check::check_header;

/// Most raw bytes of a frame: the largest chunk.
pub const MAX_RAW: usize = 512 * 1024;

/// Why a frame is refused or could not be made. One variant a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A frame of no raw bytes, or of more than [`MAX_RAW`].
    #[error("frame of {0} raw bytes, not 1 to {MAX_RAW}")]
    RawLength(u64),
    /// More bytes than [`compress_bound`] allows.
    #[error("frame has {len} bytes, more than {bound}")]
    AboveBound {
        /// Bytes of the frame.
        len: usize,
        /// Most bytes for its raw length.
        bound: usize,
    },
    /// A skippable frame, which carries no content.
    #[error("skippable frame")]
    Skippable,
    /// The first four bytes are not those of a zstd frame.
    #[error("not a zstd frame")]
    Magic,
    /// A bit that the format keeps at zero is set.
    #[error("reserved bit set in the frame header")]
    Reserved,
    /// The frame carries a checksum.
    #[error("frame has a checksum")]
    Checksum,
    /// The frame names a dictionary.
    #[error("frame has a dictionary id")]
    Dictionary,
    /// The header does not tell the content size.
    #[error("frame does not tell its content size")]
    NoContentSize,
    /// The header tells another content size than was announced.
    #[error("frame tells {told} raw bytes, announced were {announced}")]
    ContentSize {
        /// What the header tells.
        told: u64,
        /// What was announced.
        announced: u64,
    },
    /// Decoding would take a window of more than [`MAX_RAW`].
    #[error("frame wants a window of {0} bytes, more than {MAX_RAW}")]
    Window(u64),
    /// A block of the reserved type.
    #[error("block of a reserved type")]
    BlockType,
    /// A block that is larger than the format allows.
    #[error("block of {len} bytes, more than {max}")]
    BlockLength {
        /// What the block's header tells.
        len: usize,
        /// Most for this frame.
        max: usize,
    },
    /// Its blocks can never yield the content size.
    #[error("blocks do not add up to the content size")]
    BlockSum,
    /// The bytes end before the frame does.
    #[error("frame is cut short")]
    Truncated,
    /// The frame ends before the bytes do.
    #[error("{0} bytes after the end of the frame")]
    Trailing(usize),
    /// The content does not decode; the text is zstd's.
    #[error("frame does not decode: {0}")]
    Corrupt(&'static str),
    /// The content decodes to fewer bytes than the header tells.
    #[error("frame decodes to {got} bytes instead of {want}")]
    DecodedLength {
        /// Bytes that came out.
        got: usize,
        /// Bytes that the header tells.
        want: usize,
    },
    /// zstd could not compress; the text is zstd's.
    #[error("cannot compress: {0}")]
    Encode(&'static str),
}

/// Makes frames. Keep one per thread: it holds zstd's working memory.
pub struct Encoder {
    context: CCtx<'static>,
    scratch: Vec<u8>,
}

impl Encoder {
    /// An encoder for a zstd level; zstd takes one out of its range as the
    /// nearest in it.
    ///
    /// # Errors
    /// [`FrameError::Encode`] when zstd does not take the parameters.
    pub fn new(level: i32) -> Result<Self, FrameError> {
        let mut context = CCtx::try_create().ok_or(FrameError::Encode("out of memory"))?;
        for parameter in [
            CParameter::CompressionLevel(level),
            CParameter::ContentSizeFlag(true),
            CParameter::ChecksumFlag(false),
            CParameter::DictIdFlag(false),
        ] {
            context.set_parameter(parameter).map_err(encode_error)?;
        }
        Ok(Self {
            context,
            scratch: Vec::with_capacity(compress_bound(MAX_RAW)),
        })
    }

    /// The frame of these raw bytes.
    ///
    /// # Errors
    /// [`FrameError::RawLength`] for none or too many bytes,
    /// [`FrameError::Encode`] when zstd fails.
    pub fn encode(&mut self, raw: &[u8]) -> Result<Vec<u8>, FrameError> {
        check_raw_len(raw.len())?;
        self.scratch.clear();
        self.context
            .compress2(&mut self.scratch, raw)
            .map_err(encode_error)?;
        Ok(self.scratch.as_slice().to_vec())
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

/// Opens frames. Keep one per thread: it holds zstd's working memory and a
/// buffer of [`MAX_RAW`] bytes.
pub struct Decoder {
    context: DCtx<'static>,
    raw: Vec<u8>,
}

impl Decoder {
    /// A decoder.
    pub fn new() -> Self {
        Self {
            context: DCtx::create(),
            raw: vec![0; MAX_RAW],
        }
    }

    /// The raw bytes of a frame, which must be `raw_len` many. Never writes
    /// more than that, whatever the frame says. The digest is the caller's to
    /// compare.
    ///
    /// # Errors
    /// Those of [`check_header`]; [`FrameError::Corrupt`] and
    /// [`FrameError::DecodedLength`] when the content is not what the header
    /// tells.
    pub fn decode(&mut self, frame: &[u8], raw_len: usize) -> Result<&[u8], FrameError> {
        check_raw_len(raw_len)?;
        let announced = u32::try_from(raw_len).map_err(|_| FrameError::RawLength(u64::MAX))?;
        check_header(frame, announced)?;
        let target = &mut self.raw[..raw_len];
        let got = self
            .context
            .decompress(target, frame)
            .map_err(|code| FrameError::Corrupt(zstd_safe::get_error_name(code)))?;
        if got != raw_len {
            return Err(FrameError::DecodedLength { got, want: raw_len });
        }
        Ok(&self.raw[..raw_len])
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").finish_non_exhaustive()
    }
}

/// xxh3-64 of a frame: what is compared whenever stored bytes are sent.
pub fn frame_sum(frame: &[u8]) -> u64 {
    twox_hash::XxHash3_64::oneshot(frame)
}

/// Most bytes that the frame of `raw_len` raw bytes may have: zstd's own
/// bound for incompressible input.
pub const fn compress_bound(raw_len: usize) -> usize {
    let small = 128 * 1024;
    let margin = if raw_len < small {
        (small - raw_len) >> 11
    } else {
        0
    };
    raw_len + (raw_len >> 8) + margin
}

fn check_raw_len(raw_len: usize) -> Result<(), FrameError> {
    if (1..=MAX_RAW).contains(&raw_len) {
        Ok(())
    } else {
        Err(FrameError::RawLength(raw_len as u64))
    }
}

fn encode_error(code: zstd_safe::ErrorCode) -> FrameError {
    FrameError::Encode(zstd_safe::get_error_name(code))
}

#[cfg(test)]
mod tests;
