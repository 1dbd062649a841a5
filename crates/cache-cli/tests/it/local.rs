//! Reading stores that a real Nix made.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use cache_cli::dump::dump;
use cache_cli::store::{LocalStore, StoreLocation};
use cache_cli::{Env, ErrorKind};

use crate::nix::Nix;
use crate::store::Store;

fn dumped(path: &Path) -> Vec<u8> {
    let mut nar = Vec::new();
    dump(path, &mut |bytes| {
        nar.extend_from_slice(bytes);
        true
    })
    .expect("dumped");
    nar
}

fn open(nix: &Nix) -> LocalStore {
    let env = Env::isolated(nix.dir.path());
    LocalStore::open(StoreLocation::find(Some(nix.store()), &env).expect("a chroot store"))
}

/// A folder with every kind of node and sizes around the blocks of reading and padding.
fn every_kind(root: &Path) {
    fs::create_dir_all(root.join("empty")).expect("folder");
    fs::create_dir_all(root.join("sub/deep/deeper")).expect("folder");
    let sizes = [
        0,
        1,
        7,
        8,
        9,
        4096,
        256 * 1024 - 1,
        256 * 1024,
        256 * 1024 + 1,
        3_000_003,
    ];
    for size in sizes {
        let bytes: Vec<u8> = (0..size)
            .map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 11) as u8)
            .collect();
        fs::write(root.join(format!("file-{size}")), bytes).expect("file");
    }
    for name in ["Z", "a", "a.b", "a-b", "ab", "ä", "with space", "sub.x"] {
        fs::write(root.join(name), name).expect("file");
    }
    fs::write(root.join("sub/deep/run"), "#!/bin/sh\n").expect("file");
    fs::set_permissions(root.join("sub/deep/run"), fs::Permissions::from_mode(0o755))
        .expect("chmod");
    symlink("../nowhere", root.join("sub/broken")).expect("link");
    symlink("/etc/passwd", root.join("absolute")).expect("link");
    symlink("sub", root.join("to-folder")).expect("link");
}

#[test]
fn a_dump_is_byte_equal_to_nixs() {
    let Some(nix) = Nix::new() else { return };
    let tree = nix.dir.path().join("tree");
    fs::create_dir(&tree).expect("folder");
    every_kind(&tree);
    let link = nix.dir.path().join("link");
    symlink("target", &link).expect("link");
    for path in [
        &tree,
        &tree.join("file-9"),
        &tree.join("sub/deep/run"),
        &tree.join("empty"),
        &link,
    ] {
        assert!(dumped(path) == nix.dump(path), "{} differs", path.display());
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "where the closures are is told by the environment"
)]
fn real_paths_of_this_machine_dump_as_nix_dumps_them() {
    let Some(nix) = Nix::new() else { return };
    let corpus = std::env::var_os("GARRET_CORPUS").map(PathBuf::from);
    let store = corpus.map_or("/nix/store".into(), |root| root.join("store/nix/store"));
    let Ok(store) = fs::read_dir(&store) else {
        eprintln!("skipped: no {} here", store.display());
        return;
    };
    let small = |path: &Path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
    let mut paths: Vec<_> = store
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| small(path))
        .collect();
    paths.sort();
    if paths.is_empty() {
        eprintln!("skipped: the store holds no folder");
    }
    for path in paths.iter().take(8) {
        assert!(dumped(path) == nix.dump(path), "{} differs", path.display());
    }
}

#[test]
fn facts_are_those_that_nix_tells() {
    let Some(nix) = Nix::new() else { return };
    let tree = nix.dir.path().join("tree");
    fs::create_dir(&tree).expect("folder");
    every_kind(&tree);
    let base = nix.add(&tree);
    let middle = nix.add_text("middle", "x", &[&base]);
    let top = nix.add_text("top", "y", &[&middle, &base]);
    let store = open(&nix);
    let root = store.resolve(&top).expect("in the store");
    let facts = store
        .facts(std::slice::from_ref(&root), true)
        .expect("closure");
    let mut names: Vec<String> = facts
        .iter()
        .map(|facts| facts.path.absolute(store.store_dir()))
        .collect();
    names.sort();
    let mut want = vec![base.clone(), middle.clone(), top.clone()];
    want.sort();
    assert_eq!(names, want);
    for facts in &facts {
        let nar = dumped(&store.real_path(&facts.path));
        assert_eq!(facts.nar_size, Some(nar.len() as u64), "{}", facts.path);
        assert_eq!(
            facts.nar_hash,
            nar_format::NarHash::of(&nar),
            "{}",
            facts.path
        );
    }
    let alone = store
        .facts(std::slice::from_ref(&root), false)
        .expect("one");
    assert_eq!((alone.len(), alone[0].references.len()), (1, 2));
}

#[test]
fn the_nix_command_tells_the_same_where_the_database_cannot_be_read() {
    let Some(nix) = Nix::new() else { return };
    let base = nix.add_text("base", "x", &[]);
    let top = nix.add_text("top", "y", &[&base]);
    let store = open(&nix);
    let root = store.resolve(&top).expect("in the store");
    let read = store
        .facts(std::slice::from_ref(&root), true)
        .expect("from the database");
    // The client looks for the database where there is none; Nix finds it all the same.
    let mut location = store.location().clone();
    location.state_dir = nix.dir.path().join("elsewhere");
    let told = LocalStore::open(location)
        .facts(std::slice::from_ref(&root), true)
        .expect("from the command");
    assert_eq!(told, read);
}

#[test]
fn a_path_that_is_not_valid_is_named_with_the_remedy() {
    let Some(nix) = Nix::new() else { return };
    nix.add_text("base", "x", &[]);
    let store = open(&nix);
    let absent = store
        .resolve("/nix/store/00000000000000000000000000000000-absent")
        .expect("a store path");
    let error = store.facts(&[absent], true).expect_err("not there");
    assert_eq!(error.kind, ErrorKind::Store);
    assert!(
        error
            .to_string()
            .contains("00000000000000000000000000000000-absent"),
        "{error}"
    );
    assert!(
        error
            .all_hints()
            .iter()
            .any(|hint| hint.contains("nix-store --realise")),
        "{error:?}"
    );
}

/// Names the store to the process that this test starts as an ordinary user.
const CHILD: &str = "GARRET_TEST_ORDINARY_USER_STORE";

/// Root can read and write everything, so the reading is done by a process of the user `nobody`:
/// while a writer has the database open, and after it has gone and left neither log nor index.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test is a program: it speaks to its own child"
)]
fn an_ordinary_user_reads_the_database_of_root() {
    if let Ok(folder) = std::env::var(CHILD) {
        let folder = Path::new(&folder);
        let location =
            StoreLocation::find(folder.to_str(), &Env::isolated(folder)).expect("chroot");
        let root = "a".repeat(32) + "-a";
        let facts = LocalStore::open(location).facts(&[root.parse().expect("a path")], true);
        assert_eq!(facts.expect("readable").len(), 1);
        return;
    }
    if fs::metadata("/proc/self").map(|meta| meta.uid()).ok() != Some(0) {
        eprintln!("skipped: only root can become another user");
        return;
    }
    let Store {
        dir,
        database,
        local,
        ..
    } = {
        let store = Store::new();
        store.add('a', &[("x", vec![1])], &[]);
        store
    };
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
    // The folder that this test was built in may be closed to others.
    let program = dir.path().join("test");
    fs::copy(std::env::current_exe().expect("this test"), &program).expect("copied");
    let as_nobody = || {
        let name = "local::an_ordinary_user_reads_the_database_of_root";
        let mut child = Command::new(&program);
        child
            .args([name, "--exact", "--nocapture"])
            .env("PATH", "/nowhere")
            .env(CHILD, dir.path())
            .uid(65_534)
            .gid(65_534);
        child.current_dir("/").output().expect("started")
    };
    let log = local.location().state_dir.join("db/db.sqlite-wal");
    assert!(
        fs::metadata(&log).expect("a log").len() > 0,
        "the writer is there"
    );
    let beside_a_writer = as_nobody();
    assert!(
        beside_a_writer.status.success(),
        "{}",
        String::from_utf8_lossy(&beside_a_writer.stderr)
    );
    drop(database);
    assert!(!log.exists(), "the writer has gone");
    let alone = as_nobody();
    assert!(
        alone.status.success(),
        "{}",
        String::from_utf8_lossy(&alone.stderr)
    );
}
