//! The suite that every blob store must pass. It panics on what fails, and
//! needs no runtime of its own.
//!
//! ```no_run
//! # async fn f(store: &dyn chunk_store::blob::BlobStore) {
//! chunk_store::blob::contract::run(store).await;
//! # }
//! ```

use bytes::Bytes;
use ulid::Ulid;

use super::{BlobError, BlobStore, put};
use crate::BlobKey;

/// Runs the whole suite against a store that is empty.
///
/// # Panics
/// When the store breaks the contract.
pub async fn run(store: &dyn BlobStore) {
    assert_eq!(keys(store, "").await, [] as [&str; 0], "start empty");
    reads_back(store).await;
    absent_is_not_found(store).await;
    never_replaces(store).await;
    dropped_writer_leaves_nothing(store).await;
    deletes(store).await;
    lists_in_pages(store).await;
    writers_work_side_by_side(store).await;
    identities(store).await;
}

fn pack(number: u128) -> BlobKey {
    BlobKey::pack(Ulid(number))
}

async fn keys(store: &dyn BlobStore, prefix: &str) -> Vec<String> {
    let entries = store.list(prefix, None, usize::MAX).await;
    let entries = entries.expect("list answers");
    entries.into_iter().map(|entry| entry.key).collect()
}

async fn read(store: &dyn BlobStore, key: &BlobKey, offset: u64, len: usize) -> Bytes {
    let bytes = store.get_range(key, offset, len).await;
    let bytes = bytes.expect("what was written reads back");
    let cached = store.open_cached(key);
    let cached = cached.and_then(|blob| blob.read(offset, len));
    assert!(cached.is_none_or(|cached| cached == bytes), "one truth");
    bytes
}

/// Large and small writes in turn come back as one blob; ranges are exact.
async fn reads_back(store: &dyn BlobStore) {
    let key = pack(1);
    let blob: Vec<u8> = (0..4_000_000u32).map(|i| (i % 251) as u8).collect();
    let mut writer = store.writer().await.expect("a writer opens");
    let mut rest = Bytes::from(blob.clone());
    for len in [0, 1, 1000, 700_000, 7, 300_000, 3] {
        let head = rest.split_to(len);
        writer.write(head).await.expect("a write succeeds");
    }
    writer.write(rest).await.expect("a write succeeds");
    assert_eq!(store.head(&key).await.expect("head answers"), None);
    writer.commit(&key).await.expect("commit succeeds");

    let size = blob.len();
    let head = store.head(&key).await.expect("head answers");
    assert_eq!(head, Some(size as u64));
    for (offset, len) in [
        (0, size),
        (0, 0),
        (0, 1),
        (999, 5),
        (size - 1, 1),
        (size, 0),
    ] {
        let got = read(store, &key, offset as u64, len).await;
        assert!(got == blob[offset..offset + len], "{len} bytes at {offset}");
    }
    for (offset, len) in [(0, size + 1), (size, 1), (size + 9, 1)] {
        let error = store.get_range(&key, offset as u64, len).await;
        let Err(BlobError::Short { size: told, .. }) = error else {
            panic!("{len} bytes at {offset}: {error:?}");
        };
        assert_eq!(told, size as u64);
    }
}

async fn absent_is_not_found(store: &dyn BlobStore) {
    let key = pack(999);
    let error = store.get_range(&key, 0, 1).await;
    assert!(
        matches!(&error, Err(BlobError::NotFound(absent)) if *absent == key),
        "{error:?}"
    );
    assert_eq!(store.head(&key).await.expect("head answers"), None);
}

async fn never_replaces(store: &dyn BlobStore) {
    let key = pack(2);
    let first = Bytes::from_static(b"first");
    put(store, &key, first.clone()).await.expect("put succeeds");
    for second in [&b"first"[..], b"other", b""] {
        let error = put(store, &key, Bytes::copy_from_slice(second)).await;
        assert!(
            matches!(&error, Err(BlobError::AlreadyExists(taken)) if *taken == key),
            "{error:?}"
        );
    }
    assert_eq!(read(store, &key, 0, 5).await, first);
    assert_eq!(keys(store, "tmp/").await, [] as [&str; 0]);
}

async fn dropped_writer_leaves_nothing(store: &dyn BlobStore) {
    let before = keys(store, "").await;
    let mut writer = store.writer().await.expect("a writer opens");
    let bytes = Bytes::from(vec![7; 600_000]);
    writer.write(bytes).await.expect("a write succeeds");
    drop(writer);
    assert_eq!(keys(store, "").await, before);
}

async fn deletes(store: &dyn BlobStore) {
    let key = BlobKey::record(Ulid(3));
    put(store, &key, Bytes::new()).await.expect("put succeeds");
    assert_eq!(store.head(&key).await.expect("head answers"), Some(0));
    for time in ["first", "second"] {
        let deleted = store.delete(&key).await;
        assert!(deleted.is_ok(), "{time} delete: {deleted:?}");
        assert_eq!(store.head(&key).await.expect("head answers"), None);
    }
}

/// Byte order over folders, pages of any size, prefixes that end anywhere.
async fn lists_in_pages(store: &dyn BlobStore) {
    let mut want: Vec<String> = keys(store, "packs/").await;
    for number in [1000, 1032, 1064, 40, 72, 5000, 70_000] {
        let key = pack(number);
        let bytes = Bytes::from(vec![0; number as usize % 100]);
        put(store, &key, bytes).await.expect("put succeeds");
        want.push(key.to_string());
    }
    want.sort();
    let record = BlobKey::record(Ulid(1000));
    put(store, &record, Bytes::new())
        .await
        .expect("put succeeds");
    assert_eq!(keys(store, "packs/").await, want);
    assert_eq!(keys(store, "records/").await, [record.to_string()]);
    assert_eq!(keys(store, "nothing").await, [] as [&str; 0]);
    assert_eq!(keys(store, "../").await, [] as [&str; 0]);

    let (folder, _) = want[0].rsplit_once('/').expect("a key has folders");
    let same: Vec<_> = want.iter().filter(|k| k.starts_with(folder)).collect();
    assert_eq!(keys(store, folder).await.iter().collect::<Vec<_>>(), same);
    assert_eq!(keys(store, &want[3]).await, want[3..4]);

    for limit in [1, 2, 3, 100] {
        let (mut got, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = store.list("packs/", after.as_deref(), limit).await;
            let page = page.expect("list answers");
            assert!(page.len() <= limit);
            let passed = page
                .iter()
                .all(|e| after.as_ref().is_none_or(|a| e.key > *a));
            assert!(passed, "a page starts above {after:?}");
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            got.extend(page);
        }
        for entry in &got {
            let key: BlobKey = entry.key.parse().expect("a pack has a proper key");
            let size = store.head(&key).await.expect("head answers");
            assert_eq!(size, Some(entry.size));
        }
        let got: Vec<_> = got.into_iter().map(|entry| entry.key).collect();
        assert_eq!(got, want, "pages of {limit}");
    }
}

async fn writers_work_side_by_side(store: &dyn BlobStore) {
    let mut first = store.writer().await.expect("a writer opens");
    let mut second = store.writer().await.expect("a writer opens");
    for byte in 0..4u8 {
        let write = first.write(Bytes::from(vec![byte; 200_000])).await;
        write.expect("a write succeeds");
        let write = second.write(Bytes::from(vec![byte + 100; 200_000])).await;
        write.expect("a write succeeds");
    }
    let (a, b) = (pack(6001), pack(6002));
    second.commit(&b).await.expect("commit succeeds");
    first.commit(&a).await.expect("commit succeeds");
    for (key, base) in [(a, 0), (b, 100)] {
        let blob = read(store, &key, 0, 800_000).await;
        for (run, byte) in blob.chunks(200_000).zip(base..) {
            assert!(run.iter().all(|b| *b == byte), "run {byte} of {key}");
        }
    }
}

async fn identities(store: &dyn BlobStore) {
    assert_eq!(keys(store, "store/").await, [] as [&str; 0]);
    for generation in [1, 2, 10] {
        let key = BlobKey::identity("01ABC", generation).expect("a proper store id");
        put(store, &key, Bytes::new()).await.expect("put succeeds");
    }
    let mut generations: Vec<_> = keys(store, "store/")
        .await
        .iter()
        .map(|key| key.parse::<BlobKey>().expect("an identity key"))
        .filter_map(|key| key.identity_parts().map(|parts| parts.1))
        .collect();
    generations.sort_unstable();
    assert_eq!(generations, [1, 2, 10]);
}
