//! Bad input at the HTTP boundary: for each request the status, the stable
//! code, and that rows, blobs and listings are what they were.

use std::{collections::BTreeMap, path::Path};

use cache_api::{PublishLine, PublishPath, PublishStatus};
use cache_server::http::HttpConfig;
use chunk_store::Digest;
use nar_format::{NarHash, StorePath};
use token_auth::Permission;

use crate::engine_support::{Package, noise};
use crate::http_bad_packs::{good, pack};
use crate::http_support::{Reply, Server, pack_of, pull};

/// What must not change: rows of these tables, blobs, and what the cache lists.
pub(crate) type State = (BTreeMap<&'static str, i64>, Vec<String>, String);

const TABLES: [&str; 6] = ["object", "nar", "chunk", "pack", "record", "key"];

pub(crate) async fn state(server: &Server) -> State {
    let db = rusqlite::Connection::open(server.dir.path().join("garret.db")).unwrap();
    let count = |table| {
        let sql = format!("SELECT count(*) FROM {table}");
        (table, db.query_row(&sql, [], |row| row.get(0)).unwrap())
    };
    let rows = TABLES.map(count).into_iter().collect();
    let mut blobs = Vec::new();
    for kind in ["packs", "records", "tmp"] {
        walk(&server.dir.path().join("store").join(kind), &mut blobs);
    }
    blobs.sort();
    let listed = server
        .get("/_api/v2/caches/main/paths", &server.admin())
        .await
        .json();
    let paths = listed["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| path["path"].to_string());
    (rows, blobs, paths.collect::<Vec<_>>().join(" "))
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path.display().to_string());
        }
    }
}

pub(crate) async fn server() -> (Server, Package) {
    let server = Server::with(HttpConfig::default(), |engine| {
        engine.limits.max_pack_bytes = 1 << 20;
        engine.limits.max_pack_frames = 128;
        engine.limits.max_pack_raw = 4 << 20;
        engine.limits.max_nar_size = 8 << 20;
    })
    .await;
    server.create("main", "{}").await;
    let sound = Package::noise(200, 90_000);
    let line = server.push("main", &server.admin(), &sound, 3).await;
    assert_eq!(line.status, PublishStatus::Published, "{line:?}");
    (server, sound)
}

pub(crate) fn check(name: &str, reply: &Reply, code: &str) {
    assert_eq!(reply.code(), code, "{name}: {reply:?}");
    let expected = cache_api::ErrorCode::from(code).http();
    assert_eq!(reply.status, expected, "{name}");
    assert!(
        reply.json()["hint"]
            .as_str()
            .is_some_and(|hint| !hint.is_empty()),
        "{name}"
    );
}

type Claim = (PublishPath, Vec<Digest>);

fn change(package: &Package, change: impl FnOnce(&mut PublishPath)) -> Claim {
    let (mut path, digests) = package.claim();
    change(&mut path);
    (path, digests)
}

fn base_name(n: usize) -> String {
    let hash = nar_format::base32::encode(&blake3::hash(&n.to_le_bytes()).as_bytes()[..20]);
    format!("{hash}-reference")
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_that_cannot_be_published() {
    let (server, sound) = server().await;
    let admin = server.admin();
    let package = Package::noise(1, 70_000);
    server
        .put_pack("main", &admin, pack_of(&package.chunks, 3))
        .await;
    let malformed = Package::of_nar(2, [package.nar.as_slice(), b"more"].concat());
    let sent = server
        .put_pack("main", &admin, pack_of(&malformed.chunks, 3))
        .await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let raw = noise(9, 300);
    let mut liar = Package::new(3, b"x");
    liar.chunks = vec![raw.clone()];
    liar.nar = raw.clone();
    let lie = noise(10, 300);
    let frame = good(&lie);
    let lying = pack(&[(Digest::of(&raw), 300, frame)]);
    assert_eq!(
        server.put_pack("main", &admin, lying).await.status,
        200,
        "nothing is believed yet"
    );
    server.create("theirs", "{}").await;
    let theirs = Package::noise(4, 50_000);
    let other = server.token(&[("theirs", &[Permission::Push])]);
    server
        .put_pack("theirs", &other, pack_of(&theirs.chunks, 3))
        .await;
    let long = |n: usize| format!("/nix/store/{}-{}", package.hash(), "n".repeat(n));
    let table: Vec<(&str, Claim, &str)> = vec![
        (
            "wrong NAR hash",
            change(&package, |p| p.nar_hash = NarHash::of(b"other")),
            "nar_hash_mismatch",
        ),
        (
            "NAR size too small",
            change(&package, |p| p.nar_size -= 1),
            "nar_size_mismatch",
        ),
        (
            "NAR size too large",
            change(&package, |p| p.nar_size += 1),
            "nar_size_mismatch",
        ),
        (
            "NAR size beyond the limit",
            change(&package, |p| p.nar_size = u64::MAX),
            "nar_too_large",
        ),
        (
            "malformed NAR with a right hash",
            malformed.claim(),
            "malformed_nar",
        ),
        (
            "a frame that lies about its digest",
            liar.claim(),
            "digest_mismatch",
        ),
        (
            "chunks that do not exist",
            Package::noise(5, 1_000).claim(),
            "missing_chunks",
        ),
        ("chunks of another tenant", theirs.claim(), "missing_chunks"),
        (
            "another store directory",
            change(&package, |p| {
                p.path = p.path.replace("/nix/store", "/gnu/store")
            }),
            "wrong_store_dir",
        ),
        (
            "no store path",
            change(&package, |p| p.path = "/nix/store/x".to_owned()),
            "invalid_store_path",
        ),
        (
            "a file in a store path",
            change(&package, |p| p.path.push_str("/bin")),
            "invalid_store_path",
        ),
        (
            "a name that is too long",
            change(&package, |p| p.path = long(212)),
            "invalid_store_path",
        ),
        (
            "a reference with a slash",
            change(&package, |p| p.references = vec!["a/b".to_owned()]),
            "invalid_reference",
        ),
        (
            "a reference with a line break",
            change(&package, |p| {
                p.references = vec![format!("{}\nSig: x", base_name(0))]
            }),
            "invalid_reference",
        ),
        (
            "too many references",
            change(&package, |p| {
                p.references = (0..65_537).map(base_name).collect()
            }),
            "too_many_references",
        ),
        (
            "a deriver that is none",
            change(&package, |p| p.deriver = Some("x".to_owned())),
            "invalid_deriver",
        ),
        (
            "a CA that is none",
            change(&package, |p| p.ca = Some("fixed:x\nSig: y".to_owned())),
            "invalid_content_address",
        ),
        (
            "a signature that is none",
            change(&package, |p| p.sigs = vec!["x".to_owned()]),
            "invalid_signature",
        ),
        (
            "the same path with another NAR",
            change(&package, |p| p.path = sound.claim().0.path),
            "path_differs",
        ),
    ];
    let before = state(&server).await;
    for (name, claim, code) in table {
        let line = server.publish("main", &admin, vec![claim]).await.remove(0);
        assert_eq!(
            line.code.as_ref().map(cache_api::ErrorCode::as_str),
            Some(code),
            "{name}: {line:?}"
        );
        assert_eq!(
            line.http,
            Some(cache_api::ErrorCode::from(code).http()),
            "{name}"
        );
        assert!(
            line.message.is_some_and(|message| !message.is_empty()),
            "{name}"
        );
        let after = state(&server).await;
        assert_eq!(after, before, "{name}");
    }
    assert!(
        pull(&server, "main", &admin, &sound).await.is_some(),
        "the sound path is what it was"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn publish_bodies_that_are_none() {
    let (server, _) = server().await;
    let package = Package::noise(1, 1_000);
    let (path, digests) = package.claim();
    let digests: Vec<_> = digests.iter().map(|digest| *digest.as_bytes()).collect();
    let sound = cache_api::publish_body::encode(&[path], &digests);
    let json = |text: &str| [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
    let table = [
        ("nothing", vec![]),
        ("half a length", vec![1, 0]),
        (
            "a length beyond the end",
            vec![255, 255, 255, 255, b'[', b']'],
        ),
        ("no JSON", json("nonsense")),
        ("no array", json("{}")),
        ("an array of other things", json("[1]")),
        ("half a digest", sound[..sound.len() - 1].to_vec()),
        ("a digest too few", sound[..sound.len() - 32].to_vec()),
        ("a digest too many", [sound.clone(), vec![0; 32]].concat()),
        ("deep JSON", json(&"[".repeat(100_000))),
    ];
    let before = state(&server).await;
    for (name, body) in table {
        let reply = server.publish_body("main", &server.admin(), body).await;
        check(name, &reply, "invalid_publish_body");
        assert_eq!(state(&server).await, before, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_looks_odd_and_is_legal() {
    let (server, _) = server().await;
    let admin = server.admin();
    let (mut a, mut b) = (Package::noise(1, 1_000), Package::noise(2, 1_000));
    a.references = vec![a.path.base_name(), b.path.base_name()];
    b.references = vec![a.path.base_name()];
    for package in [&a, &b] {
        server
            .put_pack("main", &admin, pack_of(&package.chunks, 3))
            .await;
    }
    let lines = server
        .publish("main", &admin, vec![a.claim(), b.claim()])
        .await;
    assert!(
        lines.iter().all(published),
        "a cycle and a self-reference: {lines:?}"
    );
    let mut many = Package::noise(3, 1_000);
    many.references = (0..10_000).map(base_name).collect();
    let line = server.push("main", &admin, &many, 3).await;
    assert!(
        published(&line),
        "10,000 references that are not here: {line:?}"
    );
    let info = server
        .get(&format!("/main/{}.narinfo", many.hash()), &admin)
        .await
        .text();
    let references = info
        .lines()
        .find_map(|line| line.strip_prefix("References: "))
        .unwrap();
    assert_eq!(references.split(' ').count(), 10_000);
    let mut long = Package::noise(4, 1_000);
    let name = format!("{}-{}", long.hash(), "n".repeat(211));
    long.path = StorePath::from_base_name(&name).unwrap();
    let line = server.push("main", &admin, &long, 3).await;
    assert!(published(&line), "a name at the limit: {line:?}");
    assert!(pull(&server, "main", &admin, &long).await.is_some());
    let again = server
        .publish("main", &admin, vec![long.claim()])
        .await
        .remove(0);
    assert_eq!(again.status, PublishStatus::Present);
    let twice = server
        .publish("main", &admin, vec![long.claim(), long.claim()])
        .await;
    let codes: Vec<_> = twice.iter().filter_map(|line| line.code.as_ref()).collect();
    assert_eq!(codes, [&cache_api::ErrorCode::DuplicatePath], "{twice:?}");
}

/// A file system of two megabytes, unmounted with the test.
struct Small(tempfile::TempDir);

impl Small {
    /// `None` where this user may not mount.
    fn mount() -> Option<Self> {
        let dir = tempfile::TempDir::new().unwrap();
        let mut mount = std::process::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(dir.path());
        let done = mount.stderr(std::process::Stdio::null()).status();
        done.is_ok_and(|status| status.success())
            .then_some(Self(dir))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_clear_error_and_the_server_goes_on() {
    let Some(small) = Small::mount() else {
        eprintln!("skipped: mounting a tmpfs needs root");
        return;
    };
    let store = small.0.path().join("store");
    let server = Server::at(HttpConfig::default(), |_| (), Some(&store)).await;
    server.create("main", "{}").await;
    let admin = server.admin();
    let (fits, large) = (Package::noise(1, 500_000), Package::noise(2, 3_000_000));
    assert!(published(&server.push("main", &admin, &fits, 3).await));
    let before = state(&server).await;
    for _ in 0..3 {
        let reply = server
            .put_pack("main", &admin, pack_of(&large.chunks, 3))
            .await;
        check("a pack that does not fit", &reply, "storage_full");
        let line = server
            .publish("main", &admin, vec![large.claim()])
            .await
            .remove(0);
        assert_eq!(line.status, PublishStatus::Missing);
        assert_eq!(state(&server).await, before);
    }
    assert_eq!(
        std::fs::read_dir(store.join("tmp")).unwrap().count(),
        0,
        "nothing is leaked"
    );
    assert!(pull(&server, "main", &admin, &fits).await.is_some());
    let second = Package::noise(3, 500_000);
    assert!(
        published(&server.push("main", &admin, &second, 3).await),
        "what fits still goes in"
    );
    drop(server);
}

fn published(line: &PublishLine) -> bool {
    line.status == PublishStatus::Published
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_are_none() {
    let (server, _) = server().await;
    let admin = server.admin();
    let before = state(&server).await;
    for (path, body, code) in [
        ("paths/missing", &b"{"[..], "invalid_request"),
        ("paths/missing", b"[]", "invalid_request"),
        ("paths/missing", b"{\"hashes\":[\"x\"]}", "invalid_request"),
        ("paths/missing", b"{\"hashes\":[1]}", "invalid_request"),
        ("chunks/missing", &[0; 33], "invalid_request"),
        ("chunks/missing", &[0; 32 * 8_193], "too_many_digests"),
    ] {
        let request =
            crate::http_support::Request::new("POST", &format!("/_api/v2/caches/main/{path}"));
        let reply = server.send(request.token(&admin).body(body)).await;
        check(path, &reply, code);
        assert_eq!(state(&server).await, before, "{path}");
    }
}
