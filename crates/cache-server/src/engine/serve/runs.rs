//! How the chunks of a NAR become long reads. Pure.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chunk_store::BlobKey;

/// The most bytes of one read for a client: what a core's cache holds beside
/// the socket's buffers. A single longer frame is read as one.
pub(crate) const SERVED: u64 = 256 << 10;
/// The most bytes of one read for checking, where each is a hop to another thread.
pub(crate) const CHECKED: u64 = 1 << 20;

/// The least that a run may be bounded to.
const SMALL_RUN: u64 = 64 << 10;

/// About what all NARs under way may hold in reads. Each holds two runs, one
/// that is sent and one that is read meanwhile, for as long as its client
/// likes: hundreds that take a kilobyte a second must not fill the memory.
const READ_MEMORY: u64 = 64 << 20;

/// The most NARs that hold their pack open from one read to the next: what is
/// saved is a twentieth of a fast answer, and descriptors are for connections. A
/// pack that is deleted meanwhile keeps its place on the disk until then.
const PACKS_HELD: u64 = 64;

/// How many NARs are being read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readings(Arc<AtomicU64>);

/// One of them; ends when dropped.
#[derive(Debug)]
pub(crate) struct ReadingGuard(Readings);

impl Readings {
    pub(crate) fn begin(&self) -> ReadingGuard {
        self.0.fetch_add(1, Ordering::Relaxed);
        ReadingGuard(self.clone())
    }
}

impl ReadingGuard {
    /// The most bytes of one read, with so many NARs under way.
    pub(crate) fn run_bytes(&self) -> u64 {
        let Self(Readings(count)) = self;
        let share = READ_MEMORY / 2 / count.load(Ordering::Relaxed).max(1);
        share.clamp(SMALL_RUN, CHECKED)
    }

    /// Whether there are few enough NARs under way for this one to hold its
    /// pack open. Each asks at each read, so no more than those ever do.
    pub(crate) fn may_hold_a_pack(&self) -> bool {
        let Self(Readings(count)) = self;
        count.load(Ordering::Relaxed) <= PACKS_HELD
    }
}

impl Drop for ReadingGuard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Where one frame rests.
pub(crate) use cache_db::ChunkLoc as Place;

/// Frames that lie end to end in one pack, in the order in which they are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) pack: BlobKey,
    pub(crate) offset: u64,
    pub(crate) len: u64,
    pub(crate) frames: Vec<Place>,
}

impl Run {
    fn start(place: Place) -> Self {
        Self {
            pack: place.pack_key.clone(),
            offset: place.offset,
            len: u64::from(place.frame_len),
            frames: vec![place],
        }
    }

    fn takes(&self, place: &Place, most: u64) -> bool {
        self.pack == place.pack_key
            && self.offset + self.len == place.offset
            && self.len + u64::from(place.frame_len) <= most
    }
}

/// Joins neighbours into runs of at most `most` bytes, or one frame.
pub(crate) fn plan(places: impl IntoIterator<Item = Place>, most: u64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some(run) if run.takes(&place, most) => {
                run.len += u64::from(place.frame_len);
                run.frames.push(place);
            }
            _ => runs.push(Run::start(place)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(pack: u128, offset: u64, frame_len: u32) -> Place {
        Place {
            id: chunk_store::ChunkId(offset),
            pack_key: BlobKey::pack(ulid::Ulid::from(pack)),
            offset,
            frame_len,
            raw_len: frame_len,
            sum: 0,
            broken: false,
        }
    }

    /// `(pack, offset, len)` of places in, `(pack, offset, len, frames)` of runs out.
    fn check(places: &[(u128, u64, u32)], expected: &[(u128, u64, u64, usize)]) {
        let runs = plan(places.iter().map(|&(p, o, l)| place(p, o, l)), SERVED);
        let found: Vec<_> = runs
            .iter()
            .map(|r| (r.pack.clone(), r.offset, r.len, r.frames.len()))
            .collect();
        let wanted: Vec<_> = expected
            .iter()
            .map(|&(p, o, l, n)| (BlobKey::pack(ulid::Ulid::from(p)), o, l, n))
            .collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn neighbours_join_and_strangers_do_not() {
        check(&[], &[]);
        check(&[(1, 10, 5), (1, 15, 5)], &[(1, 10, 10, 2)]);
        check(&[(1, 10, 5), (1, 16, 5)], &[(1, 10, 5, 1), (1, 16, 5, 1)]);
        check(&[(1, 10, 5), (2, 15, 5)], &[(1, 10, 5, 1), (2, 15, 5, 1)]);
        check(&[(1, 15, 5), (1, 10, 5)], &[(1, 15, 5, 1), (1, 10, 5, 1)]);
        check(&[(1, 10, 5), (1, 10, 5)], &[(1, 10, 5, 1), (1, 10, 5, 1)]);
    }

    #[test]
    fn a_run_is_bounded() {
        let half = (SERVED / 2) as u32;
        check(
            &[(1, 0, half), (1, u64::from(half), half), (1, SERVED, 1)],
            &[(1, 0, SERVED, 2), (1, SERVED, 1, 1)],
        );
    }

    #[test]
    fn many_nars_under_way_hold_little_each() {
        let readings = Readings::default();
        let first = readings.begin();
        assert_eq!(first.run_bytes(), CHECKED);
        assert!(first.may_hold_a_pack());
        let more: Vec<_> = (1..256).map(|_| readings.begin()).collect();
        assert!(!first.may_hold_a_pack());
        assert_eq!(first.run_bytes(), READ_MEMORY / 2 / 256);
        let most: Vec<_> = (0..10_000).map(|_| readings.begin()).collect();
        assert_eq!(first.run_bytes(), SMALL_RUN);
        drop((more, most));
        assert_eq!(first.run_bytes(), CHECKED);
    }
}
