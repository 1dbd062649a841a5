//! Rendered narinfo in bounded memory.
//!
//! Each entry carries the cache's `removed` counter as it was known before the
//! row was read. An entry whose counter is not the one known now is a miss, so
//! an answer that was being rendered while its object went away is never given.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use bytes::Bytes;
use cache_db::CacheId;
use nar_format::PathHash;

type Key = (CacheId, PathHash);

/// What an entry costs beside its text, roughly: keys, map and queue slots.
const OVERHEAD: usize = 160;

#[derive(Debug, Default)]
struct Inner {
    map: HashMap<Key, (u64, Bytes)>,
    order: VecDeque<Key>,
    bytes: usize,
}

/// A first-in, first-out cache of rendered narinfo.
#[derive(Debug)]
pub(crate) struct Hits {
    limit: usize,
    inner: Mutex<Inner>,
}

impl Hits {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            inner: Mutex::default(),
        }
    }

    /// The text kept for a path, if it was rendered under the counter known now.
    pub(crate) fn get(&self, cache: CacheId, path: PathHash, removed: u64) -> Option<Bytes> {
        let inner = self.inner.lock().expect("no panic under this lock");
        let (tag, text) = inner.map.get(&(cache, path))?;
        (*tag == removed).then(|| text.clone())
    }

    /// Keeps a text that was rendered from a row read after `removed` was known.
    pub(crate) fn put(&self, cache: CacheId, path: PathHash, removed: u64, text: Bytes) {
        let cost = text.len() + OVERHEAD;
        if cost > self.limit {
            return;
        }
        let mut inner = self.inner.lock().expect("no panic under this lock");
        let key = (cache, path);
        match inner.map.insert(key, (removed, text)) {
            Some((_, old)) => inner.bytes -= old.len() + OVERHEAD,
            None => inner.order.push_back(key),
        }
        inner.bytes += cost;
        while inner.bytes > self.limit {
            let Some(oldest) = inner.order.pop_front() else {
                break;
            };
            if let Some((_, old)) = inner.map.remove(&oldest) {
                inner.bytes -= old.len() + OVERHEAD;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(n: u8) -> PathHash {
        let mut text = [b'0'; 32];
        text[0] = b'0' + n;
        std::str::from_utf8(&text).unwrap().parse().unwrap()
    }

    const CACHE: CacheId = CacheId(1);

    #[test]
    fn an_entry_counts_only_under_its_own_counter() {
        let hits = Hits::new(1 << 20);
        hits.put(CACHE, path(1), 5, Bytes::from_static(b"old"));
        assert_eq!(hits.get(CACHE, path(1), 5).unwrap(), "old");
        assert_eq!(hits.get(CACHE, path(1), 6), None);
        assert_eq!(hits.get(CacheId(2), path(1), 5), None);
        // A slow reader that saw the row before the removal fills late: never a hit.
        hits.put(CACHE, path(1), 6, Bytes::from_static(b"new"));
        hits.put(CACHE, path(1), 5, Bytes::from_static(b"late"));
        assert_eq!(hits.get(CACHE, path(1), 6), None);
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let hits = Hits::new(3 * (OVERHEAD + 10));
        for n in 0..5 {
            hits.put(CACHE, path(n), 0, Bytes::from(vec![n; 10]));
        }
        let kept: Vec<u8> = (0..5)
            .filter(|&n| hits.get(CACHE, path(n), 0).is_some())
            .collect();
        assert_eq!(kept, [2, 3, 4]);
        hits.put(CACHE, path(9), 0, Bytes::from(vec![0; 10_000]));
        assert!(hits.get(CACHE, path(9), 0).is_none());
        for _ in 0..100 {
            hits.put(CACHE, path(4), 0, Bytes::from(vec![4; 10]));
        }
        assert!(hits.inner.lock().unwrap().bytes <= 3 * (OVERHEAD + 10));
    }
}
