//! Random histories against a small model of what must hold.
//!
//! The model keeps chunks, leases and nars as plain sets. After every step the
//! database must answer as the model does, and nothing that a nar or a young
//! lease reaches may ever be condemned.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cache_db::{CacheId, NarSource, PublishRow, PublishVerdict, Removal, Seq};
use chunk_store::ChunkId;
use proptest::prelude::*;

use crate::world::{GRACE, World, frame, garbage};

const DIGESTS: u32 = 5;

#[derive(Clone, Debug)]
enum Step {
    Send {
        cache: usize,
        by: u8,
        digests: Vec<u32>,
        variant: u8,
    },
    Resolve {
        cache: usize,
        by: u8,
        digests: Vec<u32>,
    },
    /// Resolves, and keeps what was verified for a later commit.
    Prepare {
        cache: usize,
        by: u8,
        path: u64,
        digests: Vec<u32>,
    },
    Commit {
        which: usize,
    },
    Remove {
        cache: usize,
        path: u64,
    },
    Damage {
        which: usize,
    },
    Pass {
        hours: u64,
    },
    Mark,
    Condemn,
}

fn step() -> impl Strategy<Value = Step> {
    let cache = || 0..2_usize;
    let by = || 1..4_u8;
    let digests = || prop::collection::btree_set(0..DIGESTS, 1..4);
    let list = |set: BTreeSet<u32>| set.into_iter().collect::<Vec<_>>();
    prop_oneof![
        4 => (cache(), by(), digests(), 0..2_u8).prop_map(move |(cache, by, digests, variant)| {
            Step::Send { cache, by, digests: list(digests), variant }
        }),
        2 => (cache(), by(), digests()).prop_map(move |(cache, by, digests)| {
            Step::Resolve { cache, by, digests: list(digests) }
        }),
        4 => (cache(), by(), 1..4_u64, digests()).prop_map(move |(cache, by, path, digests)| {
            Step::Prepare { cache, by, path, digests: list(digests) }
        }),
        4 => any::<usize>().prop_map(|which| Step::Commit { which }),
        2 => (cache(), 1..4_u64).prop_map(|(cache, path)| Step::Remove { cache, path }),
        1 => any::<usize>().prop_map(|which| Step::Damage { which }),
        3 => (1..20_u64).prop_map(|hours| Step::Pass { hours }),
        2 => Just(Step::Mark),
        3 => Just(Step::Condemn),
    ]
}

#[derive(Debug, Default)]
struct Chunk {
    digest: u32,
    variant: u8,
    verified: bool,
    broken: bool,
}

#[derive(Debug)]
struct Lease {
    by: u8,
    at: i64,
    chunks: BTreeSet<u64>,
}

#[derive(Clone, Debug, PartialEq)]
struct Nar {
    cache: usize,
    content: String,
    chunks: Vec<u64>,
}

#[derive(Debug, Default)]
struct Model {
    chunks: BTreeMap<u64, Chunk>,
    leases: Vec<Lease>,
    nars: Vec<Nar>,
    /// (cache, path) → index of its nar.
    live: BTreeMap<(usize, u64), usize>,
    next: u64,
}

impl Model {
    fn sound(&self, id: u64) -> bool {
        self.chunks.get(&id).is_some_and(|chunk| !chunk.broken)
    }

    fn nar_sound(&self, nar: &Nar) -> bool {
        nar.chunks.iter().all(|id| self.sound(*id))
    }

    fn young(&self, now: i64) -> impl Iterator<Item = &Lease> {
        let grace = GRACE.as_secs() as i64;
        self.leases
            .iter()
            .filter(move |lease| now - lease.at < grace)
    }

    /// What no sweep may take.
    fn kept(&self, now: i64) -> BTreeSet<u64> {
        let leased = self.young(now).flat_map(|lease| &lease.chunks);
        let named = self.nars.iter().flat_map(|nar| &nar.chunks);
        leased.chain(named).copied().collect()
    }

    fn reaches(&self, cache: usize) -> BTreeSet<u64> {
        let live = self.live.iter().filter(|((of, _), _)| *of == cache);
        live.flat_map(|(_, nar)| self.nars[*nar].chunks.iter().copied())
            .collect()
    }

    fn send(&mut self, by: u8, digests: &[u32], variant: u8, now: i64) {
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
            self.next += 1;
            let chunk = Chunk {
                digest: *digest,
                variant,
                ..Chunk::default()
            };
            self.chunks.insert(self.next, chunk);
            chunks.insert(self.next);
        }
        self.leases.push(Lease {
            by,
            at: now,
            chunks,
        });
    }

    /// The best row of a digest that a token sees, by the words of the rule.
    fn best(&self, cache: usize, by: u8, digest: u32, now: i64) -> Option<u64> {
        let own: BTreeSet<u64> = self
            .young(now)
            .filter(|lease| lease.by == by)
            .flat_map(|lease| lease.chunks.iter().copied())
            .collect();
        let pullable = pullable(by);
        let reach = |of: usize| match pullable.contains(&of) {
            true => self.reaches(of),
            false => BTreeSet::new(),
        };
        let (target, other) = (reach(cache), reach(1 - cache));
        let rank = |id: &u64, chunk: &Chunk| match () {
            () if own.contains(id) => Some(0),
            () if !chunk.verified => None,
            () if target.contains(id) => Some(1),
            () if other.contains(id) => Some(2),
            () => None,
        };
        let rows = self.chunks.iter();
        rows.filter(|(_, chunk)| chunk.digest == digest && !chunk.broken)
            .filter_map(|(id, chunk)| Some((rank(id, chunk)?, chunk.variant, *id)))
            .min()
            .map(|(_, _, id)| id)
    }
}

/// Token 1 may pull the first cache, token 2 both, token 3 none.
fn pullable(by: u8) -> &'static [usize] {
    [&[0][..], &[0, 1], &[]][usize::from(by) - 1]
}

struct Run {
    w: World,
    caches: [CacheId; 2],
    model: Model,
    prepared: Vec<(usize, u64, PublishRow, Nar)>,
    marked: (Seq, Vec<ChunkId>),
}

impl Run {
    async fn new() -> Self {
        let w = World::new().await;
        let caches = [w.cache("one").await, w.cache("two").await];
        Self {
            w,
            caches,
            model: Model::default(),
            prepared: Vec::new(),
            marked: (0, Vec::new()),
        }
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Send {
                cache,
                by,
                digests,
                variant,
            } => {
                let frames = digests.iter().map(|digest| frame(*digest, *variant));
                let frames = frames.collect();
                self.w.send(self.caches[*cache], *by, frames).await;
                self.model.send(*by, digests, *variant, self.w.db.now());
            }
            Step::Resolve { cache, by, digests } => {
                self.resolve(*cache, *by, digests).await;
            }
            Step::Prepare {
                cache,
                by,
                path,
                digests,
            } => {
                self.prepare(*cache, *by, *path, digests).await;
            }
            Step::Commit { which } => self.commit(*which).await,
            Step::Remove { cache, path } => {
                let removal = self.w.remove(self.caches[*cache], *path).await;
                let live = self.model.live.remove(&(*cache, *path));
                assert_eq!(removal == Removal::Removed, live.is_some());
            }
            Step::Damage { which } => self.damage(*which).await,
            Step::Pass { hours } => self.w.pass(Duration::from_secs(hours * 3600)).await,
            Step::Mark => {
                let mark = self.w.db.snapshot().await.unwrap().mark;
                self.marked = (mark, garbage(&self.w.plan().await));
            }
            Step::Condemn => self.condemn().await,
        }
    }

    async fn resolve(&mut self, cache: usize, by: u8, digests: &[u32]) -> Vec<Option<u64>> {
        let now = self.w.db.now();
        let pullable: Vec<CacheId> = pullable(by).iter().map(|of| self.caches[*of]).collect();
        let target = self.caches[cache];
        let found = self.w.resolve_seeing(target, by, &pullable, digests).await;
        let found: Vec<Option<u64>> = found
            .iter()
            .map(|chunk| chunk.as_ref().map(|chunk| chunk.id.0))
            .collect();
        let best = |digest: &u32| self.model.best(cache, by, *digest, now);
        let expected: Vec<Option<u64>> = digests.iter().map(best).collect();
        assert_eq!(found, expected, "digests {digests:?} of token {by}");
        let chunks: BTreeSet<u64> = found.iter().flatten().copied().collect();
        self.model.leases.push(Lease {
            by,
            at: now,
            chunks,
        });
        found
    }

    async fn prepare(&mut self, cache: usize, by: u8, path: u64, digests: &[u32]) {
        let found = self.resolve(cache, by, digests).await;
        let Some(chunks) = found.into_iter().collect::<Option<Vec<u64>>>() else {
            return;
        };
        let ids: Vec<ChunkId> = chunks.iter().copied().map(ChunkId).collect();
        let content = format!("{digests:?}");
        let row = self.w.row(path, &content, self.w.nar(&ids));
        let reusable =
            self.w
                .db
                .reusable_nar(self.caches[cache], &row.nar_hash, row.nar_size, &ids);
        let nar = Nar {
            cache,
            content,
            chunks,
        };
        let known = self.model.nars.contains(&nar) && self.model.nar_sound(&nar);
        let reusable = reusable.await.unwrap();
        assert_eq!(reusable.is_some(), known);
        let source = reusable.map_or(row.nar.clone(), NarSource::Reuse);
        self.prepared
            .push((cache, path, PublishRow { nar: source, ..row }, nar));
    }

    async fn commit(&mut self, which: usize) {
        if self.prepared.is_empty() {
            return;
        }
        let (cache, path, mut row, nar) = self.prepared.remove(which % self.prepared.len());
        let hash = row.path.hash();
        let live = self
            .w
            .db
            .live_object(self.caches[cache], &hash)
            .await
            .unwrap();
        row.replaces = live.map(|(object, _)| object.record);
        let verdict = self.w.commit(self.caches[cache], vec![row]).await;
        let key = (cache, path);
        let there = self
            .model
            .live
            .get(&key)
            .map(|index| self.model.nars[*index].clone());
        let there = there.filter(|there| self.model.nar_sound(there));
        let expected = match there {
            Some(there) => there.content == nar.content,
            None => self.model.nar_sound(&nar),
        };
        let committed = matches!(verdict, PublishVerdict::Committed(_));
        assert_eq!(committed, expected, "{verdict:?}");
        if committed
            && self
                .model
                .live
                .get(&key)
                .is_none_or(|index| !self.model.nar_sound(&self.model.nars[*index]))
        {
            for id in &nar.chunks {
                self.model.chunks.get_mut(id).unwrap().verified = true;
            }
            let index = self.model.nars.iter().position(|known| *known == nar);
            let index = index.unwrap_or_else(|| {
                self.model.nars.push(nar);
                self.model.nars.len() - 1
            });
            self.model.live.insert(key, index);
        }
    }

    async fn damage(&mut self, which: usize) {
        let ids: Vec<u64> = self.model.chunks.keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let id = ids[which % ids.len()];
        let chunk = self.model.chunks.get_mut(&id).unwrap();
        if !chunk.broken {
            chunk.broken = true;
            self.w.damage(ChunkId(id)).await;
        }
    }

    async fn condemn(&mut self) {
        let (mark, ids) = self.marked.clone();
        let condemned = self.w.db.condemn_chunks(&ids, mark).await.unwrap();
        let kept = self.model.kept(self.w.db.now());
        for id in &condemned {
            assert!(!kept.contains(&id.0), "chunk {} was needed", id.0);
            assert!(self.model.chunks.remove(&id.0).is_some());
        }
    }

    /// What must hold after every step.
    async fn check(&self) {
        for (index, cache) in self.caches.iter().enumerate() {
            for path in 1..4 {
                let live = self.model.live.get(&(index, path));
                let nar = live.map(|nar| &self.model.nars[*nar]);
                let expected = nar.is_some_and(|nar| self.model.nar_sound(nar));
                let object = self.w.object(*cache, path).await;
                assert_eq!(object.is_some(), expected, "path {path} of cache {index}");
            }
        }
        let plan = self.w.plan().await;
        let kept = self.model.kept(self.w.db.now());
        let rows: BTreeSet<u64> = self.model.chunks.keys().copied().collect();
        let planned: BTreeSet<u64> = garbage(&plan).iter().map(|id| id.0).collect();
        let expected: BTreeSet<u64> = rows.difference(&kept).copied().collect();
        assert_eq!(planned, expected, "all that is not kept is garbage");
        assert_eq!(plan.chunks.len(), rows.len());
        self.check_reach().await;
    }

    /// What is counted with every change is what a count of all NARs finds.
    async fn check_reach(&self) {
        let kept = self.w.reach();
        self.w.db.count_reach_anew().await.unwrap();
        assert_eq!(self.w.reach(), kept);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// I4, and that resolve, publish and damage follow the rules.
    #[test]
    fn no_history_condemns_what_a_nar_or_a_young_lease_reaches(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut run = Run::new().await;
            for step in &steps {
                run.step(step).await;
                run.check().await;
            }
        });
    }
}
