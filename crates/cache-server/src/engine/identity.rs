//! The store knows its database.
//!
//! A blob store carries the id and generation of the database that describes
//! it. With an empty or foreign database over a full store nothing is served
//! and nothing is changed, because every blob would look like an orphan. A
//! store that shows nothing at all under a database that has packs is taken
//! for one that is not mounted.

use std::sync::{
    RwLock,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use cache_db::{DbError, Pairing, StoreIdentity, StoreView, pairing};
use chunk_store::{
    BlobKey,
    blob::{BlobError, put},
};
use tracing::{error, info, warn};

use super::{Engine, EngineError};

/// Whether the engine can work, and if not, why and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Everything is there.
    Ready,
    /// The blob store cannot be reached or shows nothing: not mounted, perhaps.
    StoreAway(String),
    /// The blob store belongs to another database.
    Foreign(String),
}

/// What the engine last found out about its store.
#[derive(Debug)]
pub(super) struct Identity {
    state: RwLock<(Readiness, Option<BlobKey>)>,
    /// Whether it was ever ready. A store that was there and shows nothing now
    /// is away; pairing it anew would send acknowledged bytes below a mount point.
    was_ready: AtomicBool,
}

impl Default for Identity {
    fn default() -> Self {
        let unknown = Readiness::StoreAway("the store was not looked at yet".to_owned());
        Self {
            state: RwLock::new((unknown, None)),
            was_ready: AtomicBool::new(false),
        }
    }
}

/// Looks at a store that others pair at the same time.
const LOOKS: usize = 8;

const REMEDY: &str = "point the server at the database that belongs to this store, or restore that \
    database from a backup; nothing is served or deleted until then";

const EMPTY: &str = "the blob store is empty, but the database knows what was in it: is its disk \
    mounted?";

/// What to tell people about a database and a store that do not pair. Pure.
fn explain(db: &StoreIdentity, db_has_packs: bool, store: Option<(String, u64)>) -> String {
    let StoreIdentity {
        store_id,
        generation,
    } = db;
    let of_store = match store {
        Some((id, number)) => format!("belongs to database {id} generation {number}"),
        None => "holds packs or records but no identity key".to_owned(),
    };
    let of_db = match (db.is_paired(), db_has_packs) {
        (true, _) => format!("this database is {store_id} generation {generation}"),
        (false, true) => "this database is not paired yet: a restore was interrupted".to_owned(),
        (false, false) => "this database is empty".to_owned(),
    };
    format!("the blob store {of_store}, but {of_db}; {REMEDY}")
}

impl Engine {
    /// Whether the engine can work, as last found out.
    pub fn readiness(&self) -> Readiness {
        self.identity_state().0
    }

    fn identity_state(&self) -> (Readiness, Option<BlobKey>) {
        let state = self.0.identity.state.read();
        state.expect("no panic under this lock").clone()
    }

    /// Refuses while the store is away or foreign.
    pub(super) fn require_ready(&self) -> Result<(), EngineError> {
        match self.readiness() {
            Readiness::Ready => Ok(()),
            Readiness::StoreAway(why) => Err(EngineError::NotReady(why)),
            Readiness::Foreign(why) => Err(EngineError::Foreign(why)),
        }
    }

    /// Whether the store's identity reads back right at this moment. Damage is
    /// marked only while it does.
    pub(super) async fn identity_reads_back(&self) -> bool {
        let (Readiness::Ready, Some(key)) = self.identity_state() else {
            return false;
        };
        // Not only that it is there: another database may have taken the store.
        match self.identities().await {
            Ok(view) => view.highest() == key.identity_parts(),
            Err(_) => false,
        }
    }

    /// Looks at store and database again and acts on what is found.
    pub(super) async fn check_identity(&self) -> Result<(), EngineError> {
        let before = self.readiness();
        if before == Readiness::Ready && self.identity_reads_back().await {
            return Ok(());
        }
        let (after, key) = match self.look_at_store().await {
            Ok(found) => found,
            Err(EngineError::Blob(error)) => (Readiness::StoreAway(error.to_string()), None),
            Err(error) => return Err(error),
        };
        if after != before {
            match &after {
                Readiness::Ready => info!("database and blob store belong together"),
                Readiness::StoreAway(why) => warn!(why, "the blob store is away"),
                Readiness::Foreign(why) => error!(why, "the blob store is foreign"),
            }
        }
        let identity = &self.0.identity;
        identity
            .was_ready
            .fetch_or(after == Readiness::Ready, Ordering::Relaxed);
        *self
            .0
            .identity
            .state
            .write()
            .expect("no panic under this lock") = (after, key);
        Ok(())
    }

    /// Looks until nobody else pairs at the same time. What was paired here is
    /// looked at once more: another database may have come first to the store.
    async fn look_at_store(&self) -> Result<(Readiness, Option<BlobKey>), EngineError> {
        for _ in 0..LOOKS {
            match self.pair_or_find().await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) | Err(EngineError::Db(DbError::Changed)) => {}
                Err(error) => return Err(error),
            }
        }
        let why = "others pair the blob store at the same time".to_owned();
        Ok((Readiness::StoreAway(why), None))
    }

    /// One look; `None` when it paired database and store just now.
    async fn pair_or_find(&self) -> Result<Option<(Readiness, Option<BlobKey>)>, EngineError> {
        let db = &self.0.config.db;
        let identity = db.store_identity().await?;
        let has_packs = db.has_pack_rows().await?;
        let view = self.see_store().await?;
        let key = match pairing(&identity, has_packs, &view) {
            Pairing::Paired => identity_key(&identity.store_id, identity.generation)?,
            Pairing::WriteKey(key) => {
                self.write_identity(&key).await?;
                key
            }
            Pairing::PairAnew { .. } if self.0.identity.was_ready.load(Ordering::Relaxed) => {
                return Ok(Some((Readiness::StoreAway(EMPTY.to_owned()), None)));
            }
            Pairing::PairAnew {
                store_id,
                generation,
            } => {
                let store_id = store_id.unwrap_or_else(|| self.fresh_ulid().to_string());
                let key = identity_key(&store_id, generation)?;
                db.pair(&identity, &store_id, generation).await?;
                self.write_identity(&key).await?;
                info!(store_id, generation, "paired database and blob store");
                return Ok(None);
            }
            Pairing::Foreign { store: None, .. } if has_packs && !view.holds_blobs => {
                return Ok(Some((Readiness::StoreAway(EMPTY.to_owned()), None)));
            }
            Pairing::Foreign { store, .. } => {
                let why = explain(&identity, has_packs, store);
                return Ok(Some((Readiness::Foreign(why), None)));
            }
        };
        Ok(Some((Readiness::Ready, Some(key))))
    }

    async fn see_store(&self) -> Result<StoreView, EngineError> {
        let mut view = self.identities().await?;
        for prefix in ["packs/", "records/"] {
            let found = self.0.config.blobs.list(prefix, None, 1).await?;
            view.holds_blobs |= !found.is_empty();
        }
        Ok(view)
    }

    /// The identity keys alone.
    async fn identities(&self) -> Result<StoreView, EngineError> {
        let listed = self.0.config.blobs.list("store/", None, 1000).await?;
        let keys = listed.iter().filter_map(|entry| entry.key.parse().ok());
        Ok(StoreView {
            identities: keys.collect(),
            holds_blobs: false,
        })
    }

    async fn write_identity(&self, key: &BlobKey) -> Result<(), EngineError> {
        match put(&*self.0.config.blobs, key, Bytes::new()).await {
            Ok(()) | Err(BlobError::AlreadyExists(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn identity_key(store_id: &str, generation: u64) -> Result<BlobKey, EngineError> {
    BlobKey::identity(store_id, generation)
        .map_err(|_| EngineError::NotReady("the database names a malformed store id".to_owned()))
}
