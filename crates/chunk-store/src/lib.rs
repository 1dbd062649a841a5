//! How the bytes of NARs rest: chunks, frames, packs, recipes, records, and
//! the blob stores that hold packs and records.
//!
//! The core is free of IO: bytes go in as slices, bytes and values come out.
//! With the feature `local` there is a folder as a blob store; `contract`
//! brings the test suite that every blob store must pass.

pub mod blob;
pub mod chunker;
pub mod frame;
mod id;
mod key;
pub mod pack;
pub mod recipe;
pub mod record;

pub use id::{ChunkId, Digest, FrameId};
pub use key::{BlobKey, BlobKeyError};
