//! The rows of a Nix binary cache: caches, keys, objects, nars, chunks, packs,
//! leases, records, on SQLite.
//!
//! One method of [`Db`] is one transaction and one sentence of the domain.
//! Methods are `async` although SQLite is not: a database across a network can
//! stand behind them, under the suite in `tests/it`.
//!
//! * **Writes** go to one thread, which commits what waits for it together,
//!   with `synchronous=FULL`; they are answered when they are on disk. Other
//!   processes may write too; each transaction starts as `BEGIN IMMEDIATE`.
//! * **Short reads** use a pool of connections within the calling task: a hop
//!   to another thread costs more than the query. Scans and lookups of
//!   thousands of rows go to tokio's blocking pool, so they need its runtime.
//! * **Commit order**: each nar, object and lease draws a `seq` under the
//!   writer's lock, so what is newer than a mark was not seen at the mark.
//! * **Broken means absent** and **hidden means absent**, in every answer.
//! * No clock and no randomness is read here: see [`Clock`]. Every time in a
//!   row is in seconds of the stored clock, which never steps.
//!
//! # Embedding
//!
//! ```
//! use std::time::Duration;
//!
//! use cache_api::CacheSettings;
//! use cache_db::{
//!     Clock, Db, DbConfig, NewCache, NewFrame, NewKey, NewRecord, PackCommit, ResolveQuery,
//! };
//! use chunk_store::{BlobKey, Digest, FrameId};
//! use ulid::Ulid;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dir = tempfile::tempdir()?;
//! let (clock, _hands) = Clock::manual(1_700_000_000);
//! let db = Db::open(&DbConfig::new(dir.path().join("rows.db")), clock)?;
//! db.pair(&db.store_identity().await?, "01STORE", 1).await?;
//!
//! // A cache; the record that says so is durable in the blob store already.
//! let record = NewRecord { key: BlobKey::record(Ulid::from(1_u128)), put_at: db.now() };
//! let key = NewKey {
//!     name: "team".into(),
//!     secret: "team:secret".into(),
//!     public: "team:public".into(),
//! };
//! let cache = db
//!     .create_cache(NewCache {
//!         uid: Ulid::from(2_u128).to_string(),
//!         name: "team".parse()?,
//!         settings: CacheSettings::default(),
//!         key,
//!         record,
//!     })
//!     .await?;
//!
//! // A pack of one frame, durable too. Its chunk is kept for grace.
//! let (token_key, grace) = ([7; 32], Duration::from_secs(86_400));
//! let frame = NewFrame {
//!     digest: Digest::of(b"raw"),
//!     frame_id: FrameId::of(b"frame"),
//!     raw_len: 3,
//!     frame_len: 5,
//!     offset: 92,
//!     sum: 0,
//! };
//! db.commit_pack(PackCommit {
//!     cache_id: cache.id,
//!     token_key,
//!     key: BlobKey::pack(Ulid::from(3_u128)),
//!     put_at: db.now(),
//!     size: 97,
//!     frames: vec![frame],
//!     grace,
//!     max_unpublished: 40 << 30,
//! })
//! .await?;
//!
//! // Who sent it sees it.
//! let digests = vec![Digest::of(b"raw"), Digest::of(b"other")];
//! let pullable = vec![cache.id];
//! let query = ResolveQuery { cache_id: cache.id, token_key, pullable, digests, grace };
//! assert_eq!(db.chunks_missing(query).await?, [false, true]);
//! # Ok(())
//! # }
//! ```

mod bitmaps;
mod broken;
mod caches;
mod chunks;
mod clock;
mod condemn;
mod connect;
mod credit;
mod db;
mod error;
mod held;
mod identity;
mod ingest;
mod migrate;
mod narinfo;
pub mod plan;
mod publish;
mod publish_tx;
#[cfg(test)]
mod races;
mod reach;
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
pub use narinfo::NarinfoRow;
pub use publish::{
    NarSource, NewNar, PublishGroup, PublishOutcome, PublishRefusal, PublishRow, PublishVerdict,
    merge_signatures,
};
pub use remove::{Removal, RemoveObject};
pub use resolve::ResolveQuery;
pub use types::{
    CacheId, CacheRow, ChunkLoc, KeyId, KeyRow, LeaseId, NarChunk, NarFacts, NarId, NarRow,
    NewCache, NewFrame, NewKey, NewRecord, ObjectId, ObjectRow, PackId, RecordKind, ResolvedChunk,
    Seq, TokenKey, Touch,
};
