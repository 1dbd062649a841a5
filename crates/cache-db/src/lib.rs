//! The rows of a Nix binary cache: caches, keys, objects, nars, chunks, packs,
//! leases, records.
//!
//! One method is one transaction and one sentence of the domain.

mod bitmaps;
mod broken;
mod caches;
mod chunks;
mod clock;
mod condemn;
mod connect;
mod db;
mod error;
mod identity;
mod ingest;
mod migrate;
pub mod plan;
mod publish;
mod publish_tx;
#[cfg(test)]
mod races;
mod readers;
mod remove;
mod resolve;
mod rows;
mod serve;
mod snapshot;
mod tx;
mod types;
mod writer;

pub use clock::{Clock, ManualClock};
pub use db::{Db, DbConfig};
pub use error::DbError;
pub use identity::{Pairing, StoreIdentity, StoreView, pairing};
pub use ingest::{PackCommit, PackCommitted};
pub use publish::{
    NarSource, NewNar, PublishGroup, PublishOutcome, PublishRefusal, PublishRow, PublishVerdict,
    merge_signatures,
};
pub use remove::{Removal, RemoveObject};
pub use resolve::ResolveQuery;
pub use types::{
    CacheId, CacheRow, ChunkLoc, KeyId, KeyRow, LeaseId, NarFacts, NarId, NarRow, NewCache,
    NewFrame, NewKey, NewRecord, ObjectId, ObjectRow, PackId, RecordKind, ResolvedChunk, Seq,
    TokenKey, Touch,
};
