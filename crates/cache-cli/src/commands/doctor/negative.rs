//! What Nix remembers of paths that a cache did not have.
//!
//! Nix keeps answers of caches in `binary-cache-vN.sqlite` (table `BinaryCaches`: id, url; table
//! `NARs`: cache, hashPart, timestamp, present) and does not ask again for an hour.

use std::path::Path;

use nar_format::PathHash;
use rusqlite::{Connection, OpenFlags};

/// Until when Nix will say without asking that `url` does not have the path.
pub(super) fn remembered(
    folder: &Path,
    url: &str,
    hash: &PathHash,
    now: u64,
    ttl: u64,
) -> Option<u64> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let files = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("binary-cache-v") && name.ends_with(".sqlite")
    });
    let latest = files
        .filter_map(|entry| query(&entry.path(), url, hash))
        .max()?;
    Some(latest + ttl).filter(|&until| until > now)
}

/// When the newest negative answer was noted, if no positive one is.
fn query(file: &Path, url: &str, hash: &PathHash) -> Option<u64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).ok()?;
    let sql = "SELECT max(n.timestamp) FROM NARs n JOIN BinaryCaches c ON c.id = n.cache
               WHERE rtrim(c.url, '/') = rtrim(?1, '/') AND n.hashPart = ?2 AND n.present = 0";
    let row = connection.query_row(sql, (url, hash.as_str()), |row| {
        row.get::<_, Option<i64>>(0)
    });
    u64::try_from(row.ok()??).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_negative_answer_is_found() {
        let dir = tempfile::tempdir().expect("folder");
        let file = dir.path().join("binary-cache-v6.sqlite");
        let connection = Connection::open(file).expect("database");
        connection
            .execute_batch(
                "CREATE TABLE BinaryCaches (id integer primary key, url text unique not null);
                 CREATE TABLE NARs (cache integer, hashPart text, timestamp integer, present integer);
                 INSERT INTO BinaryCaches VALUES (1, 'http://c/main'), (2, 'http://d');
                 INSERT INTO NARs VALUES (1, '00000000000000000000000000000000', 1000, 0),
                                         (2, '00000000000000000000000000000000', 1000, 1);",
            )
            .expect("rows");
        let hash: PathHash = "0".repeat(32).parse().expect("valid");
        let other: PathHash = "1".repeat(32).parse().expect("valid");
        for (name, url, hash, now, want) in [
            ("young", "http://c/main", &hash, 2000, Some(4600)),
            ("a slash more", "http://c/main/", &hash, 2000, Some(4600)),
            ("old", "http://c/main", &hash, 5000, None),
            ("positive", "http://d", &hash, 2000, None),
            ("another path", "http://c/main", &other, 2000, None),
            ("another cache", "http://e", &hash, 2000, None),
        ] {
            assert_eq!(remembered(dir.path(), url, hash, now, 3600), want, "{name}");
        }
        assert_eq!(
            remembered(&dir.path().join("absent"), "http://c/main", &hash, 0, 3600),
            None
        );
    }
}
