//! Access times that wait to be written. Serving only notes them here; a
//! background task writes them in batches, so that reading writes nothing.

use std::{collections::HashMap, sync::Mutex};

use cache_db::{CacheId, Touch};
use nar_format::PathHash;

/// The most distinct paths that may wait.
const MAX_WAITING: usize = 65_536;

/// A bounded set of paths that were used since the last flush.
#[derive(Debug, Default)]
pub(crate) struct Touches(Mutex<HashMap<(CacheId, PathHash), i64>>);

impl Touches {
    /// Notes a use; `false` if the set is full and the use was dropped.
    pub(crate) fn note(&self, cache: CacheId, path: PathHash, at: i64) -> bool {
        let mut waiting = self.0.lock().expect("no panic under this lock");
        let key = (cache, path);
        if waiting.len() >= MAX_WAITING {
            return waiting.contains_key(&key);
        }
        waiting.insert(key, at);
        true
    }

    /// Takes all that wait.
    pub(crate) fn take(&self) -> Vec<Touch> {
        let mut waiting = self.0.lock().expect("no panic under this lock");
        let touch = |((cache_id, path_hash), at)| Touch {
            cache_id,
            path_hash,
            at,
        };
        waiting.drain().map(touch).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_noted_once_and_bounded() {
        let touches = Touches::default();
        let path: PathHash = "0".repeat(32).parse().unwrap();
        assert!(touches.note(CacheId(1), path, 5));
        assert!(touches.note(CacheId(1), path, 5));
        let expected = Touch {
            cache_id: CacheId(1),
            path_hash: path,
            at: 5,
        };
        assert_eq!(touches.take(), [expected]);
        assert!(touches.take().is_empty());
        for n in 0..MAX_WAITING {
            assert!(touches.note(CacheId(n as i64), path, 5));
        }
        assert!(!touches.note(CacheId(-1), path, 5));
        assert!(touches.note(CacheId(5), path, 5));
        assert_eq!(touches.take().len(), MAX_WAITING);
    }
}
