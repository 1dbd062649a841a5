//! A semaphore for each of many.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;

/// Semaphores kept at once before those that nobody uses are forgotten.
const MOST: usize = 4_096;

/// A semaphore for each key that is in use.
#[derive(Debug)]
pub(crate) struct Semaphores<K> {
    permits: usize,
    known: Mutex<HashMap<K, Arc<Semaphore>>>,
}

impl<K: Eq + Hash> Semaphores<K> {
    /// Each has `permits`.
    pub(crate) fn new(permits: usize) -> Self {
        Self {
            permits,
            known: Mutex::default(),
        }
    }

    /// The one of this key.
    pub(crate) fn of(&self, key: K) -> Arc<Semaphore> {
        let mut known = self.known.lock().expect("no panic under this lock");
        if known.len() >= MOST {
            known.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        let semaphore = known
            .entry(key)
            .or_insert_with(|| Arc::new(Semaphore::new(self.permits)));
        Arc::clone(semaphore)
    }
}
