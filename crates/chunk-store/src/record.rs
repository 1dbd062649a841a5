//! Records: what was published, configured or removed, told without a database.

use nar_format::{NarHash, PathHash, StorePath};
use serde::{Deserialize, Serialize};

use crate::{BlobKey, Digest, FrameId};

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What the first line says, but for version and kind.
    pub head: Head,
    /// The rest.
    pub body: Body,
}

/// The cache that a record speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// ULID made with the cache.
    pub cache_uid: String,
    /// Name of the cache then.
    pub cache_name: String,
    /// Settings then, without secrets.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// When, in seconds of the stored clock.
    pub time: i64,
}

/// What a record tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Paths were published.
    Publish(Vec<PublishedPath>),
    /// The cache was created or configured, or destroyed.
    Cache {
        /// Whether it was destroyed.
        destroyed: bool,
    },
    /// Paths were removed or replaced.
    Tombstone(Vec<EndedPath>),
}

/// A line of a publish record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedPath {
    /// The store path.
    pub path: StorePath,
    /// Hash of its NAR.
    pub nar_hash: NarHash,
    /// Bytes of its NAR.
    pub nar_size: u64,
    /// References.
    pub references: Vec<StorePath>,
    /// Deriver.
    pub deriver: Option<StorePath>,
    /// Content address.
    pub ca: Option<String>,
    /// Signatures.
    pub sigs: Vec<String>,
    /// Subject of the token that published it.
    pub created_by: Option<String>,
    /// The record whose claim on this path it supersedes.
    pub replaces: Option<BlobKey>,
    /// The chunks in order.
    #[serde(skip)]
    pub chunks: Vec<ChunkRef>,
}

/// A chunk as records name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkRef {
    /// The chunk.
    pub digest: Digest,
    /// Which frame of it.
    pub frame_id: FrameId,
}

/// A line of a tombstone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedPath {
    /// The path.
    pub path_hash: PathHash,
    /// The record whose claim ends.
    pub ends: BlobKey,
}

/// Why a record is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Placeholder.
    #[error("bad record")]
    Bad,
}

impl Record {
    /// The bytes of the blob.
    pub fn encode(&self) -> Result<Vec<u8>, RecordError> {
        unimplemented!()
    }
    /// Reads a record of at most `limit` bytes when unpacked.
    pub fn parse(_blob: &[u8], _limit: usize) -> Result<Self, RecordError> {
        unimplemented!()
    }
}
