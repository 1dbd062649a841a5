//! What an engine is opened with.

use std::{fmt, sync::Arc, time::Duration};

use cache_api::Limits;
use cache_db::{Clock, Db};
use chunk_store::blob::BlobStore;

/// A source of random bytes: fills the slice.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Everything an [`Engine`](super::Engine) needs from outside.
#[derive(Clone)]
pub struct EngineConfig {
    /// The rows.
    pub db: Db,
    /// The blobs.
    pub blobs: Arc<dyn BlobStore>,
    /// Wall and monotonic time.
    pub clock: Clock,
    /// Where keys, ids and names get their randomness from. Must be fit for secret keys.
    pub random: Random,
    /// Limits on what callers send; announced to them.
    pub limits: Limits,
    /// The zstd level that clients are asked to use.
    pub compression_level: i32,
    /// How long leases and replaced or removed things are kept.
    pub grace: Duration,
    /// How long a removed or replaced object goes on to answer its own NAR URL.
    pub removed_grace: Duration,
    /// Bytes of memory that uploads may hold at once, those of one token half of
    /// it; more wait unread.
    pub upload_memory: u64,
    /// Bytes of rendered narinfo kept in memory.
    pub narinfo_memory: usize,
    /// NARs that are verified at once; one token alone has half of the places.
    pub verify_slots: usize,
}

impl EngineConfig {
    /// The defaults over a database and a blob store.
    pub fn new(db: Db, blobs: Arc<dyn BlobStore>, clock: Clock, random: Random) -> Self {
        Self {
            db,
            blobs,
            clock,
            random,
            limits: Limits::default(),
            compression_level: 3,
            grace: Duration::from_secs(24 * 3600),
            removed_grace: Duration::from_secs(24 * 3600),
            upload_memory: 64 << 20,
            narinfo_memory: 32 << 20,
            verify_slots: 8,
        }
    }
}

impl fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineConfig")
            .field("limits", &self.limits)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}
