//! Nix's own database, read-only, also while a daemon writes to it and also as an ordinary user.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use nar_format::{NarHash, StoreDir, StorePath};
use rusqlite::{Connection, OpenFlags};

use super::{PathFacts, StoreLocation};
use crate::error::{CliError, ErrorKind, Result};

/// The closure of the paths in the JSON array `?1`; one step only where `?2` is 0.
const CLOSURE: &str = "WITH RECURSIVE closure(id) AS (
    SELECT id FROM ValidPaths WHERE path IN (SELECT value FROM json_each(?1))
    UNION
    SELECT Refs.reference FROM closure JOIN Refs ON Refs.referrer = closure.id WHERE ?2)";

/// How often a database that changed while it was read without locks is read again.
const QUIET_TRIES: usize = 3;

/// Facts from the database.
pub(super) fn facts(
    location: &StoreLocation,
    roots: &[StorePath],
    recursive: bool,
) -> Result<Vec<PathFacts>> {
    let database = location.database();
    let query = |connection: &Connection| read(connection, &location.store_dir, roots, recursive);
    let failed = match open(&database, "mode=ro").and_then(|connection| query(&connection)) {
        Ok(facts) => return Ok(facts),
        Err(failed) => failed,
    };
    // An ordinary user cannot make the shared-memory file that a database in WAL mode wants. As
    // long as no writer has anything in the log, the database file alone is the whole truth.
    for _ in 0..QUIET_TRIES {
        let Some(before) = quiet_state(&database) else {
            break;
        };
        let facts = open(&database, "immutable=1").and_then(|connection| query(&connection));
        if quiet_state(&database).as_ref() == Some(&before) {
            return facts;
        }
    }
    Err(failed)
}

fn open(database: &Path, mode: &str) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(format!("file:{}?{mode}", uri_path(database)), flags);
    let connection = connection.map_err(|error| unreadable(database).because(error))?;
    connection
        .busy_timeout(Duration::from_secs(10))
        .map_err(|error| unreadable(database).because(error))?;
    Ok(connection)
}

fn uri_path(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte);
    let escape = |byte: &u8| match plain(byte) {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    path.as_os_str().as_bytes().iter().map(escape).collect()
}

/// What tells whether the database file changed; `None` while there is a log that may hold more.
fn quiet_state(database: &Path) -> Option<(u64, std::time::SystemTime)> {
    let mut wal = database.as_os_str().to_owned();
    wal.push("-wal");
    if std::fs::metadata(&wal).is_ok_and(|meta| meta.len() > 0) {
        return None;
    }
    let meta = std::fs::metadata(database).ok()?;
    Some((meta.len(), meta.modified().ok()?))
}

fn unreadable(database: &Path) -> CliError {
    CliError::new(
        ErrorKind::Store,
        format!("cannot read Nix's database {}", database.display()),
    )
}

struct Row {
    id: i64,
    path: String,
    hash: String,
    nar_size: Option<u64>,
    deriver: Option<String>,
    ultimate: bool,
    sigs: Option<String>,
    ca: Option<String>,
}

fn read(
    connection: &Connection,
    dir: &StoreDir,
    roots: &[StorePath],
    recursive: bool,
) -> Result<Vec<PathFacts>> {
    let names: Vec<String> = roots.iter().map(|root| root.absolute(dir)).collect();
    let names = serde_json::to_string(&names).expect("strings are JSON");
    let failed = |error: rusqlite::Error| {
        CliError::new(ErrorKind::Store, "cannot query Nix's database").because(error)
    };
    // One transaction, so that both questions see one state of the database.
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let rows = rows(&transaction, &names, recursive).map_err(failed)?;
    let references = references(&transaction, &names, recursive).map_err(failed)?;
    drop(transaction);
    rows.into_iter()
        .map(|row| to_facts(dir, row, &references))
        .collect()
}

fn rows(connection: &Connection, names: &str, recursive: bool) -> rusqlite::Result<Vec<Row>> {
    let columns = "v.id, v.path, v.hash, v.narSize, v.deriver, v.ultimate, v.sigs, v.ca";
    let sql =
        format!("{CLOSURE} SELECT {columns} FROM closure JOIN ValidPaths v ON v.id = closure.id");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map((names, recursive), |row| {
        Ok(Row {
            id: row.get(0)?,
            path: row.get(1)?,
            hash: row.get(2)?,
            nar_size: row
                .get::<_, Option<i64>>(3)?
                .and_then(|size| u64::try_from(size).ok())
                .filter(|&size| size > 0),
            deriver: row.get(4)?,
            ultimate: row.get::<_, Option<i64>>(5)? == Some(1),
            sigs: row.get(6)?,
            ca: row.get(7)?,
        })
    })?;
    rows.collect()
}

/// By the id of who refers: the paths referred to.
fn references(
    connection: &Connection,
    names: &str,
    recursive: bool,
) -> rusqlite::Result<HashMap<i64, Vec<String>>> {
    let sql = format!(
        "{CLOSURE} SELECT r.referrer, v.path FROM closure
         JOIN Refs r ON r.referrer = closure.id JOIN ValidPaths v ON v.id = r.reference"
    );
    let mut statement = connection.prepare(&sql)?;
    let mut found: HashMap<i64, Vec<String>> = HashMap::new();
    let mut rows = statement.query((names, recursive))?;
    while let Some(row) = rows.next()? {
        found.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(found)
}

fn to_facts(dir: &StoreDir, row: Row, references: &HashMap<i64, Vec<String>>) -> Result<PathFacts> {
    let failed = |what: &str, error: nar_format::Error| {
        CliError::new(
            ErrorKind::Store,
            format!("Nix's database has a {what} that is none, at {}", row.path),
        )
        .because(error)
    };
    let path = |text: &str| StorePath::parse(dir, text);
    let refs = references
        .get(&row.id)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let refs: std::result::Result<Vec<StorePath>, _> = refs.iter().map(|text| path(text)).collect();
    let mut refs = refs.map_err(|error| failed("reference", error))?;
    refs.sort();
    Ok(PathFacts {
        path: path(&row.path).map_err(|error| failed("path", error))?,
        nar_hash: row
            .hash
            .parse::<NarHash>()
            .map_err(|error| failed("hash", error))?,
        nar_size: row.nar_size,
        references: refs,
        // A deriver from another store folder tells this cache nothing.
        deriver: row.deriver.as_deref().and_then(|text| path(text).ok()),
        sigs: row
            .sigs
            .as_deref()
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        ca: row.ca.filter(|ca| !ca.is_empty()),
        ultimate: row.ultimate,
    })
}

#[cfg(test)]
mod tests;
