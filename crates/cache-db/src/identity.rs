//! The store knows its database: whose store a store is.

use chunk_store::BlobKey;
use rusqlite::params;

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

impl StoreView {
    /// The id and generation that count. Of two ids that were written at once
    /// with one generation it is the greater, for everybody.
    pub fn highest(&self) -> Option<(&str, u64)> {
        self.identities
            .iter()
            .filter_map(BlobKey::identity_parts)
            .max_by_key(|(id, generation)| (*generation, *id))
    }
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
    let highest = store.highest();
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
        self.inner.readers.read_one(|conn| {
            let mut select = conn.prepare_cached("SELECT store_id, generation FROM store")?;
            let identity = select.query_row([], |row| {
                Ok(StoreIdentity {
                    store_id: row.get(0)?,
                    generation: row.get(1)?,
                })
            })?;
            Ok(identity)
        })
    }

    /// Whether any pack row exists: then an empty store is not ours.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn has_pack_rows(&self) -> Result<bool, DbError> {
        self.inner.readers.read_one(|conn| {
            let sql = "SELECT EXISTS (SELECT 1 FROM pack)";
            Ok(conn.query_row(sql, [], |row| row.get(0))?)
        })
    }

    /// Takes on an identity, for a database without pack rows. The first time
    /// the stored clock starts at wall time; later it stands as it is, since
    /// it never steps. The key in the store is written after this.
    ///
    /// # Errors
    /// [`DbError::Changed`] when the identity is not `expected` any more, since
    /// another process paired it, when a pack row appeared, or when the
    /// generation would go down.
    pub async fn pair(
        &self,
        expected: &StoreIdentity,
        store_id: &str,
        generation: u64,
    ) -> Result<(), DbError> {
        let (expected, store_id) = (expected.clone(), store_id.to_owned());
        let wall = i64::try_from(self.wall()).unwrap_or(0);
        let clock = self
            .write(1, move |tx| {
                let sql = "UPDATE store SET generation = ?2, store_id = ?1,
                         clock = CASE WHEN store_id = '' THEN max(clock, ?3) ELSE clock END
                     WHERE store_id = ?4 AND generation = ?5 AND generation <= ?2
                         AND NOT EXISTS (SELECT 1 FROM pack)
                     RETURNING clock";
                let StoreIdentity {
                    store_id: old,
                    generation: since,
                } = expected;
                let params = params![store_id, generation, wall, old, since];
                tx.first(sql, params, |row| row.get(0))?
                    .ok_or(DbError::Changed)
            })
            .await?;
        self.note_clock(clock);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(identities: &[(&str, u64)], holds_blobs: bool) -> StoreView {
        StoreView {
            identities: identities
                .iter()
                .map(|(id, generation)| BlobKey::identity(id, *generation).unwrap())
                .collect(),
            holds_blobs,
        }
    }

    fn anew(store_id: Option<&str>, generation: u64) -> Pairing {
        Pairing::PairAnew {
            store_id: store_id.map(str::to_owned),
            generation,
        }
    }

    fn foreign(database_has_packs: bool, store: Option<(&str, u64)>) -> Pairing {
        Pairing::Foreign {
            database_has_packs,
            store: store.map(|(id, generation)| (id.to_owned(), generation)),
        }
    }

    #[test]
    fn a_store_and_a_database_find_each_other() {
        let written = Pairing::WriteKey(BlobKey::identity("A", 2).unwrap());
        // (database, has pack rows, store, decision)
        let table = [
            (("", 0), false, view(&[], false), anew(None, 1)),
            (("A", 1), true, view(&[("A", 1)], true), Pairing::Paired),
            // An upload whose rows were not committed before the crash.
            (("A", 1), false, view(&[("A", 1)], true), Pairing::Paired),
            // A crash between the two halves of pairing.
            (("A", 2), true, view(&[("A", 1)], true), written),
            (("A", 1), false, view(&[], false), anew(Some("A"), 1)),
            // An empty store of another database, and the reverse.
            (
                ("B", 1),
                false,
                view(&[("A", 4)], false),
                anew(Some("A"), 5),
            ),
            (
                ("B", 9),
                false,
                view(&[("A", 4)], false),
                anew(Some("A"), 9),
            ),
            // The highest key counts.
            (
                ("A", 1),
                false,
                view(&[("A", 1), ("A", 3)], false),
                anew(Some("A"), 4),
            ),
            // Two that were written at once: the same one counts for both.
            (
                ("A", 1),
                true,
                view(&[("A", 1), ("B", 1)], true),
                foreign(true, Some(("B", 1))),
            ),
            (
                ("B", 1),
                true,
                view(&[("B", 1), ("A", 1)], true),
                Pairing::Paired,
            ),
            // An empty database on a full store.
            (
                ("", 0),
                false,
                view(&[("A", 1)], true),
                foreign(false, Some(("A", 1))),
            ),
            (("", 0), false, view(&[], true), foreign(false, None)),
            // A full database on an empty or unmounted store.
            (("A", 1), true, view(&[], false), foreign(true, None)),
            // An old copy of the database, and a far newer one.
            (
                ("A", 1),
                true,
                view(&[("A", 1), ("A", 2)], true),
                foreign(true, Some(("A", 2))),
            ),
            (
                ("A", 5),
                true,
                view(&[("A", 1)], true),
                foreign(true, Some(("A", 1))),
            ),
            (
                ("B", 1),
                true,
                view(&[("A", 1)], true),
                foreign(true, Some(("A", 1))),
            ),
        ];
        for (index, (database, packs, store, expected)) in table.into_iter().enumerate() {
            let database = StoreIdentity {
                store_id: database.0.to_owned(),
                generation: database.1,
            };
            assert_eq!(pairing(&database, packs, &store), expected, "row {index}");
        }
    }

    #[tokio::test]
    async fn of_two_processes_that_pair_at_once_one_looks_again() {
        let dir = tempfile::tempdir().unwrap();
        let open = || {
            let (clock, _) = crate::Clock::manual(1_700_000_000);
            Db::open(&crate::DbConfig::new(dir.path().join("db")), clock).unwrap()
        };
        let (server, one_shot) = (open(), open());
        let unpaired = one_shot.store_identity().await.unwrap();
        server.pair(&unpaired, "A", 1).await.unwrap();
        let late = one_shot.pair(&unpaired, "B", 1).await;
        assert!(matches!(late, Err(DbError::Changed)), "{late:?}");
        let paired = one_shot.store_identity().await.unwrap();
        assert_eq!((paired.store_id.as_str(), paired.generation), ("A", 1));
        // What it finds then is what it takes.
        one_shot.pair(&paired, "A", 1).await.unwrap();
    }
}
