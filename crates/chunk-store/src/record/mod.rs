//! Records, version 1: what was published, configured or removed, so that a
//! database can be rebuilt from a blob store alone.
//!
//! A record is one zstd frame of JSON lines. Its first line is
//! `{"version":1,"kind":…,"cache_uid":…,"cache_name":…,"settings":{…},"time":…}`,
//! in a `cache` record with `"destroyed":true|false`. A `publish` record has a
//! line a path as [`PublishedPath`] tells it, a `tombstone` a line a path as
//! [`EndedPath`] does. A record is a claim, not a fact: its writer may have
//! died before the commit.

mod codec;
mod lines;

use nar_format::{NarHash, PathHash, StorePath};
use serde::{Deserialize, Serialize};

use crate::{BlobKey, Digest, FrameId};

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which cache it speaks of, and when.
    pub head: Head,
    /// What happened.
    pub body: Body,
}

/// The cache that a record speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// ULID made with the cache and never reused; tells caches apart.
    pub cache_uid: String,
    /// The cache's name at that time.
    pub cache_name: String,
    /// The cache's settings at that time. Never a secret.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// When, in seconds of the stored clock.
    pub time: i64,
}

/// What a record tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Paths were published, or their signatures or recipes changed.
    Publish(Vec<PublishedPath>),
    /// The cache was created, configured or destroyed.
    Cache {
        /// Whether it was destroyed.
        destroyed: bool,
    },
    /// Claims on paths ended.
    Tombstone(Vec<EndedPath>),
}

/// A line of a `publish` record: one path. Absent values are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedPath {
    /// Base name of the store path; the cache's settings tell its folder.
    pub path: StorePath,
    /// SHA-256 of its NAR.
    pub nar_hash: NarHash,
    /// Bytes of its NAR.
    pub nar_size: u64,
    /// Base names of what it refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<StorePath>,
    /// Base name of the derivation that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deriver: Option<StorePath>,
    /// Content address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Signatures as `name:base64`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sigs: Vec<String>,
    /// Subject of the token that published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// The record whose claim on this path this one supersedes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<BlobKey>,
    /// The chunks of the NAR in order, as base64 of 48 bytes each: digest,
    /// frame id.
    #[serde(with = "lines::chunks")]
    pub chunks: Vec<ChunkRef>,
}

/// A chunk as records name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChunkRef {
    /// The chunk.
    pub digest: Digest,
    /// Which frame of it.
    pub frame_id: FrameId,
}

/// A line of a `tombstone`: the claim of a record on a path ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedPath {
    /// The path.
    pub path_hash: PathHash,
    /// The record whose claim ends.
    pub ends: BlobKey,
}

/// Why a record cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// zstd failed.
    #[error("cannot compress a record")]
    Compress(#[source] std::io::Error),
    /// A value that JSON cannot hold.
    #[error("cannot write a record as JSON")]
    Write(#[source] serde_json::Error),
    /// The blob is not one whole zstd frame.
    #[error("record is not one zstd frame")]
    Frame,
    /// The blob does not decompress.
    #[error("record does not decompress")]
    Decompress(#[source] std::io::Error),
    /// More bytes than the caller takes, when decompressed.
    #[error("record of more than {0} bytes")]
    TooLarge(usize),
    /// A version that this code does not know.
    #[error("unknown version of record: {0}")]
    Version(u64),
    /// The last line has no end, or a line is missing or empty.
    #[error("lines of a record are incomplete")]
    Lines,
    /// A line that is not what its place asks for; lines count from 1.
    #[error("line {line} of a record is malformed")]
    Line {
        /// Which line.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

#[cfg(test)]
mod tests;
