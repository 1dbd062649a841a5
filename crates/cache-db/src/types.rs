//! Row ids and the values that go in and out of the rows.

use std::fmt;

use cache_api::{CacheName, CacheSettings};
use chunk_store::{BlobKey, ChunkId, Digest, FrameId};
use nar_format::{NarHash, PathHash, StorePath};

macro_rules! row_id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

row_id! {
    /// Row id of a cache; never reused.
    CacheId,
    /// Row id of a nar; never reused.
    NarId,
    /// Row id of an object; never reused.
    ObjectId,
    /// Row id of a signing key; never reused.
    KeyId,
    /// Row id of a pack; never reused.
    PackId,
    /// Row id of a lease; never reused.
    LeaseId,
}

/// BLAKE3 of a token's signing input: whose lease a lease is.
pub type TokenKey = [u8; 32];

/// A place in the commit order: what commits later has a higher one.
pub type Seq = i64;

/// A cache as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRow {
    /// Row id.
    pub id: CacheId,
    /// ULID made with the cache; tells apart two caches that had one name.
    pub uid: String,
    /// Its name; unique among caches that are not deleted.
    pub name: CacheName,
    /// What it is set to.
    pub settings: CacheSettings,
    /// Rises whenever what a rendered narinfo says is changed or hidden.
    pub removed: u64,
    /// When it was made, in seconds of the stored clock.
    pub created_at: i64,
    /// When it was destroyed.
    pub deleted_at: Option<i64>,
}

/// A signing key to keep. `Debug` does not show the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Name of the key.
    pub name: String,
    /// The secret, as text (`NAME:BASE64`).
    pub secret: String,
    /// The public key, as text (`NAME:BASE64`).
    pub public: String,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({})", self.public)
    }
}

/// A signing key as its row says. `Debug` does not show the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Row id.
    pub id: KeyId,
    /// Name of the key.
    pub name: String,
    /// The secret, as text (`NAME:BASE64`).
    pub secret: String,
    /// The public key, as text (`NAME:BASE64`).
    pub public: String,
    /// Whether new objects are signed with it; a retired key only stays listed.
    pub active: bool,
    /// When it came, in seconds of the stored clock.
    pub created_at: i64,
}

impl fmt::Debug for KeyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "KeyRow({}, {}, active: {})",
            self.id, self.public, self.active
        )
    }
}

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// Paths were published, or their signatures or recipes changed.
    Publish,
    /// A cache was made or configured.
    Cache,
    /// A cache was destroyed.
    Destroy,
    /// Paths were removed.
    Tombstone,
}

impl RecordKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Cache => "cache",
            Self::Destroy => "destroy",
            Self::Tombstone => "tombstone",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Publish, Self::Cache, Self::Destroy, Self::Tombstone]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A record that is durable in the store and whose rows are about to be
/// committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    /// Its key.
    pub key: BlobKey,
    /// [`crate::Db::now`] as it was before the blob was put.
    pub put_at: i64,
}

/// A cache to make.
#[derive(Clone, Debug)]
pub struct NewCache {
    /// A fresh ULID.
    pub uid: String,
    /// Its name.
    pub name: CacheName,
    /// What it is set to.
    pub settings: CacheSettings,
    /// Its first signing key.
    pub key: NewKey,
    /// The durable `cache` record that says so.
    pub record: NewRecord,
}

/// A frame of a pack that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewFrame {
    /// BLAKE3 of the raw bytes, as the pack's index claims it.
    pub digest: Digest,
    /// Which frame it is, computed from the frame's bytes.
    pub frame_id: FrameId,
    /// Raw bytes.
    pub raw_len: u32,
    /// Bytes of the frame.
    pub frame_len: u32,
    /// Where it starts, from the blob's first byte.
    pub offset: u64,
    /// xxh3-64 of the frame.
    pub sum: u64,
}

/// Where the frame of a chunk rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkLoc {
    /// The chunk.
    pub id: ChunkId,
    /// The pack.
    pub pack_key: BlobKey,
    /// Where the frame starts, from the blob's first byte.
    pub offset: u64,
    /// Bytes of the frame.
    pub frame_len: u32,
    /// Raw bytes.
    pub raw_len: u32,
    /// xxh3-64 of the frame.
    pub sum: u64,
    /// Whether it is marked broken: then it counts as absent.
    pub broken: bool,
}

/// A chunk that a digest resolved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedChunk {
    /// The chunk.
    pub id: ChunkId,
    /// Which frame of the digest it is.
    pub frame_id: FrameId,
    /// Whether its frame was decoded and its digest compared before.
    pub verified: bool,
    /// Where it rests.
    pub loc: ChunkLoc,
}

/// The facts of a NAR that narinfo needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NarFacts {
    /// Row id.
    pub id: NarId,
    /// First 16 bytes of the BLAKE3 of its frame ids.
    pub version: [u8; 16],
    /// SHA-256 of the NAR.
    pub hash: NarHash,
    /// Bytes of the NAR.
    pub size: u64,
    /// Bytes of its frames, which is what is served.
    pub frame_size: u64,
}

/// A chunk of a NAR, as records name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NarChunk {
    /// The chunk.
    pub id: ChunkId,
    /// BLAKE3 of its raw bytes.
    pub digest: Digest,
    /// Which frame of the digest it is.
    pub frame_id: FrameId,
    /// Bytes of the frame.
    pub frame_len: u32,
    /// Raw bytes.
    pub raw_len: u32,
}

/// A NAR with its recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NarRow {
    /// What narinfo needs.
    pub facts: NarFacts,
    /// The cache it belongs to.
    pub cache_id: CacheId,
    /// When it was last changed, in the commit order.
    pub seq: Seq,
    /// Its chunks ([`chunk_store::recipe`]).
    pub recipe: Vec<u8>,
    /// Whether every chunk of it is there and not broken.
    pub sound: bool,
}

/// A published path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRow {
    /// Row id.
    pub id: ObjectId,
    /// The cache.
    pub cache_id: CacheId,
    /// The path.
    pub path: StorePath,
    /// Its NAR.
    pub nar: NarFacts,
    /// References, in the order they were given.
    pub references: Vec<StorePath>,
    /// Deriver.
    pub deriver: Option<StorePath>,
    /// Content address.
    pub ca: Option<String>,
    /// Signatures as text, ours and foreign ones that verified.
    pub sigs: Vec<String>,
    /// The record that says so.
    pub record: BlobKey,
    /// When it was published, in seconds of the stored clock.
    pub created_at: i64,
    /// Who published it.
    pub created_by: Option<String>,
    /// When it was last used, in seconds of the stored clock.
    pub accessed_at: i64,
}

/// A use of a path, for [`crate::Db::touch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The cache.
    pub cache_id: CacheId,
    /// The path.
    pub path_hash: PathHash,
    /// When, in seconds of the stored clock.
    pub at: i64,
}
