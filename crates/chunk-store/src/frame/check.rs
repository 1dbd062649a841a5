//! The shape of a frame, checked without decoding it.
//!
//! Field layout after RFC 8878, sections 3.1.1 (frame), 3.1.1.1 (header) and
//! 3.1.1.2 (blocks).

use super::{FrameError, MAX_RAW, check_raw_len, compress_bound};

const MAGIC: u32 = 0xFD2F_B528;
/// Skippable frames start with any of sixteen magic numbers from here.
const SKIPPABLE: u32 = 0x184D_2A50;
/// No block holds more, however large the window is.
const BLOCK_LIMIT: usize = 128 * 1024;

/// Checks every rule that the bytes of a frame show without decoding: that
/// `frame` is exactly one standard zstd frame from its first to its last
/// byte, tells `raw_len` as its content size, has no checksum and no
/// dictionary id, wants a window of at most [`MAX_RAW`], and is no longer
/// than [`compress_bound`]. Takes time in proportion to the blocks.
///
/// # Errors
/// One variant of [`FrameError`] a rule.
pub fn check_header(frame: &[u8], raw_len: u32) -> Result<(), FrameError> {
    let announced = raw_len as usize;
    check_raw_len(announced)?;
    let bound = compress_bound(announced);
    if frame.len() > bound {
        let len = frame.len();
        return Err(FrameError::AboveBound { len, bound });
    }
    let header = Header::read(&mut Cursor(frame))?;
    if header.content_size != u64::from(raw_len) {
        return Err(FrameError::ContentSize {
            told: header.content_size,
            announced: u64::from(raw_len),
        });
    }
    if header.window > MAX_RAW as u64 {
        return Err(FrameError::Window(header.window));
    }
    let block_max = BLOCK_LIMIT.min(usize::try_from(header.window).unwrap_or(BLOCK_LIMIT));
    walk_blocks(Cursor(&frame[header.len..]), announced, block_max)
}

struct Header {
    /// Bytes of the header itself.
    len: usize,
    content_size: u64,
    window: u64,
}

impl Header {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, FrameError> {
        let whole = cursor.0.len();
        match cursor.little_endian(4)? {
            magic if magic == u64::from(MAGIC) => {}
            magic if magic & !0xF == u64::from(SKIPPABLE) => return Err(FrameError::Skippable),
            _ => return Err(FrameError::Magic),
        }
        let descriptor = cursor.byte()?;
        let single_segment = descriptor & 0x20 != 0;
        // Bit 4 is unused and bit 3 reserved; an encoder leaves both zero.
        if descriptor & 0x18 != 0 {
            return Err(FrameError::Reserved);
        }
        if descriptor & 0x04 != 0 {
            return Err(FrameError::Checksum);
        }
        if descriptor & 0x03 != 0 {
            return Err(FrameError::Dictionary);
        }
        let told_window = match single_segment {
            true => None,
            false => Some(window_size(cursor.byte()?)),
        };
        let content_size = match (descriptor >> 6, single_segment) {
            (0, false) => return Err(FrameError::NoContentSize),
            (0, true) => cursor.little_endian(1)?,
            (1, _) => cursor.little_endian(2)? + 256,
            (2, _) => cursor.little_endian(4)?,
            _ => cursor.little_endian(8)?,
        };
        Ok(Self {
            len: whole - cursor.0.len(),
            content_size,
            window: told_window.unwrap_or(content_size),
        })
    }
}

/// The window that a window descriptor stands for, in bytes: an exponent in
/// the upper five bits, eighths of that power in the lower three.
fn window_size(descriptor: u8) -> u64 {
    let base = 1u64 << (10 + (descriptor >> 3));
    base + base / 8 * u64::from(descriptor & 7)
}

/// Follows the block headers to the last block, which must end with the
/// bytes, and checks that the blocks can yield `raw_len` bytes at all.
fn walk_blocks(mut cursor: Cursor<'_>, raw_len: usize, block_max: usize) -> Result<(), FrameError> {
    // Raw and run-length blocks say how much they yield, compressed ones
    // yield anything from nothing to a whole block.
    let (mut sure, mut possible) = (0usize, 0usize);
    loop {
        let header = cursor.little_endian(3)? as usize;
        let (last, kind, len) = (header & 1 == 1, (header >> 1) & 3, header >> 3);
        if kind == 3 {
            return Err(FrameError::BlockType);
        }
        if len > block_max {
            let max = block_max;
            return Err(FrameError::BlockLength { len, max });
        }
        cursor.skip(if kind == 1 { 1 } else { len })?;
        if kind == 2 {
            possible += block_max;
        } else {
            sure += len;
        }
        if last {
            break;
        }
    }
    if sure > raw_len || sure + possible < raw_len {
        return Err(FrameError::BlockSum);
    }
    match cursor.0.len() {
        0 => Ok(()),
        rest => Err(FrameError::Trailing(rest)),
    }
}

/// The bytes not yet read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn skip(&mut self, len: usize) -> Result<(), FrameError> {
        self.0 = self.0.get(len..).ok_or(FrameError::Truncated)?;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, FrameError> {
        let (first, rest) = self.0.split_first().ok_or(FrameError::Truncated)?;
        self.0 = rest;
        Ok(*first)
    }

    /// An unsigned number of `len` bytes, at most eight.
    fn little_endian(&mut self, len: usize) -> Result<u64, FrameError> {
        let mut bytes = [0; 8];
        bytes[..len].copy_from_slice(self.0.get(..len).ok_or(FrameError::Truncated)?);
        self.0 = &self.0[len..];
        Ok(u64::from_le_bytes(bytes))
    }
}
