//! What the engine counts. The counters are plain atomics, so that the engine
//! knows nothing of how they are exported.

use std::sync::atomic::{AtomicU64, Ordering};

/// A counter that only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `n`.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// Adds one.
    pub fn inc(&self) {
        self.add(1);
    }

    /// The value now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The engine's counters since it was opened.
#[derive(Debug, Default)]
pub struct Tally {
    /// Packs that were committed.
    pub packs: Counter,
    /// Bytes of the packs that were committed.
    pub pack_bytes: Counter,
    /// Frames in the packs that were committed.
    pub frames: Counter,
    /// Paths that were published.
    pub published: Counter,
    /// Paths that were already there when they were published again.
    pub present: Counter,
    /// Paths that were answered with an error or as missing chunks.
    pub publish_refused: Counter,
    /// NAR bytes that were decoded and hashed before a promise.
    pub verified_bytes: Counter,
    /// Publishes that needed no decoding, because the same chunks already make a sound NAR here.
    pub nars_reused: Counter,
    /// narinfo questions answered from memory.
    pub narinfo_memory_hits: Counter,
    /// narinfo questions answered from the database.
    pub narinfo_db_hits: Counter,
    /// narinfo questions for paths that are not here.
    pub narinfo_misses: Counter,
    /// narinfo and NAR questions answered as absent because of trouble on this side.
    pub trouble: Counter,
    /// NAR bodies begun.
    pub nars_served: Counter,
    /// NAR bytes (compressed) handed out.
    pub nar_bytes: Counter,
    /// NAR bodies that were cut because a frame was damaged or gone.
    pub nars_cut: Counter,
    /// Chunks that were marked broken.
    pub broken_marked: Counter,
    /// Reports of damage that were dropped because the queue was full.
    pub damage_dropped: Counter,
    /// Access times that were dropped because too many waited to be written.
    pub touches_dropped: Counter,
}
