//! What a publish says of each path, and what is answered.

use nar_format::NarHash;
use serde::{Deserialize, Serialize};

use crate::ErrorCode;

/// One path to publish, as the JSON part of a publish body holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishPath {
    /// The absolute store path.
    pub path: String,
    /// SHA-256 of its NAR.
    pub nar_hash: NarHash,
    /// Bytes of its NAR.
    pub nar_size: u64,
    /// Base names of what it references, itself included where it does.
    pub references: Vec<String>,
    /// Base name of the derivation that made it.
    #[serde(default)]
    pub deriver: Option<String>,
    /// Its content address, where it has one.
    #[serde(default)]
    pub ca: Option<String>,
    /// Signatures to keep with it.
    #[serde(default)]
    pub sigs: Vec<String>,
    /// How many of the digests that follow are this path's.
    pub chunks: u32,
    /// Whether it may take the place of a path published with other facts.
    #[serde(default, skip_serializing_if = "is_false")]
    pub replace: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What became of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishStatus {
    /// It is published now, durably.
    Published,
    /// It was there already with the same facts.
    Present,
    /// Chunks are missing: send those that `missing` names, then publish again.
    Missing,
    /// It is refused; `code`, `http` and `message` say why.
    Error,
}

/// One line of the answer of `POST paths`. Lines come in any order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishLine {
    /// The path as the request named it.
    pub path: String,
    /// What became of it.
    pub status: PublishStatus,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// The HTTP status that this path alone would have had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<u16>,
    /// Why not, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Indices into this path's digests of the chunks that are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<u32>,
}

impl PublishLine {
    fn new(path: impl Into<String>, status: PublishStatus) -> Self {
        Self {
            path: path.into(),
            status,
            code: None,
            http: None,
            message: None,
            missing: vec![],
        }
    }

    /// The path is published now.
    pub fn published(path: impl Into<String>) -> Self {
        Self::new(path, PublishStatus::Published)
    }

    /// The path was there already.
    pub fn present(path: impl Into<String>) -> Self {
        Self::new(path, PublishStatus::Present)
    }

    /// Chunks of the path are missing.
    pub fn missing(path: impl Into<String>, indices: Vec<u32>) -> Self {
        let code = ErrorCode::MissingChunks;
        Self {
            http: Some(code.http()),
            code: Some(code),
            message: Some(format!("{} chunks are missing", indices.len())),
            missing: indices,
            ..Self::new(path, PublishStatus::Missing)
        }
    }

    /// The path is refused.
    pub fn error(path: impl Into<String>, code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            http: Some(code.http()),
            code: Some(code),
            message: Some(message.into()),
            ..Self::new(path, PublishStatus::Error)
        }
    }
}
