//! A trace, played to any of its lines: a disk of blobs that loses what was
//! not synced, and a database as it was committed.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use rusqlite::{Connection, types::Value};
use tempfile::TempDir;

use crate::{
    crash_marks::{BASE, Expect},
    crash_model::{Disk, Image, Node},
    crash_runs::{DB, RUN, STORE},
    crash_trace::{FileId, Op},
};

/// A run at one of its lines.
#[derive(Clone)]
pub(crate) struct Replay {
    pub(crate) blobs: Disk,
    pub(crate) database: Disk,
    pub(crate) expect: Expect,
    /// How often everything came to rest.
    pub(crate) bases: usize,
}

fn is_database(path: &str) -> bool {
    path.starts_with(&format!("{RUN}/{DB}"))
}

fn is_above_database(path: &str) -> bool {
    format!("{RUN}/{DB}").starts_with(&format!("{path}/"))
}

impl Replay {
    pub(crate) fn new() -> Self {
        Self {
            blobs: Disk::new(),
            database: Disk::new(),
            expect: Expect::default(),
            bases: 0,
        }
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Mark(mark) => {
                self.expect.note(mark);
                if mark == BASE {
                    self.blobs.settle();
                    self.database.settle();
                    self.bases += 1;
                }
            }
            Op::Create(id, path) | Op::Link(id, path) if is_database(path) => {
                self.blobs.forget(*id);
                self.database.apply(op);
            }
            Op::Create(id, _) | Op::Tmpfile(id) => {
                self.database.forget(*id);
                self.blobs.apply(op);
            }
            Op::Mkdir(_) | Op::Rmdir(_) | Op::FsyncDir(_) => {
                self.blobs.apply(op);
                self.database.apply(op);
            }
            Op::Rename(path, _) | Op::Unlink(path) => {
                let here = is_database(path);
                self.disk(here).apply(op);
            }
            Op::Write(id, ..) | Op::Truncate(id, _) | Op::Fsync(id) | Op::Link(id, _) => {
                let here = self.of_database(*id);
                self.disk(here).apply(op);
            }
        }
    }

    /// Whether a file belongs to the database.
    pub(crate) fn of_database(&self, file: FileId) -> bool {
        self.database.holds(file)
    }

    fn disk(&mut self, database: bool) -> &mut Disk {
        if database {
            &mut self.database
        } else {
            &mut self.blobs
        }
    }

    /// The database of this moment, by its rows: what was synced, and what was
    /// written, which are the same but in the middle of a commit.
    pub(crate) fn databases(&self) -> Vec<Image> {
        let mut databases = vec![self.database.synced(), self.database.written()];
        for image in &mut databases {
            image.retain(|path, _| is_database(path) || is_above_database(path));
        }
        databases.dedup();
        databases
    }

    /// The bytes of all blobs by key, as they were meant to be.
    pub(crate) fn whole(&self) -> BTreeMap<String, Arc<Vec<u8>>> {
        let prefix = format!("{RUN}/{STORE}/");
        let blob = |(path, node): (String, Node)| match node {
            Node::File(bytes) => Some((path.strip_prefix(&prefix)?.to_owned(), bytes)),
            Node::Folder => None,
        };
        self.blobs.written().into_iter().filter_map(blob).collect()
    }
}

/// Makes the files of an image. What an upload left behind gets the name that
/// a process of the same number gave it: after a restart in a container all
/// processes have one number.
pub(crate) fn lay_out(image: &Image, folder: &Path) {
    let tmp = format!("{RUN}/{STORE}/tmp/");
    for (path, node) in image {
        let path = match path
            .strip_prefix(&tmp)
            .and_then(|name| name.split_once('-'))
        {
            Some((_, rest)) => format!("{tmp}{}-{rest}", std::process::id()),
            None => path.clone(),
        };
        let path = folder.join(path);
        match node {
            Node::Folder => fs::create_dir_all(path).unwrap(),
            Node::File(bytes) => fs::write(path, &**bytes).unwrap(),
        }
    }
}

/// A temporary folder in memory, where there is such a place.
pub(crate) fn quick_folder() -> TempDir {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).unwrap()
}

/// All rows that SQLite finds in the files of a database.
pub(crate) fn rows(database: &Image) -> blake3::Hash {
    let folder = quick_folder();
    lay_out(database, folder.path());
    let path = folder.path().join(RUN).join(DB);
    let mut hasher = blake3::Hasher::new();
    if path.exists() {
        let conn = Connection::open(path).unwrap();
        let sound: String = conn
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
        for table in texts(&conn, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
            hasher.update(table.as_bytes());
            hash_table(&conn, &table, &mut hasher);
        }
    } else {
        hasher.update(b"none");
    }
    hasher.finalize()
}

fn texts(conn: &Connection, sql: &str) -> Vec<String> {
    let mut select = conn.prepare(sql).unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn hash_table(conn: &Connection, table: &str, hasher: &mut blake3::Hasher) {
    let mut select = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = select.column_count();
    let mut rows = select.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            let value: Value = row.get(column).unwrap();
            hasher.update(format!("{value:?};").as_bytes());
        }
    }
}
