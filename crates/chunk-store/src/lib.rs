//! How the bytes of NARs rest: chunks, frames, packs, recipes, records, and
//! the blob stores that hold packs and records.
//!
//! The core is free of IO: bytes go in as slices, bytes and values come out.
//! With the feature `local` there is a folder as a blob store; `contract`
//! brings the test suite that every blob store must pass.
//!
//! ```text
//! NAR ── NarChunker ──▶ chunk ── Encoder ──▶ frame ── Builder ──▶ pack ──▶ BlobStore
//!                       Digest               FrameId   Reader ◀──
//! ```
//!
//! Packing a NAR on one side and checking it on the other:
//!
//! ```
//! use chunk_store::Digest;
//! use chunk_store::chunker::NarChunker;
//! use chunk_store::frame::{Decoder, Encoder};
//! use chunk_store::pack::{Builder, PackLimits, Reader};
//!
//! // A NAR of one file of 300 kB.
//! let content = vec![7u8; 300_000];
//! let mut nar = Vec::new();
//! let mut writer = nar_format::nar::Encoder::new();
//! writer.file(false, 300_000, &mut nar)?;
//! nar.extend_from_slice(&content);
//! writer.end_file(300_000, &mut nar)?;
//!
//! // The sender cuts it, and puts the frame of each new chunk into a pack.
//! let mut chunks = Vec::new();
//! let mut chunker = NarChunker::new();
//! chunker.push(&nar, &mut |chunk| chunks.push(chunk.to_vec()))?;
//! chunker.finish(&mut |chunk| chunks.push(chunk.to_vec()))?;
//! let mut encoder = Encoder::new(3)?;
//! let mut builder = Builder::new(PackLimits::default());
//! for chunk in &chunks {
//!     let digest = Digest::of(chunk);
//!     if !builder.contains(&digest) {
//!         builder.push(digest, chunk.len() as u32, encoder.encode(chunk)?)?;
//!     }
//! }
//! let pack = builder.finish();
//!
//! // The receiver checks it as it arrives, and believes no frame that it has
//! // not decoded.
//! let mut decoder = Decoder::new();
//! let mut believed = 0;
//! let mut reader = Reader::new(PackLimits::default());
//! for slice in pack.chunks(1000) {
//!     reader.push(slice, &mut |frame| {
//!         let raw = decoder.decode(frame.frame, frame.entry.raw_len as usize);
//!         believed += usize::from(raw.is_ok_and(|raw| Digest::of(raw) == frame.entry.digest));
//!     })?;
//! }
//! assert_eq!(reader.finish()?.frames as usize, believed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod blob;
pub mod buffers;
pub mod chunker;
pub mod frame;
mod id;
mod key;
pub mod pack;
pub mod recipe;
pub mod record;

pub use id::{ChunkId, Digest, FrameId};
pub use key::{BlobKey, BlobKeyError};
