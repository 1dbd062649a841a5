//! The engine: `ingest` is the only way bytes enter, `serve` the only way they
//! leave. It knows nothing of HTTP; a program may embed it alone.
//!
//! | file | what it does |
//! |---|---|
//! | `identity.rs` | decides whether database and blob store belong together |
//! | `caches.rs`, `objects.rs` | making, changing and listing caches and paths |
//! | `ingest/` | packs in, and what is missing |
//! | `publish/` | verify, record, commit: a path becomes visible |
//! | `serve/` | narinfo, NARs and listings out |
//! | `damage.rs` | a frame that read wrong is looked at again, then marked |
//! | `background.rs` | what runs beside the requests |

mod background;
mod caches;
mod caller;
mod config;
mod damage;
mod error;
mod identity;
mod ingest;
mod known;
mod objects;
mod publish;
mod serve;
mod shares;
mod tally;
mod touches;

use std::sync::{Arc, Mutex};

use cache_api::{Limits, ServerInfo};
use chunk_store::BlobKey;
use tokio::task::JoinHandle;
use ulid::Ulid;

pub use caller::Caller;
pub use config::{EngineConfig, Random};
pub use error::EngineError;
pub use identity::Readiness;
pub use ingest::Admission;
pub use publish::{PublishRequest, PublishStream};
pub use serve::{Nar, NarName, NarNameError, NarStream};
pub use tally::{Counter, Tally};

/// What every part of the engine shares.
struct Inner {
    config: EngineConfig,
    identity: identity::Identity,
    known: known::Known,
    admissions: ingest::Admissions,
    flights: publish::Flights,
    hits: serve::Hits,
    readings: serve::Readings,
    touches: touches::Touches,
    damage: damage::Queue,
    tally: Tally,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// A whole cache server but for its protocol. Clones share one engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

impl Engine {
    /// Opens an engine over a database and a blob store, pairs them where that
    /// is safe, and starts the tasks that run beside the requests.
    ///
    /// A store that is away or belongs to another database is no error here:
    /// the engine opens, serves nothing, and [`Engine::readiness`] says why and
    /// what to do.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(config: EngineConfig) -> Result<Self, EngineError> {
        let (damage, reports) = damage::queue();
        let engine = Self(Arc::new(Inner {
            identity: identity::Identity::default(),
            known: known::Known::default(),
            admissions: ingest::Admissions::new(config.upload_memory),
            flights: publish::Flights::new(config.verify_slots),
            hits: serve::Hits::new(config.narinfo_memory),
            readings: serve::Readings::default(),
            touches: touches::Touches::default(),
            tally: Tally::default(),
            tasks: Mutex::default(),
            damage,
            config,
        }));
        engine.check_identity().await?;
        background::start(&engine, reports);
        Ok(engine)
    }

    /// What this server says about itself.
    pub fn server_info(&self) -> ServerInfo {
        let config = &self.0.config;
        ServerInfo::new(
            env!("CARGO_PKG_VERSION"),
            config.compression_level,
            config.limits.clone(),
        )
    }

    /// The limits on what callers send.
    pub fn limits(&self) -> &Limits {
        &self.0.config.limits
    }

    /// What the engine counted since it was opened.
    pub fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Ends the tasks that run beside the requests, after what they hold was written.
    pub async fn close(&self) {
        let tasks = std::mem::take(&mut *self.0.tasks.lock().expect("no panic under this lock"));
        for task in tasks {
            task.abort();
        }
        self.flush_touches().await;
    }

    /// A fresh ULID from the clock and the randomness that were handed in.
    fn fresh_ulid(&self) -> Ulid {
        let mut random = [0; 16];
        (self.0.config.random)(&mut random);
        let millis = self.0.config.clock.wall().saturating_mul(1000);
        Ulid::from_parts(millis, u128::from_le_bytes(random))
    }

    fn fresh_pack_key(&self) -> BlobKey {
        BlobKey::pack(self.fresh_ulid())
    }

    fn fresh_record_key(&self) -> BlobKey {
        BlobKey::record(self.fresh_ulid())
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}
