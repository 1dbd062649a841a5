//! The numbered migrations, and the guard before them.
//!
//! A database is ours when it is empty or has our table of versions and no
//! table that we do not know. Anything else is refused before a byte of it is
//! changed: it may be the database of another program.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, ffi};

use crate::{DbError, reach};

/// One step of the schema.
struct Migration {
    sql: &'static str,
    /// What SQL cannot do.
    then: fn(&Connection) -> Result<(), DbError>,
}

/// Each brings the schema from the version of its index to the next.
const MIGRATIONS: &[Migration] = &[
    Migration {
        sql: include_str!("migrations/0001_rows.sql"),
        then: |_| Ok(()),
    },
    Migration {
        sql: include_str!("migrations/0002_reach.sql"),
        then: reach::count_all,
    },
];

/// Every table that a migration makes, and that of versions.
const TABLES: &[&str] = &[
    VERSIONS, "store", "cache", "key", "pack", "trash", "record", "ends", "chunk", "lease", "nar",
    "object", "reach",
];

const VERSIONS: &str = "garret_schema";

/// The schema version this program writes.
pub(crate) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Looks at an existing file without changing it; but a transaction that a
/// crash cut off is undone first, as any program that opens the file does.
pub(crate) fn check_ours(path: &Path) -> Result<(), DbError> {
    let open = |source| DbError::Open {
        path: path.to_owned(),
        source,
    };
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(open)?;
    let (conn, tables) = match self::tables(&conn) {
        Err(error) if is_interrupted(&error) => {
            // Whoever opens it next must undo what was interrupted; it cannot be read before.
            let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(open)?;
            let tables = self::tables(&conn).map_err(open)?;
            (conn, tables)
        }
        tables => (conn, tables.map_err(open)?),
    };
    let known = tables.iter().any(|table| table == VERSIONS);
    let foreign = tables
        .into_iter()
        .find(|table| !known || !TABLES.contains(&table.as_str()));
    // A newer version of ours may well have tables that we do not know.
    if known {
        let found = version(&conn).map_err(open)?;
        if found > VERSION {
            return Err(DbError::TooNew {
                found,
                known: VERSION,
            });
        }
    }
    match foreign {
        None => Ok(()),
        Some(table) => Err(DbError::Foreign {
            path: path.to_owned(),
            table,
        }),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Whether a transaction was cut off in the file, as a crash does where it was just being made.
fn is_interrupted(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(ffi::SQLITE_READONLY_ROLLBACK)
}

/// Runs what is not there yet, in one transaction.
pub(crate) fn migrate(conn: &mut Connection) -> Result<(), DbError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {VERSIONS} (version INTEGER PRIMARY KEY) STRICT"
    ))?;
    let from = version(&tx)?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(from as usize) {
        tx.execute_batch(migration.sql)?;
        (migration.then)(&tx)?;
        tx.execute(
            &format!("INSERT INTO {VERSIONS} (version) VALUES (?)"),
            [index + 1],
        )?;
    }
    Ok(tx.commit()?)
}

fn tables(conn: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn version(conn: &Connection) -> Result<u32, rusqlite::Error> {
    let sql = format!("SELECT max(version) FROM {VERSIONS}");
    let found: Option<Option<u32>> = conn.query_row(&sql, [], |row| row.get(0)).optional()?;
    Ok(found.flatten().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use chunk_store::{ChunkId, recipe::encode};
    use rusqlite::params;

    use super::*;
    use crate::{CacheId, reach::Sight};

    /// A file with a transaction that a crash cut off, after `before` was committed.
    fn interrupted(folder: &Path, before: &str) -> std::path::PathBuf {
        let (live, crashed) = (folder.join("live"), folder.join("crashed"));
        let conn = Connection::open(&live).unwrap();
        conn.execute_batch(before).unwrap();
        conn.execute_batch(
            "PRAGMA cache_size = 5; BEGIN; CREATE TABLE half (a);
             INSERT INTO half WITH RECURSIVE n (i) AS
                 (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200) SELECT randomblob(4000) FROM n",
        )
        .unwrap();
        for end in ["", "-journal"] {
            let name = |path: &Path| format!("{}{end}", path.display());
            std::fs::copy(name(&live), name(&crashed)).unwrap();
        }
        crashed
    }

    #[test]
    fn a_database_whose_making_was_interrupted_opens_and_a_foreign_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = interrupted(dir.path(), "");
        check_ours(&path).unwrap();
        assert_eq!(tables(&Connection::open(&path).unwrap()).unwrap(), [""; 0]);

        let dir = tempfile::tempdir().unwrap();
        let path = interrupted(dir.path(), "CREATE TABLE theirs (a)");
        let refused = check_ours(&path);
        assert!(
            matches!(&refused, Err(DbError::Foreign { table, .. }) if table == "theirs"),
            "{refused:?}"
        );
    }

    #[test]
    fn every_table_of_the_schema_is_known_and_migrating_twice_changes_nothing() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        let mut known: Vec<_> = TABLES.iter().map(ToString::to_string).collect();
        known.sort();
        assert_eq!(tables(&conn).unwrap(), known);
        migrate(&mut conn).unwrap();
        assert_eq!(version(&conn).unwrap(), VERSION);
    }

    /// A database of version 1 with one cache.
    fn version_1(conn: &Connection) {
        let to_1 = format!(
            "CREATE TABLE {VERSIONS} (version INTEGER PRIMARY KEY) STRICT;
             INSERT INTO {VERSIONS} VALUES (1);
             {}
             INSERT INTO cache (uid, name, is_public, store_dir, priority, upstream_keys, created_at)
                 VALUES ('u', 'main', 1, '', 0, '[]', 0);",
            MIGRATIONS[0].sql
        );
        conn.execute_batch(&to_1).unwrap();
    }

    fn nar(conn: &Connection, seq: i64, unused: Option<i64>, recipe: &[u8]) {
        let sql = "INSERT INTO nar (cache_id, seq, version, hash, size, frame_size,
                 unused_since, recipe, listing) VALUES (1, ?, x'', x'', 1, 1, ?, ?, x'')";
        conn.execute(sql, params![seq, unused, recipe]).unwrap();
    }

    fn recipe(ids: &[u64]) -> Vec<u8> {
        let chunks: Vec<_> = ids.iter().map(|id| (ChunkId(*id), 1)).collect();
        encode(&chunks)
    }

    /// Which of these the live NARs of the cache reach.
    fn seen(conn: &Connection, ids: &[u64]) -> Vec<bool> {
        let mut sight = Sight::new(conn, CacheId(1), &[CacheId(1)]);
        let seen = ids.iter().map(|id| sight.of(*id).unwrap().is_some());
        seen.collect()
    }

    #[test]
    fn what_caches_reach_is_counted_when_a_database_of_version_1_is_opened() {
        let mut conn = Connection::open_in_memory().unwrap();
        version_1(&conn);
        nar(&conn, 1, None, &recipe(&[1, 2, 5000]));
        nar(&conn, 2, None, &recipe(&[2, 3]));
        nar(&conn, 3, Some(7), &recipe(&[4]));
        migrate(&mut conn).unwrap();
        assert_eq!(version(&conn).unwrap(), VERSION);
        let expected = [true, true, true, false, true];
        assert_eq!(seen(&conn, &[1, 2, 3, 4, 5000]), expected);
        let all = [1, 4, 6].into_iter().collect();
        let ever = reach::ever(&conn, CacheId(1), &all).unwrap();
        assert_eq!(ever.iter().collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn a_migration_that_fails_half_way_leaves_the_version_before() {
        let mut conn = Connection::open_in_memory().unwrap();
        version_1(&conn);
        nar(&conn, 1, None, &recipe(&[1]));
        nar(&conn, 2, None, b"damaged");
        let before = tables(&conn).unwrap();
        for _ in 0..2 {
            let failed = migrate(&mut conn);
            assert!(matches!(failed, Err(DbError::Corrupt(_))), "{failed:?}");
            assert_eq!(version(&conn).unwrap(), 1);
            assert_eq!(tables(&conn).unwrap(), before);
        }
        let sql = "UPDATE nar SET recipe = ? WHERE seq = 2";
        conn.execute(sql, [recipe(&[2])]).unwrap();
        migrate(&mut conn).unwrap();
        assert_eq!(seen(&conn, &[1, 2, 3]), [true, true, false]);
    }

    #[test]
    fn of_two_processes_that_open_a_database_of_version_1_one_migrates_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        crate::connect::create_private(&path).unwrap();
        let conn = crate::connect::writer(&path).unwrap();
        version_1(&conn);
        for seq in 1..2000 {
            nar(&conn, seq, None, &recipe(&[1, 2 + seq as u64]));
        }
        drop(conn);
        let together = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            let opened = [(); 2].map(|()| {
                scope.spawn(|| {
                    check_ours(&path).unwrap();
                    let mut conn = crate::connect::writer(&path).unwrap();
                    together.wait();
                    migrate(&mut conn).unwrap();
                    seen(&conn, &[1, 2001, 2002])
                })
            });
            for process in opened {
                assert_eq!(process.join().unwrap(), [true, true, false]);
            }
        });
    }

    #[test]
    fn no_table_with_row_ids_reuses_them() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        let reusing: Vec<String> = conn
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
                 AND sql NOT LIKE '%AUTOINCREMENT%' AND sql NOT LIKE '%WITHOUT ROWID%'",
            )
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        // One row each, never deleted.
        assert_eq!(reusing, ["garret_schema", "store"]);
    }
}
