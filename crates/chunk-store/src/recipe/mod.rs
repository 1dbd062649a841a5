//! Recipes, version 1: the ordered chunks of a NAR, as row ids.
//!
//! ```text
//! 0x01 | varint count | then per 1,024 chunks:
//!   varint sum of the frame bytes before this block
//!   varint id of its first chunk
//!   zig-zag varint difference of each further id to the one before it
//! ```
//!
//! Varints are LEB128: seven bits a byte, least first, in the fewest bytes.
//! Chunks that were uploaded together have consecutive ids, so a recipe costs
//! about a byte a chunk.

mod varint;

use std::ops::RangeInclusive;

use crate::id::first_16;
use crate::{ChunkId, FrameId};

/// Chunks of a block; only the last one has fewer.
pub const BLOCK: usize = 1024;

const VERSION: u8 = 1;

/// Bytes that the frames of a full block may have: none is empty, and none has
/// more than its length can say.
const BLOCK_BYTES: RangeInclusive<u64> = BLOCK as u64..=BLOCK as u64 * u32::MAX as u64;

/// Why a recipe is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// Not of a version that this code knows, or nothing at all.
    #[error("unknown version of recipe")]
    Version,
    /// The bytes end before the recipe does.
    #[error("recipe is cut short")]
    Truncated,
    /// The recipe ends before the bytes do.
    #[error("bytes after the end of the recipe")]
    Trailing,
    /// A number that does not fit 64 bits, or takes more bytes than it needs.
    #[error("malformed number in a recipe")]
    Number,
    /// The first block does not start at 0, or a block where the frames of the
    /// one before it cannot end.
    #[error("block {0} of the recipe starts at an impossible offset")]
    Offset(usize),
}

/// The bytes of a recipe: for each chunk of the NAR in order its id and the
/// bytes of its frame.
pub fn encode(chunks: &[(ChunkId, u32)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + chunks.len() * 2);
    out.push(VERSION);
    varint::write(&mut out, chunks.len() as u64);
    let mut offset = 0u64;
    for block in chunks.chunks(BLOCK) {
        varint::write(&mut out, offset);
        varint::write(&mut out, block[0].0.0);
        for pair in block.windows(2) {
            let difference = pair[1].0.0.wrapping_sub(pair[0].0.0);
            varint::write(&mut out, varint::zig_zag(difference as i64));
        }
        offset += block.iter().map(|(_, len)| u64::from(*len)).sum::<u64>();
    }
    out
}

/// The version of a NAR that has these frames in this order: the first 16
/// bytes of the BLAKE3 of their ids. It stands in NAR URLs and ETags, in
/// nix-base32.
pub fn version<'a>(frames: impl IntoIterator<Item = &'a FrameId>) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for frame in frames {
        hasher.update(frame.as_bytes());
    }
    first_16(hasher.finalize())
}

/// A recipe that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    ids: Vec<ChunkId>,
    /// Frame bytes before each block.
    offsets: Vec<u64>,
}

/// A run of at most [`BLOCK`] chunks of a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// Frame bytes of the NAR before this block.
    pub offset: u64,
    /// How many chunks of the NAR come before this block.
    pub first: usize,
    /// The chunks of this block.
    pub ids: &'a [ChunkId],
}

impl Recipe {
    /// Reads the bytes of a recipe. Takes memory in proportion to them.
    ///
    /// # Errors
    /// When they are not what [`encode`] makes.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecipeError> {
        let (version, mut rest) = bytes.split_first().ok_or(RecipeError::Version)?;
        if *version != VERSION {
            return Err(RecipeError::Version);
        }
        let count = varint::read(&mut rest)?;
        // A chunk takes a byte at least, so a count that lies costs nothing.
        let count = usize::try_from(count)
            .ok()
            .filter(|count| *count <= rest.len())
            .ok_or(RecipeError::Truncated)?;
        let mut recipe = Self {
            ids: Vec::with_capacity(count),
            offsets: Vec::with_capacity(count.div_ceil(BLOCK)),
        };
        while recipe.ids.len() < count {
            let len = BLOCK.min(count - recipe.ids.len());
            recipe.read_block(&mut rest, len)?;
        }
        if rest.is_empty() {
            Ok(recipe)
        } else {
            Err(RecipeError::Trailing)
        }
    }

    fn read_block(&mut self, rest: &mut &[u8], len: usize) -> Result<(), RecipeError> {
        let offset = varint::read(rest)?;
        let possible = match self.offsets.last() {
            None => offset == 0,
            Some(before) => offset
                .checked_sub(*before)
                .is_some_and(|frames| BLOCK_BYTES.contains(&frames)),
        };
        if !possible {
            return Err(RecipeError::Offset(self.offsets.len()));
        }
        self.offsets.push(offset);
        let mut id = varint::read(rest)?;
        self.ids.push(ChunkId(id));
        for _ in 1..len {
            let difference = varint::un_zig_zag(varint::read(rest)?);
            id = id.wrapping_add(difference as u64);
            self.ids.push(ChunkId(id));
        }
        Ok(())
    }

    /// All chunks in order.
    pub fn ids(&self) -> &[ChunkId] {
        &self.ids
    }

    /// The blocks in order.
    pub fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        (0..self.offsets.len()).map(|number| self.block(number))
    }

    /// The block in which the frame byte at `offset` lies if the NAR has so
    /// many: the last one that does not start after it. `None` if there is no
    /// block at all.
    pub fn block_at(&self, offset: u64) -> Option<Block<'_>> {
        let after = self.offsets.partition_point(|start| *start <= offset);
        Some(self.block(after.checked_sub(1)?))
    }

    fn block(&self, number: usize) -> Block<'_> {
        let first = number * BLOCK;
        let end = self.ids.len().min(first + BLOCK);
        Block {
            offset: self.offsets[number],
            first,
            ids: &self.ids[first..end],
        }
    }
}

#[cfg(test)]
mod tests;
