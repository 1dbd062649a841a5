//! Which chunks every path still waits for. Pure bookkeeping: a path may be published when all
//! its chunks are known to be there, and a chunk that several paths have is sent once.

use std::collections::HashMap;

use chunk_store::Digest;

/// A path, by its place in the plan.
pub(super) type PathId = usize;

/// Digests remembered as settled. Beyond that the settled ones are forgotten, which costs no more
/// than to ask the server again.
const MAX_SETTLED: usize = 1 << 18;

#[derive(Debug)]
enum Chunk {
    /// Asked about or on its way; these paths wait for it.
    Pending(Vec<PathId>),
    /// There.
    Settled,
}

#[derive(Debug, Default, Clone, Copy)]
struct Path {
    pending: usize,
    scanned: bool,
}

/// The books of one push.
#[derive(Debug)]
pub(super) struct Ledger {
    chunks: HashMap<Digest, Chunk>,
    paths: Vec<Path>,
}

impl Ledger {
    pub(super) fn new(paths: usize) -> Ledger {
        Ledger {
            chunks: HashMap::new(),
            paths: vec![Path::default(); paths],
        }
    }

    /// A chunk of this path; `true` when nobody cares for it yet, so that the caller must ask
    /// about it and send it.
    pub(super) fn note(&mut self, path: PathId, digest: Digest) -> bool {
        match self.chunks.get_mut(&digest) {
            Some(Chunk::Settled) => return false,
            Some(Chunk::Pending(waiting)) => {
                if !waiting.contains(&path) {
                    waiting.push(path);
                    self.paths[path].pending += 1;
                }
                return false;
            }
            None => {}
        }
        self.forget_settled();
        self.chunks.insert(digest, Chunk::Pending(vec![path]));
        self.paths[path].pending += 1;
        true
    }

    /// As [`note`](Self::note), for a chunk that must be sent although it was thought settled.
    pub(super) fn note_again(&mut self, path: PathId, digest: Digest) -> bool {
        if matches!(self.chunks.get(&digest), Some(Chunk::Settled)) {
            self.chunks.remove(&digest);
        }
        self.note(path, digest)
    }

    /// The chunk is there. Returns the paths that wait for nothing any more.
    pub(super) fn settle(&mut self, digest: &Digest) -> Vec<PathId> {
        let Some(chunk) = self.chunks.get_mut(digest) else {
            return Vec::new();
        };
        let Chunk::Pending(waiting) = std::mem::replace(chunk, Chunk::Settled) else {
            return Vec::new();
        };
        let mut ready = Vec::new();
        for path in waiting {
            self.paths[path].pending -= 1;
            if self.is_ready(path) {
                ready.push(path);
            }
        }
        ready
    }

    /// All chunks of the path were noted; `true` when it waits for nothing any more.
    pub(super) fn scanned(&mut self, path: PathId) -> bool {
        self.paths[path].scanned = true;
        self.is_ready(path)
    }

    /// The path is read once more, from the start.
    pub(super) fn rescan(&mut self, path: PathId) {
        self.paths[path].scanned = false;
    }

    fn is_ready(&self, path: PathId) -> bool {
        let path = self.paths[path];
        path.scanned && path.pending == 0
    }

    fn forget_settled(&mut self) {
        if self.chunks.len() >= MAX_SETTLED {
            self.chunks
                .retain(|_, chunk| matches!(chunk, Chunk::Pending(_)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(byte: u8) -> Digest {
        Digest::from_bytes([byte; 32])
    }

    #[test]
    fn a_shared_chunk_is_sent_once_and_awaited_by_all() {
        let mut ledger = Ledger::new(2);
        assert!(ledger.note(0, digest(1)));
        assert!(!ledger.note(0, digest(1)), "twice in one path");
        assert!(!ledger.note(1, digest(1)), "in another path");
        assert!(ledger.note(1, digest(2)));
        assert!(!ledger.scanned(0) && !ledger.scanned(1));
        assert_eq!(ledger.settle(&digest(1)), [0]);
        assert_eq!(ledger.settle(&digest(1)), [0; 0], "once only");
        assert_eq!(ledger.settle(&digest(2)), [1]);
        assert!(!ledger.note(0, digest(2)), "settled");
    }

    #[test]
    fn a_path_is_not_ready_before_it_was_read_to_the_end() {
        let mut ledger = Ledger::new(2);
        ledger.note(0, digest(1));
        assert_eq!(ledger.settle(&digest(1)), [0; 0]);
        assert!(ledger.scanned(0));
        assert!(ledger.scanned(1), "a path without a new chunk");
    }

    #[test]
    fn what_was_lost_is_sent_again() {
        let mut ledger = Ledger::new(2);
        ledger.note(0, digest(1));
        ledger.scanned(0);
        assert_eq!(ledger.settle(&digest(1)), [0]);
        ledger.rescan(0);
        assert!(ledger.note_again(0, digest(1)));
        assert!(!ledger.note_again(1, digest(1)), "on its way already");
        assert_eq!(ledger.settle(&digest(1)), [0; 0], "still being read");
        assert!(ledger.scanned(0) && ledger.scanned(1));
    }

    #[test]
    fn memory_for_settled_chunks_has_a_bound() {
        let mut ledger = Ledger::new(1);
        for number in 0..(MAX_SETTLED as u32 + 10) {
            let digest = Digest::of(&number.to_le_bytes());
            assert!(ledger.note(0, digest));
            if number != 7 {
                ledger.settle(&digest);
            }
        }
        assert!(ledger.chunks.len() <= 16);
        assert!(
            !ledger.note(0, Digest::of(&7_u32.to_le_bytes())),
            "what is on its way is never forgotten"
        );
    }
}
