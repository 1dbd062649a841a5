//! The shim does what the tests that stand on it believe.

use std::{
    fs::{self, File},
    io::Write as _,
};

use bytes::Bytes;
use chunk_store::{
    BlobKey,
    blob::{LocalStore, put},
};
use tempfile::TempDir;
use ulid::Ulid;

use crate::shim::{self, Fault, arm, disarm};

const ENOSPC: i32 = 28;

fn run(test: &str) {
    let dir = TempDir::new().unwrap();
    let root = dir.path().join("root");
    fs::create_dir(&root).unwrap();
    shim::run_child(&format!("shim_self::{test}"), &root, &[]);
}

#[test]
fn the_call_that_was_armed_fails_and_no_other() {
    run("child_fails");
}

#[test]
fn a_trace_says_what_a_store_did() {
    run("child_traces");
}

#[test]
#[ignore = "the child of a test"]
fn child_fails() {
    let (file, outside) = (shim::root().join("f"), shim::root().with_file_name("o"));
    arm(1, Fault::Once(5));
    fs::write(&outside, "not ours").unwrap();
    assert_eq!(fs::write(&file, "x").unwrap_err().raw_os_error(), Some(5));
    fs::write(&file, "x").unwrap();
    let count = disarm();
    assert_eq!((count.calls, &*count.struck), (3, "create f"));

    arm(2, Fault::Sticky(5));
    let mut open = File::create(&file).unwrap();
    for _ in 0..2 {
        let failed = open.write_all(b"y").unwrap_err();
        assert_eq!(failed.raw_os_error(), Some(5));
    }
    assert_eq!(disarm().struck, "write f");

    // No space: what needs none is neither counted nor hit.
    arm(1, Fault::Sticky(ENOSPC));
    assert_eq!(fs::read(&file).unwrap(), b"");
    assert_eq!(open.write(b"y").unwrap_err().raw_os_error(), Some(ENOSPC));
    fs::remove_file(&file).unwrap();
    assert_eq!(disarm().calls, 1);

    arm(1, Fault::Short);
    let mut open = File::create(&file).unwrap();
    let failed = open.write_all(b"12345678").unwrap_err();
    assert_eq!(failed.raw_os_error(), Some(ENOSPC));
    assert_eq!(fs::read(&file).unwrap(), b"1234");
    disarm();
    open.write_all(b"5678").unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"12345678");
}

#[tokio::test]
#[ignore = "the child of a test"]
async fn child_traces() {
    let trace = shim::root().with_file_name("trace");
    let store = LocalStore::open(shim::root().join("store")).await.unwrap();
    shim::trace(&trace);
    shim::mark("put");
    let key = BlobKey::pack(Ulid(1));
    put(&store, &key, Bytes::from_static(b"hello"))
        .await
        .unwrap();
    shim::untrace();
    put(&store, &BlobKey::pack(Ulid(2)), Bytes::new())
        .await
        .unwrap();

    let said = fs::read_to_string(&trace).unwrap();
    let (tmp, id) = said
        .lines()
        .find_map(|line| line.strip_prefix("create "))
        .and_then(|line| line.split_once(' '))
        .map(|(id, tmp)| (tmp, id))
        .unwrap();
    assert!(tmp.starts_with("store/tmp/"), "{tmp}");
    let path = format!("store/{key}");
    let (folder, _) = path.rsplit_once('/').unwrap();
    let expected = [
        "mark put".to_owned(),
        format!("create {id} {tmp}"),
        format!("write {id} 0 5 0"),
        format!("fsync {id}"),
        format!("mkdir {folder}"),
        "fsyncdir store/packs".to_owned(),
        format!("link {id} {path}"),
        format!("fsyncdir {folder}"),
        format!("unlink {tmp}"),
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    let data = trace.with_file_name("trace.data");
    assert_eq!(fs::read(data).unwrap(), b"hello");
}
