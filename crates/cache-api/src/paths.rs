//! Bodies about the paths of a cache, and the answer to a pack.

use nar_format::{NarHash, PathHash};
use serde::{Deserialize, Serialize};

use crate::ServerInfo;

/// Which of these paths does the cache lack? The body of `POST paths/missing`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPathsRequest {
    /// The paths asked for; their order and repeats do not matter.
    pub hashes: Vec<PathHash>,
}

/// The answer of `POST paths/missing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPathsAnswer {
    /// Those that the cache does not have, each once.
    pub missing: Vec<PathHash>,
    /// As `GET /_api/v2` says it, so that a push of nothing is one request.
    pub server: ServerInfo,
    /// The cache's upstream keys, which say what of the missing need not be
    /// sent: with them in the answer, a push of what upstream caches have is
    /// one request too.
    #[serde(default)]
    pub upstream_keys: Vec<String>,
}

/// The answer of `PUT packs`. The same whatever the server knew already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackAnswer {
    /// The frames of the pack.
    pub frames: u32,
}

/// A published path, as `GET paths` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPath {
    /// The absolute store path.
    pub path: String,
    /// SHA-256 of its NAR.
    pub nar_hash: NarHash,
    /// Bytes of its NAR.
    pub nar_size: u64,
    /// Base names of what it references.
    pub references: Vec<String>,
    /// Base name of the derivation that made it.
    pub deriver: Option<String>,
    /// Its content address, where it has one.
    pub ca: Option<String>,
    /// Signatures kept with it; those of the cache's own keys are not among them.
    pub sigs: Vec<String>,
    /// Bytes of its NAR as served.
    pub file_size: u64,
    /// When it was published, unix seconds.
    pub created_at: u64,
    /// The subject of the token that published it.
    pub created_by: Option<String>,
    /// When it was last used, unix seconds.
    pub accessed_at: Option<u64>,
}

/// The answer of `GET paths?after=HASH&limit=N`, ordered by path hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPathsAnswer {
    /// One page of paths.
    pub paths: Vec<ListedPath>,
    /// What `after` of the next page is; `None` = this was the last.
    pub next: Option<PathHash>,
}
