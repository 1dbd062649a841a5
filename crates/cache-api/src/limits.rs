//! What a server allows, and what it says about itself.

use serde::{Deserialize, Serialize};

/// The version of the cut-point rules in use ("Chunker v1"). A client that cuts
/// otherwise would share nothing with what is stored, so it must not push.
pub const CHUNKER_VERSION: u32 = 1;

/// The version of the protocol that this crate describes.
pub const API_VERSION: u32 = 2;

/// The name a Garret server gives itself in [`ServerInfo`].
pub const SERVER_NAME: &str = "garret";

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What a server accepts at most. Announced to clients, which keep to it; a
/// field that a server does not name has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Bytes of one uncompressed NAR.
    pub max_nar_size: u64,
    /// Bytes of one whole pack.
    pub max_pack_bytes: u64,
    /// Frames in one pack.
    pub max_pack_frames: u32,
    /// Bytes that the frames of one pack decode to, together.
    pub max_pack_raw: u64,
    /// Digests in one `chunks/missing` question.
    pub max_query_digests: u32,
    /// Bytes of one publish body.
    pub max_publish_body: u64,
    /// Bytes of one `paths/missing` body.
    pub max_missing_body: u64,
    /// References of one path.
    pub max_references: u32,
    /// Bytes of packs that one token sent and has not published yet.
    pub max_unpublished: u64,
    /// Signatures sent or kept with one path.
    pub max_signatures: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_nar_size: 32 * GIB,
            max_pack_bytes: 16 * MIB,
            max_pack_frames: 8192,
            max_pack_raw: 256 * MIB,
            max_query_digests: 8192,
            max_publish_body: 16 * MIB,
            max_missing_body: 16 * MIB,
            max_references: (64 * KIB) as u32,
            max_unpublished: 40 * GIB,
            max_signatures: 16,
        }
    }
}

/// What a server says about itself: the answer of `GET /_api/v2`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInfo {
    /// [`SERVER_NAME`].
    pub name: String,
    /// The version of the server program.
    pub version: String,
    /// The newest protocol version it speaks, [`API_VERSION`] today.
    pub api: u32,
    /// The [`CHUNKER_VERSION`] its chunks are cut by.
    pub chunker: u32,
    /// The zstd level that clients should compress frames with.
    pub compression_level: i32,
    /// What it accepts at most.
    #[serde(default)]
    pub limits: Limits,
}

impl ServerInfo {
    /// What a server of this crate's protocol says about itself.
    pub fn new(version: impl Into<String>, compression_level: i32, limits: Limits) -> Self {
        Self {
            name: SERVER_NAME.to_owned(),
            version: version.into(),
            api: API_VERSION,
            chunker: CHUNKER_VERSION,
            compression_level,
            limits,
        }
    }
}
