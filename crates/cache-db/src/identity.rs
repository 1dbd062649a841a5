//! The store knows its database: whose store a store is.

use chunk_store::BlobKey;

use crate::{Db, DbError};

/// Which store this database belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreIdentity {
    /// A ULID; empty while the database was never paired.
    pub store_id: String,
    /// Rises with each pairing, restore and rebuild.
    pub generation: u64,
}

impl StoreIdentity {
    /// Whether the database was ever paired with a store.
    pub fn is_paired(&self) -> bool {
        !self.store_id.is_empty()
    }
}

/// What a blob store shows of itself at start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreView {
    /// All keys below `store/`.
    pub identities: Vec<BlobKey>,
    /// Whether any pack or record is there.
    pub holds_blobs: bool,
}

/// What to do about a database and a store at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// They belong together.
    Paired,
    /// They belong together and a crash kept the store's key from being
    /// written: write this key and go on.
    WriteKey(BlobKey),
    /// Both are empty: [`Db::pair`] with these, then write the key.
    PairAnew {
        /// The store id to take; `None` = make a fresh ULID.
        store_id: Option<String>,
        /// The generation to take.
        generation: u64,
    },
    /// They do not belong together: serve nothing, sweep nothing, say so.
    Foreign {
        /// Whether the database has pack rows.
        database_has_packs: bool,
        /// What the store calls itself, if it does.
        store: Option<(String, u64)>,
    },
}

/// Decides whether a database and a store belong together. Pure.
pub fn pairing(database: &StoreIdentity, has_pack_rows: bool, store: &StoreView) -> Pairing {
    let highest = store
        .identities
        .iter()
        .filter_map(BlobKey::identity_parts)
        .max_by_key(|(_, generation)| *generation);
    if let Some((id, generation)) = highest
        && database.is_paired()
        && id == database.store_id
    {
        if generation == database.generation {
            return Pairing::Paired;
        }
        if generation.checked_add(1) == Some(database.generation)
            && let Ok(key) = BlobKey::identity(id, database.generation)
        {
            return Pairing::WriteKey(key);
        }
    }
    if has_pack_rows || store.holds_blobs {
        return Pairing::Foreign {
            database_has_packs: has_pack_rows,
            store: highest.map(|(id, generation)| (id.to_owned(), generation)),
        };
    }
    let own = database.is_paired().then_some(database.store_id.as_str());
    let above = highest.map_or(1, |(_, generation)| generation.saturating_add(1));
    Pairing::PairAnew {
        store_id: highest.map(|(id, _)| id).or(own).map(str::to_owned),
        generation: above.max(database.generation),
    }
}

impl Db {
    /// Which store this database belongs to.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub async fn store_identity(&self) -> Result<StoreIdentity, DbError> {
        unimplemented!()
    }

    /// Whether any pack row exists: then an empty store is not ours.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn has_pack_rows(&self) -> Result<bool, DbError> {
        unimplemented!()
    }

    /// Takes on an identity and starts the stored clock at wall time, unless
    /// it is ahead of that. The key in the store is written after this.
    ///
    /// # Errors
    /// [`DbError::Changed`] when a pack row appeared or the generation would
    /// go down.
    pub async fn pair(&self, _store_id: &str, _generation: u64) -> Result<(), DbError> {
        unimplemented!()
    }
}
