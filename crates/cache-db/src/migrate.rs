//! The numbered migrations, and the guard before them.
//!
//! A database is ours when it is empty or has our table of versions and no
//! table that we do not know. Anything else is refused before a byte of it is
//! changed: it may be the database of another program.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior};

use crate::DbError;

/// Each brings the schema from the version of its index to the next.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_rows.sql")];

/// Every table that a migration makes, and that of versions.
const TABLES: &[&str] = &[
    VERSIONS, "store", "cache", "key", "pack", "trash", "record", "ends", "chunk", "lease", "nar",
    "object",
];

const VERSIONS: &str = "garret_schema";

/// The schema version this program writes.
pub(crate) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Looks at an existing file without changing it.
pub(crate) fn check_ours(path: &Path) -> Result<(), DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = |source| DbError::Open {
        path: path.to_owned(),
        source,
    };
    let conn = Connection::open_with_flags(path, flags).map_err(open)?;
    let tables = tables(&conn).map_err(open)?;
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

/// Runs what is not there yet, in one transaction.
pub(crate) fn migrate(conn: &mut Connection) -> Result<(), rusqlite::Error> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {VERSIONS} (version INTEGER PRIMARY KEY) STRICT"
    ))?;
    let from = version(&tx)?;
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(from as usize) {
        tx.execute_batch(sql)?;
        tx.execute(
            &format!("INSERT INTO {VERSIONS} (version) VALUES (?)"),
            [index + 1],
        )?;
    }
    tx.commit()
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
    use super::*;

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
