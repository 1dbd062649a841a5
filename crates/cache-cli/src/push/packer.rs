//! Which frame travels in which pack: packs fill across paths, the frames of one path lie
//! together, and large paths have packs of their own.

use std::collections::BTreeMap;

use bytes::Bytes;
use chunk_store::Digest;
use chunk_store::pack::{Builder, PackError, PackLimits};

use super::budget::Lease;
use super::ledger::PathId;
use crate::api::Parts;

/// NAR bytes from which on a path has an open pack of its own.
pub(super) const LARGE_PATH: u64 = 8 << 20;
/// Large paths that may have one at a time; each is up to one pack of memory.
const MAX_OWN_PACKS: usize = 1;
/// Bytes of header and of an index entry (pack format, version 1).
const HEADER_LEN: u64 = 44;
const ENTRY_LEN: u64 = 48;

/// A compressed chunk that waits for its pack.
#[derive(Debug)]
pub(super) struct Framed {
    pub(super) path: PathId,
    pub(super) digest: Digest,
    pub(super) raw_len: u32,
    pub(super) frame: Bytes,
    #[expect(
        dead_code,
        reason = "held until the pack is acknowledged, never looked at"
    )]
    pub(super) lease: Option<Lease>,
}

/// Frames that go into one pack.
#[derive(Debug, Default)]
pub(super) struct OpenPack {
    frames: Vec<Framed>,
    bytes: u64,
    raw: u64,
}

impl OpenPack {
    fn fits(&self, limits: &PackLimits, bytes: u64, raw: u64, frames: usize) -> bool {
        let count = self.frames.len() + frames;
        let whole = HEADER_LEN + ENTRY_LEN * count as u64 + self.bytes + bytes;
        whole <= limits.bytes
            && self.raw + raw <= limits.raw
            && count as u64 <= u64::from(limits.frames)
    }

    fn push(&mut self, framed: Framed) {
        self.bytes += framed.frame.len() as u64;
        self.raw += u64::from(framed.raw_len);
        self.frames.push(framed);
    }

    /// The digests of its chunks, in order.
    pub(super) fn digests(&self) -> Vec<Digest> {
        self.frames.iter().map(|framed| framed.digest).collect()
    }

    /// The blob, in pieces that share the frames' memory.
    ///
    /// # Errors
    /// When a frame breaks a rule of the format, which is a fault of this program.
    pub(super) fn build(&self, limits: PackLimits) -> Result<Parts, PackError> {
        let mut builder = Builder::new(limits);
        for framed in &self.frames {
            builder.push(framed.digest, framed.raw_len, framed.frame.clone())?;
        }
        Ok(Parts::from(builder.finish_parts()))
    }
}

/// The open packs of one push.
#[derive(Debug)]
pub(super) struct Packer {
    limits: PackLimits,
    shared: OpenPack,
    own: BTreeMap<PathId, OpenPack>,
}

impl Packer {
    pub(super) fn new(limits: PackLimits) -> Packer {
        Packer {
            limits,
            shared: OpenPack::default(),
            own: BTreeMap::new(),
        }
    }

    /// Takes a frame of a path that is `large` or not. Returns the pack that is full by that.
    pub(super) fn add(&mut self, framed: Framed, large: bool) -> Option<OpenPack> {
        let has_own = self.own.contains_key(&framed.path);
        let pack = if has_own || (large && self.own.len() < MAX_OWN_PACKS) {
            self.own.entry(framed.path).or_default()
        } else {
            &mut self.shared
        };
        let full = !pack.fits(
            &self.limits,
            framed.frame.len() as u64,
            u64::from(framed.raw_len),
            1,
        );
        let full = full
            .then(|| std::mem::take(pack))
            .filter(|pack| !pack.frames.is_empty());
        pack.push(framed);
        full
    }

    /// No more frames of this path will come. What is left in its own pack joins the shared one;
    /// where that is too much for one pack, the fuller of the two is returned.
    pub(super) fn release(&mut self, path: PathId) -> Option<OpenPack> {
        let mut own = self
            .own
            .remove(&path)
            .filter(|own| !own.frames.is_empty())?;
        if self
            .shared
            .fits(&self.limits, own.bytes, own.raw, own.frames.len())
        {
            own.frames
                .drain(..)
                .for_each(|framed| self.shared.push(framed));
            return None;
        }
        if own.bytes < self.shared.bytes {
            std::mem::swap(&mut own, &mut self.shared);
        }
        Some(own)
    }

    /// Every open pack that holds something.
    pub(super) fn drain(&mut self) -> Vec<OpenPack> {
        let own = std::mem::take(&mut self.own).into_values();
        own.chain([std::mem::take(&mut self.shared)])
            .filter(|pack| !pack.frames.is_empty())
            .collect()
    }

    /// Whether no frame waits.
    pub(super) fn is_empty(&self) -> bool {
        self.shared.frames.is_empty() && self.own.values().all(|pack| pack.frames.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(path: PathId, number: u8, len: usize) -> Framed {
        let frame = Bytes::from(vec![number; len]);
        Framed {
            path,
            digest: Digest::of(&[number]),
            raw_len: len as u32,
            frame,
            lease: None,
        }
    }

    fn limits() -> PackLimits {
        PackLimits {
            bytes: HEADER_LEN + 10 * ENTRY_LEN + 100,
            frames: 10,
            raw: 1000,
        }
    }

    fn paths(pack: &OpenPack) -> Vec<PathId> {
        pack.frames.iter().map(|framed| framed.path).collect()
    }

    #[test]
    fn small_paths_share_and_large_ones_lie_apart() {
        let mut packer = Packer::new(limits());
        for (path, number, large) in [
            (0, 0, false),
            (1, 1, true),
            (0, 2, false),
            (1, 3, true),
            (2, 4, false),
        ] {
            assert!(packer.add(framed(path, number, 10), large).is_none());
        }
        let packs = packer.drain();
        assert_eq!(
            packs.iter().map(paths).collect::<Vec<_>>(),
            [vec![1, 1], vec![0, 0, 2]]
        );
        assert!(packer.is_empty());
    }

    #[test]
    fn a_full_pack_comes_out_by_bytes_by_frames_and_by_raw_bytes() {
        for (name, limits, len) in [
            (
                "bytes",
                PackLimits {
                    frames: 99,
                    raw: 9999,
                    ..limits()
                },
                60,
            ),
            (
                "frames",
                PackLimits {
                    frames: 1,
                    ..limits()
                },
                1,
            ),
            (
                "raw",
                PackLimits {
                    raw: 10,
                    ..limits()
                },
                10,
            ),
        ] {
            let mut packer = Packer::new(limits);
            let mut full = Vec::new();
            for number in 0..12 {
                full.extend(packer.add(framed(0, number, len), false));
            }
            assert!(!full.is_empty(), "{name}");
            full.extend(packer.drain());
            assert_eq!(
                full.iter().map(|pack| pack.frames.len()).sum::<usize>(),
                12,
                "{name}: none is lost"
            );
            for pack in full {
                let whole = HEADER_LEN + ENTRY_LEN * pack.frames.len() as u64 + pack.bytes;
                assert!(whole <= limits.bytes && pack.raw <= limits.raw, "{name}");
                assert!(pack.frames.len() as u32 <= limits.frames, "{name}");
            }
        }
    }

    #[test]
    fn leftovers_of_a_large_path_fill_the_shared_pack() {
        let mut packer = Packer::new(limits());
        packer.add(framed(0, 0, 10), false);
        packer.add(framed(1, 1, 10), true);
        assert!(packer.release(1).is_none());
        assert!(packer.release(1).is_none(), "released once");
        assert_eq!(paths(&packer.drain()[0]), [0, 1]);
    }

    #[test]
    fn where_both_do_not_fit_together_the_fuller_goes() {
        let mut packer = Packer::new(PackLimits {
            frames: 3,
            ..limits()
        });
        packer.add(framed(0, 0, 90), false);
        packer.add(framed(1, 1, 10), true);
        packer.add(framed(1, 2, 10), true);
        packer.add(framed(1, 3, 10), true);
        assert_eq!(packer.release(1).as_ref().map(paths), Some(vec![0]));
        assert_eq!(paths(&packer.drain()[0]), [1, 1, 1]);
    }

    #[test]
    fn own_packs_are_limited_in_number() {
        let mut packer = Packer::new(limits());
        for path in 0..4_u8 {
            packer.add(framed(path.into(), path, 10), true);
        }
        let packs: Vec<_> = packer.drain().iter().map(paths).collect();
        assert_eq!(packs, [vec![0], vec![1, 2, 3]]);
    }

    #[test]
    fn what_is_built_is_a_pack() {
        let mut encoder = chunk_store::frame::Encoder::new(3).expect("zstd");
        let mut packer = Packer::new(PackLimits::default());
        for number in 0..5_u8 {
            let raw = vec![number; 1000];
            let frame = Bytes::from(encoder.encode(&raw).expect("a frame"));
            packer.add(
                Framed {
                    path: 0,
                    digest: Digest::of(&raw),
                    raw_len: 1000,
                    frame,
                    lease: None,
                },
                false,
            );
        }
        let pack = packer.drain().pop().expect("one");
        let parts = pack.build(PackLimits::default()).expect("built");
        let want = HEADER_LEN + 5 * ENTRY_LEN + pack.bytes;
        assert_eq!(
            parts.len(),
            want,
            "header and index are as long as the limit reckons"
        );
        assert_eq!(pack.digests().len(), 5);
    }
}
