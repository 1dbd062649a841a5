use super::*;
use crate::env::Env;

const SCHEMA: &str = "PRAGMA journal_mode = WAL;
    CREATE TABLE ValidPaths (id integer primary key, path text unique not null, hash text not null,
        registrationTime integer not null, deriver text, narSize integer, ultimate integer, sigs text, ca text);
    CREATE TABLE Refs (referrer integer not null, reference integer not null, primary key (referrer, reference));";

fn path(name: &str) -> StorePath {
    StorePath::from_base_name(&format!("{}-{name}", "0".repeat(32))).expect("valid")
}

struct Store {
    _dir: tempfile::TempDir,
    location: StoreLocation,
    writer: Connection,
}

/// Paths a → b → c → c, and d by itself.
fn store() -> Store {
    let dir = tempfile::tempdir().expect("folder");
    let location =
        StoreLocation::find(dir.path().to_str(), &Env::isolated(dir.path())).expect("chroot");
    std::fs::create_dir_all(location.state_dir.join("db")).expect("folder");
    let writer = Connection::open(location.database()).expect("database");
    writer.execute_batch(SCHEMA).expect("schema");
    for (id, name) in ["a", "b", "c", "d"].iter().enumerate() {
        let absolute = path(name).absolute(&location.store_dir);
        let hash = format!("sha256:{}", "00".repeat(32));
        let row = (
            id,
            absolute,
            hash,
            (*name == "a").then_some("k:s l:t"),
            (*name == "d").then_some(7),
        );
        let sql = "INSERT INTO ValidPaths (id, path, hash, registrationTime, sigs, narSize) VALUES (?1, ?2, ?3, 0, ?4, ?5)";
        writer.execute(sql, row).expect("row");
    }
    writer
        .execute_batch("INSERT INTO Refs VALUES (0, 1), (1, 2), (2, 2)")
        .expect("references");
    Store {
        _dir: dir,
        location,
        writer,
    }
}

fn names(facts: &[PathFacts]) -> Vec<String> {
    let mut names: Vec<String> = facts
        .iter()
        .map(|facts| facts.path.name().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_closure_is_found_with_its_facts() {
    let store = store();
    let found = facts(&store.location, &[path("a")], true).expect("closure");
    assert_eq!(names(&found), ["a", "b", "c"]);
    let a = found
        .iter()
        .find(|facts| facts.path == path("a"))
        .expect("a");
    assert_eq!(
        (a.references.as_slice(), a.nar_size),
        ([path("b")].as_slice(), None)
    );
    assert_eq!(a.sigs, ["k:s", "l:t"]);
    let c = found
        .iter()
        .find(|facts| facts.path == path("c"))
        .expect("c");
    assert_eq!(c.references, [path("c")], "a reference to itself is one");
}

#[test]
fn without_closure_the_references_are_told_all_the_same() {
    let store = store();
    let found = facts(
        &store.location,
        &[path("b"), path("d"), path("absent")],
        false,
    )
    .expect("two");
    assert_eq!(names(&found), ["b", "d"]);
    assert_eq!(
        found
            .iter()
            .map(|facts| facts.references.len())
            .sum::<usize>(),
        1
    );
    assert_eq!(found.iter().find_map(|facts| facts.nar_size), Some(7));
}

#[test]
fn a_writer_in_the_middle_of_a_transaction_is_no_obstacle() {
    let store = store();
    store
        .writer
        .execute_batch("BEGIN IMMEDIATE; DELETE FROM Refs; DELETE FROM ValidPaths")
        .expect("writing");
    assert_eq!(
        names(&facts(&store.location, &[path("a")], true).expect("the old state")),
        ["a", "b", "c"]
    );
    store.writer.execute_batch("COMMIT").expect("written");
    assert_eq!(
        names(&facts(&store.location, &[path("a")], true).expect("the new state")),
        Vec::<String>::new()
    );
}

#[test]
fn a_live_log_is_never_ignored() {
    let store = store();
    assert_eq!(
        quiet_state(&store.location.database()),
        None,
        "the writer's log is not empty"
    );
    let database = store.location.database();
    store.writer.close().expect("closed");
    assert!(
        quiet_state(&database).is_some(),
        "the last to close folds the log in"
    );
    assert!(facts(&store.location, &[path("a")], true).is_ok());
}

#[test]
fn what_is_no_database_is_an_error() {
    let store = store();
    let mut location = store.location.clone();
    location.state_dir.push("elsewhere");
    let error = facts(&location, &[path("a")], true).expect_err("nothing there");
    assert_eq!(error.kind, ErrorKind::Store);
    store
        .writer
        .execute("UPDATE ValidPaths SET hash = 'sha256:zz'", ())
        .expect("spoilt");
    assert!(
        facts(&store.location, &[path("a")], true)
            .expect_err("spoilt")
            .to_string()
            .contains("hash")
    );
}
