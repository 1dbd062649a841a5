use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use chunk_store::BlobKey;
use chunk_store::blob::{BlobError, BlobStore, LocalStore, contract, put};
use tempfile::TempDir;
use ulid::Ulid;

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build();
    runtime.unwrap().block_on(future)
}

async fn open(folder: &TempDir) -> LocalStore {
    LocalStore::open(folder.path().join("store")).await.unwrap()
}

fn pack(number: u128) -> BlobKey {
    BlobKey::pack(Ulid(number))
}

fn entries(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let names = fs::read_dir(folder).unwrap().map(name);
    names.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    run(async { contract::run(&open(&folder).await).await });
}

#[test]
fn survives_reopening_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let bytes = Bytes::from_static(b"kept");
        put(&open(&folder).await, &pack(1), bytes.clone())
            .await
            .unwrap();
        let store = open(&folder).await;
        assert_eq!(store.get_range(&pack(1), 0, 4).await.unwrap(), bytes);
    });
    let root = folder.path().join("store");
    let file = root.join(pack(1).as_str());
    let parent = file.parent().unwrap();
    for (path, mode) in [
        (root.as_path(), 0o700),
        (&root.join("packs"), 0o700),
        (parent, 0o700),
        (&root.join("tmp"), 0o700),
        (&file, 0o600),
    ] {
        let metadata = fs::metadata(path).unwrap();
        assert_eq!(
            metadata.permissions().mode() & 0o777,
            mode,
            "{}",
            path.display()
        );
    }
    assert_eq!(
        fs::metadata(&file).unwrap().nlink(),
        1,
        "nothing left in tmp/"
    );
    assert!(entries(&root.join("tmp")).is_empty());
}

/// A key appears whole or not at all: until the commit there is only a file
/// in `tmp/`, and what a crash leaves there is listed and can be deleted.
#[test]
fn leftovers_of_a_crash_are_listed_and_never_reused() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder).await;
        let tmp = folder.path().join("store/tmp");
        let pid = std::process::id();
        for number in 0..3 {
            fs::write(tmp.join(format!("{pid}-{number}")), b"old").unwrap();
        }
        let store_2 = open(&folder).await;
        for store in [&store, &store_2] {
            let mut writer = store.writer().await.unwrap();
            writer.write(Bytes::from_static(b"new")).await.unwrap();
            assert_eq!(entries(&tmp).len(), 4);
            drop(writer);
        }
        let left = store.list("tmp/", None, 10).await.unwrap();
        assert_eq!(left.len(), 3);
        for entry in left {
            assert_eq!(entry.size, 3);
            store.delete(&entry.key.parse().unwrap()).await.unwrap();
        }
        assert!(entries(&tmp).is_empty());
    });
}

/// Nothing may be taken for deleted because a disk is not mounted.
#[test]
fn an_unmounted_store_is_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder).await;
        let (root, away) = (folder.path().join("store"), folder.path().join("away"));
        let identity = BlobKey::identity("S1", 1).unwrap();
        put(&store, &pack(1), Bytes::from_static(b"x"))
            .await
            .unwrap();
        put(&store, &identity, Bytes::new()).await.unwrap();
        let writing = || async {
            let mut writer = store.writer().await?;
            writer.write(Bytes::from_static(b"y")).await?;
            writer.commit(&pack(2)).await
        };
        fs::rename(&root, &away).unwrap();
        // The mount point itself: absent, empty, or once filled by a server
        // that was started without the disk.
        for layout in [&[][..], &[""], &["packs", "records", "store", "tmp"]] {
            for name in layout {
                fs::create_dir_all(root.join(name)).unwrap();
            }
            let results = [
                store.get_range(&pack(1), 0, 1).await.err(),
                store.head(&pack(1)).await.err(),
                store.delete(&pack(1)).await.err(),
                store.list("packs/", None, 9).await.err(),
            ];
            for error in results {
                let gone = matches!(error, Some(BlobError::Unavailable(_)));
                assert!(gone, "{layout:?}: {error:?}");
            }
            let written = writing().await;
            let refused = matches!(written, Err(BlobError::Unavailable(_)));
            assert!(refused, "{layout:?}: {written:?}");
            if root.exists() {
                fs::remove_dir_all(&root).unwrap();
            }
        }
        fs::rename(&away, &root).unwrap();
        assert_eq!(store.get_range(&pack(1), 0, 1).await.unwrap(), "x");
        // A store that was opened over its identity knows it too.
        let again = open(&folder).await;
        fs::remove_file(root.join(identity.as_str())).unwrap();
        let error = again.head(&pack(7)).await;
        assert!(matches!(error, Err(BlobError::Unavailable(_))), "{error:?}");
    });
}

#[test]
fn foreign_files_are_listed_and_links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder).await;
        let root = folder.path().join("store");
        fs::create_dir(root.join("packs/XY")).unwrap();
        fs::write(root.join("packs/XY/notes.txt"), b"hm").unwrap();
        fs::write(root.join("packs/XY.txt"), b"").unwrap();
        std::os::unix::fs::symlink("/", root.join("packs/XY/root")).unwrap();
        let listed = store.list("packs/", None, 10).await.unwrap();
        let keys: Vec<_> = listed.iter().map(|e| (e.key.as_str(), e.size)).collect();
        assert_eq!(keys, [("packs/XY.txt", 0), ("packs/XY/notes.txt", 2)]);
        let rest = store
            .list("packs/", Some("packs/XY.txt"), 10)
            .await
            .unwrap();
        assert_eq!(rest.len(), 1);
    });
}

#[test]
fn of_many_writers_of_one_key_one_wins_whole() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = Arc::new(open(&folder).await);
        let tasks: Vec<_> = (0..16u8)
            .map(|byte| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let blob = Bytes::from(vec![byte; 300_000]);
                    put(&*store, &pack(5), blob).await.map(|()| byte)
                })
            })
            .collect();
        let mut winner = None;
        for task in tasks {
            match task.await.unwrap() {
                Ok(byte) => assert_eq!(winner.replace(byte), None, "one winner"),
                Err(error) => assert!(matches!(error, BlobError::AlreadyExists(_)), "{error}"),
            }
        }
        let blob = store.get_range(&pack(5), 0, 300_000).await.unwrap();
        assert!(blob.iter().all(|byte| Some(*byte) == winner));
    });
    assert!(entries(&folder.path().join("store/tmp")).is_empty());
}

/// A client that goes away in the middle of a write leaves no file, and the
/// writer cannot commit what is there of it.
#[test]
fn an_abandoned_write_is_no_blob() {
    let folder = tempfile::tempdir().unwrap();
    // One blocking thread, so that a write can be held up for sure.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.max_blocking_threads(1).enable_time().build();
    runtime.unwrap().block_on(async {
        let store = open(&folder).await;
        let tmp = folder.path().join("store/tmp");
        let mut writer = store.writer().await.unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || held.recv());
        tokio::select! {
            biased;
            _ = writer.write(Bytes::from(vec![1; 1 << 20])) => panic!("no thread was free"),
            () = std::future::ready(()) => {}
        }
        let later = writer.write(Bytes::from_static(b"more")).await;
        assert!(later.is_err(), "the file went with the write");
        assert!(writer.commit(&pack(1)).await.is_err());
        release.send(()).unwrap();
        busy.await.unwrap().unwrap();
        assert_eq!(store.head(&pack(1)).await.unwrap(), None);
        while !entries(&tmp).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    });
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), b"").unwrap();
    for root in ["file", "file/below"] {
        let error = run(LocalStore::open(folder.path().join(root)));
        assert!(matches!(error, Err(BlobError::Io { .. })), "{error:?}");
    }
}
