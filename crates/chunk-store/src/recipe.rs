//! Recipes: the ordered chunks of a NAR.

use crate::{ChunkId, FrameId};

/// Why a recipe is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// Placeholder.
    #[error("bad recipe")]
    Bad,
}

/// A parsed recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    ids: Vec<ChunkId>,
}

/// A run of at most 1,024 chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// Frame bytes of the NAR before this block.
    pub offset: u64,
    /// Index of the first chunk.
    pub first: usize,
    /// The chunks.
    pub ids: &'a [ChunkId],
}

/// The bytes of a recipe.
pub fn encode(_chunks: &[(ChunkId, u32)]) -> Vec<u8> {
    unimplemented!()
}

/// The version of a NAR: first 16 bytes of the BLAKE3 of its frame ids in order.
pub fn version<'a>(_frames: impl IntoIterator<Item = &'a FrameId>) -> [u8; 16] {
    unimplemented!()
}

impl Recipe {
    /// Reads a recipe.
    pub fn parse(_bytes: &[u8]) -> Result<Self, RecipeError> {
        unimplemented!()
    }
    /// All chunks in order.
    pub fn ids(&self) -> &[ChunkId] {
        &self.ids
    }
    /// The blocks in order.
    pub fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        std::iter::empty()
    }
    /// The block that holds the frame byte at `offset` (the last one, for an offset beyond the end).
    pub fn block_at(&self, _offset: u64) -> Option<Block<'_>> {
        unimplemented!()
    }
}
