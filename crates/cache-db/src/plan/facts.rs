//! What the planner looks at.

use chunk_store::{BlobKey, ChunkId};
use roaring::RoaringTreemap;

use crate::{LeaseId, NarId, ObjectId, PackId, RecordKind, Seq};

/// All rows at one moment, and the blobs that were listed after it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The commit order then: what is newer was not seen.
    pub mark: Seq,
    /// The stored clock then, in seconds.
    pub now: i64,
    /// All object rows.
    pub objects: Vec<ObjectFacts>,
    /// All nar rows.
    pub nars: Vec<NarUse>,
    /// All leases.
    pub leases: Vec<LeaseFacts>,
    /// All chunk rows.
    pub chunks: Vec<ChunkFacts>,
    /// All pack rows.
    pub packs: Vec<PackFacts>,
    /// All record rows.
    pub records: Vec<RecordFacts>,
    /// (record, record it replaces or ends).
    pub ends: Vec<(BlobKey, BlobKey)>,
    /// Keys in trash, and since when, in seconds of the stored clock.
    pub trash: Vec<(BlobKey, i64)>,
    /// What the blob store lists; the caller adds it.
    pub blobs: Vec<BlobKey>,
}

/// What matters of an object.
#[derive(Clone, Debug)]
pub struct ObjectFacts {
    /// Row id.
    pub id: ObjectId,
    /// Its nar.
    pub nar: NarId,
    /// Its record.
    pub record: BlobKey,
    /// When it, or its cache, was removed.
    pub hidden_at: Option<i64>,
}

/// What matters of a nar.
#[derive(Clone, Debug)]
pub struct NarUse {
    /// Row id.
    pub id: NarId,
    /// When its last object went.
    pub unused_since: Option<i64>,
    /// Its chunks.
    pub chunks: RoaringTreemap,
}

/// What matters of a lease.
#[derive(Clone, Debug)]
pub struct LeaseFacts {
    /// Row id.
    pub id: LeaseId,
    /// When it was taken.
    pub created_at: i64,
    /// What it holds.
    pub chunks: RoaringTreemap,
}

/// What matters of a chunk.
#[derive(Clone, Copy, Debug)]
pub struct ChunkFacts {
    /// Row id.
    pub id: ChunkId,
    /// Where it rests.
    pub pack: PackId,
}

/// What matters of a pack.
#[derive(Clone, Debug)]
pub struct PackFacts {
    /// Row id.
    pub id: PackId,
    /// Its blob.
    pub key: BlobKey,
}

/// What matters of a record.
#[derive(Clone, Debug)]
pub struct RecordFacts {
    /// Its blob.
    pub key: BlobKey,
    /// What it says.
    pub kind: RecordKind,
    /// Of which cache.
    pub cache_uid: String,
    /// When it was committed.
    pub created_at: i64,
}
