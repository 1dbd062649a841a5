//! A store made by hand, with rows as Nix writes them: quick, and free to be spoilt.

use std::fs;
use std::path::Path;

use cache_cli::Env;
use cache_cli::store::{LocalStore, StoreLocation};
use nar_format::{NarHash, StorePath};
use rusqlite::Connection;

/// A store made by hand: the files, and the rows that Nix would have written.
pub(crate) struct Store {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) local: LocalStore,
    pub(crate) database: Connection,
}

impl Store {
    pub(crate) fn new() -> Store {
        let dir = tempfile::tempdir().expect("folder");
        let env = Env::isolated(dir.path());
        let location = StoreLocation::find(dir.path().to_str(), &env).expect("chroot");
        fs::create_dir_all(location.state_dir.join("db")).expect("folder");
        fs::create_dir_all(&location.real_dir).expect("folder");
        let database = Connection::open(location.database()).expect("database");
        let schema = "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
            CREATE TABLE ValidPaths (id integer primary key autoincrement, path text unique, hash text,
                registrationTime integer, deriver text, narSize integer, ultimate integer, sigs text, ca text);
            CREATE TABLE Refs (referrer integer, reference integer, primary key (referrer, reference));";
        database.execute_batch(schema).expect("schema");
        Store {
            local: LocalStore::open(location),
            dir,
            database,
        }
    }

    /// A path with these files; refers to `references`.
    pub(crate) fn add(
        &self,
        letter: char,
        files: &[(&str, Vec<u8>)],
        references: &[&StorePath],
    ) -> StorePath {
        let path =
            StorePath::from_base_name(&format!("{}-{letter}", letter.to_string().repeat(32)))
                .expect("valid");
        let real = self.local.real_path(&path);
        fs::create_dir(&real).expect("folder");
        for (name, bytes) in files {
            fs::write(real.join(name), bytes).expect("file");
        }
        let nar = dumped(&real);
        let hash = format!("sha256:{}", NarHash::of(&nar).to_hex());
        let name = path.absolute(self.local.store_dir());
        let sql =
            "INSERT INTO ValidPaths (path, hash, registrationTime, narSize) VALUES (?1, ?2, 0, ?3)";
        self.database
            .execute(sql, (&name, hash, nar.len() as i64))
            .expect("row");
        for reference in references {
            let sql = "INSERT INTO Refs SELECT a.id, b.id FROM ValidPaths a, ValidPaths b WHERE a.path = ?1 AND b.path = ?2";
            let other = reference.absolute(self.local.store_dir());
            self.database
                .execute(sql, (&name, other))
                .expect("reference");
        }
        path
    }

    pub(crate) fn sign(&self, path: &StorePath, sig: &str) {
        let name = path.absolute(self.local.store_dir());
        self.database
            .execute(
                "UPDATE ValidPaths SET sigs = ?2 WHERE path = ?1",
                (name, sig),
            )
            .expect("row");
    }
}

pub(crate) fn dumped(real: &Path) -> Vec<u8> {
    let mut nar = Vec::new();
    cache_cli::dump::dump(real, &mut |bytes| {
        nar.extend_from_slice(bytes);
        true
    })
    .expect("dumped");
    nar
}

/// Bytes that do not compress and repeat nowhere.
pub(crate) fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

/// Three paths with shared, small and large files.
pub(crate) fn closure(store: &Store) -> [StorePath; 3] {
    let shared = noise(1, 700_000);
    let a = store.add(
        'a',
        &[("shared", shared.clone()), ("one", noise(2, 100))],
        &[],
    );
    let b = store.add(
        'b',
        &[("shared", shared), ("large", noise(3, 9_000_000))],
        &[&a],
    );
    let c = store.add('c', &[("text", b"hello".to_vec())], &[&a, &b]);
    [a, b, c]
}
