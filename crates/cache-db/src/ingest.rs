//! Packs come in.

use std::time::Duration;

use chunk_store::BlobKey;

use crate::{CacheId, Db, DbError, NewFrame, TokenKey};

/// A pack that is durable in the store, to be committed.
#[derive(Clone, Debug)]
pub struct PackCommit {
    /// The cache it was sent to.
    pub cache_id: CacheId,
    /// Who sent it.
    pub token_key: TokenKey,
    /// Its key, fresh.
    pub key: BlobKey,
    /// [`Db::now`] as it was before the blob was put.
    pub put_at: i64,
    /// Bytes of the whole blob.
    pub size: u64,
    /// Its frames, in pack order; at most 8,192.
    pub frames: Vec<NewFrame>,
    /// How long leases hold.
    pub grace: Duration,
    /// Unpublished bytes that one token may have, this pack included.
    pub max_unpublished: u64,
}

/// What a pack brought; for counters, never for answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PackCommitted {
    /// Frames that made a row.
    pub new: u32,
    /// Frames that were known.
    pub known: u32,
    /// Known frames that were broken and rest in this pack now.
    pub healed: u32,
    /// NARs that are whole again.
    pub nars_healed: u32,
}

impl Db {
    /// Commits a pack: its chunk rows, with consecutive ids in pack order for
    /// what is new, and a lease on all its chunks, new and old alike.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::PutTooOld`],
    /// [`DbError::UnpublishedLimit`]; then nothing but the key in trash.
    pub async fn commit_pack(&self, _pack: PackCommit) -> Result<PackCommitted, DbError> {
        unimplemented!()
    }
}
