//! What must hold, in plain sets.

use std::collections::{BTreeMap, BTreeSet};

use cache_db::CacheId;

use crate::world::GRACE;

#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    digest: u32,
    variant: u8,
    verified: bool,
    pub(super) broken: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Lease {
    pub(super) by: u8,
    pub(super) at: i64,
    pub(super) chunks: BTreeSet<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Nar {
    pub(super) cache: CacheId,
    pub(super) content: String,
    pub(super) chunks: Vec<u64>,
}

/// An object.
#[derive(Clone, Copy, Debug)]
struct Object {
    /// Index of its nar.
    nar: usize,
    /// Signatures beside ours; more of them are a superset.
    sigs: usize,
    /// Whether the group under way wrote it.
    fresh: bool,
}

/// A path of a group.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) path: u64,
    pub(super) nar: Nar,
    pub(super) sigs: usize,
    pub(super) replace: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) chunks: BTreeMap<u64, Chunk>,
    pub(super) leases: Vec<Lease>,
    pub(super) nars: Vec<Nar>,
    live: BTreeMap<(CacheId, u64), Object>,
    /// The last chunk id that was given.
    last: u64,
}

impl Model {
    pub(super) fn new(first_chunk: u64) -> Self {
        Self {
            last: first_chunk - 1,
            ..Self::default()
        }
    }

    fn sound(&self, id: u64) -> bool {
        self.chunks.get(&id).is_some_and(|chunk| !chunk.broken)
    }

    pub(super) fn nar_sound(&self, nar: &Nar) -> bool {
        nar.chunks.iter().all(|id| self.sound(*id))
    }

    /// Whether a sound object is at this path.
    pub(super) fn shows(&self, cache: CacheId, path: u64) -> bool {
        let live = self.live.get(&(cache, path));
        live.is_some_and(|live| self.nar_sound(&self.nars[live.nar]))
    }

    pub(super) fn is_used(&self, nar: &Nar) -> bool {
        let mut live = self.live.values();
        live.any(|live| self.nars[live.nar] == *nar)
    }

    fn young(&self, now: i64) -> impl Iterator<Item = &Lease> {
        let grace = GRACE.as_secs() as i64;
        self.leases
            .iter()
            .filter(move |lease| now - lease.at < grace)
    }

    /// What no sweep may take.
    pub(super) fn kept(&self, now: i64) -> BTreeSet<u64> {
        let leased = self.young(now).flat_map(|lease| &lease.chunks);
        let named = self.nars.iter().flat_map(|nar| &nar.chunks);
        leased.chain(named).copied().collect()
    }

    fn reaches(&self, cache: CacheId) -> BTreeSet<u64> {
        let live = self.live.iter().filter(|((of, _), _)| *of == cache);
        live.flat_map(|(_, live)| self.nars[live.nar].chunks.iter().copied())
            .collect()
    }

    pub(super) fn send(&mut self, by: u8, digests: &[u32], variant: u8, at: i64) {
        let mut chunks = BTreeSet::new();
        for digest in digests {
            let known = self
                .chunks
                .iter_mut()
                .find(|(_, chunk)| (chunk.digest, chunk.variant) == (*digest, variant));
            if let Some((id, chunk)) = known {
                chunk.broken = false;
                chunks.insert(*id);
                continue;
            }
            self.last += 1;
            let chunk = Chunk {
                digest: *digest,
                variant,
                ..Chunk::default()
            };
            self.chunks.insert(self.last, chunk);
            chunks.insert(self.last);
        }
        self.leases.push(Lease { by, at, chunks });
    }

    /// The best row of a digest that a token sees, by the words of the rule.
    pub(super) fn best(
        &self,
        target: CacheId,
        by: u8,
        pullable: &[CacheId],
        digest: u32,
        now: i64,
    ) -> Option<u64> {
        let own: BTreeSet<u64> = self
            .young(now)
            .filter(|lease| lease.by == by)
            .flat_map(|lease| lease.chunks.iter().copied())
            .collect();
        let reach = |caches: &mut dyn Iterator<Item = &CacheId>| -> BTreeSet<u64> {
            caches.flat_map(|cache| self.reaches(*cache)).collect()
        };
        let in_target = reach(&mut pullable.iter().filter(|cache| **cache == target));
        let in_others = reach(&mut pullable.iter().filter(|cache| **cache != target));
        let rank = |id: &u64, chunk: &Chunk| match () {
            () if own.contains(id) => Some(0),
            () if !chunk.verified => None,
            () if in_target.contains(id) => Some(1),
            () if in_others.contains(id) => Some(2),
            () => None,
        };
        let rows = self.chunks.iter();
        rows.filter(|(_, chunk)| chunk.digest == digest && !chunk.broken)
            .filter_map(|(id, chunk)| Some((rank(id, chunk)?, chunk.variant, *id)))
            .min()
            .map(|(_, _, id)| id)
    }

    /// Commits a group whose lines replace what was live before it, all or
    /// nothing; whether it was committed.
    pub(super) fn commit(&mut self, group: &[Wanted]) -> bool {
        let mut after = self.clone();
        for live in after.live.values_mut() {
            live.fresh = false;
        }
        if group.iter().all(|path| after.publish(path)) {
            *self = after;
            return true;
        }
        false
    }

    fn publish(&mut self, wanted: &Wanted) -> bool {
        let key = (wanted.nar.cache, wanted.path);
        if let Some(live) = self.live.get(&key).copied() {
            let there = &self.nars[live.nar];
            match self.nar_sound(there) {
                true if there.content == wanted.nar.content && wanted.sigs <= live.sigs => {
                    return true;
                }
                true if there.content == wanted.nar.content => {
                    let same = *there == wanted.nar;
                    if same {
                        let (sigs, fresh) = (wanted.sigs, true);
                        self.live.insert(
                            key,
                            Object {
                                sigs,
                                fresh,
                                ..live
                            },
                        );
                    }
                    return same;
                }
                true if !wanted.replace => return false,
                _ if live.fresh => return false,
                _ => {}
            }
        }
        if !self.nar_sound(&wanted.nar) {
            return false;
        }
        for id in &wanted.nar.chunks {
            self.chunks.get_mut(id).unwrap().verified = true;
        }
        let known = self.nars.iter().position(|known| *known == wanted.nar);
        let nar = known.unwrap_or_else(|| {
            self.nars.push(wanted.nar.clone());
            self.nars.len() - 1
        });
        let (sigs, fresh) = (wanted.sigs, true);
        self.live.insert(key, Object { nar, sigs, fresh });
        true
    }

    pub(super) fn remove(&mut self, cache: CacheId, path: u64) -> bool {
        self.live.remove(&(cache, path)).is_some()
    }

    pub(super) fn destroy(&mut self, cache: CacheId) {
        self.live.retain(|(of, _), _| *of != cache);
    }
}
