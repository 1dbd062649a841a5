//! Random histories against a small model of what must hold.
//!
//! The model keeps chunks, leases and nars as plain sets. After every step the
//! database must answer as the model does, in this process and in another, and
//! nothing that a nar or a young lease reaches may ever be condemned.

use std::collections::BTreeSet;
use std::time::Duration;

use cache_db::{CacheId, Db, DbError, ManualClock, NarSource, PublishRow, PublishVerdict};
use cache_db::{Removal, Seq};
use chunk_store::ChunkId;
use proptest::prelude::*;

use crate::reach;
use crate::world::{World, frame, garbage};
use plain::{Lease, Model, Nar, Wanted};
use steps::{DIGESTS, PATHS, Step, step};

mod plain;
mod steps;

/// Ids of chunks begin here, so that they soon pass the end of a block.
const FIRST_CHUNK: u64 = 4095;

struct Run {
    w: World,
    other: (Db, ManualClock),
    caches: [CacheId; 2],
    destroyed: Vec<CacheId>,
    model: Model,
    prepared: Vec<(Wanted, PublishRow)>,
    marked: (Seq, Vec<ChunkId>),
}

impl Run {
    async fn new() -> Self {
        let w = World::new().await;
        let caches = [w.cache("one").await, w.cache("two").await];
        let conn = rusqlite::Connection::open(w.file()).unwrap();
        conn.execute("UPDATE store SET next_chunk = ?", [FIRST_CHUNK])
            .unwrap();
        let other = w.other_process();
        Self {
            w,
            other,
            caches,
            destroyed: Vec::new(),
            model: Model::new(FIRST_CHUNK),
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
            } => self.send(*cache, *by, digests, *variant).await,
            Step::Resolve { cache, by, digests } => {
                self.resolve(*cache, *by, digests).await;
            }
            Step::Push {
                cache,
                path,
                digests,
                replace,
            } => {
                self.send(*cache, 1, digests, 0).await;
                self.prepare(*cache, 1, *path, digests, 0).await;
                let group = self.take_prepared(self.prepared.len() - 1, 0, *replace);
                self.commit(group).await;
            }
            Step::Prepare {
                cache,
                by,
                path,
                digests,
                sigs,
            } => {
                self.prepare(*cache, *by, *path, digests, *sigs).await;
            }
            Step::Commit {
                which,
                more,
                replace,
            } => {
                let group = self.take_prepared(*which, *more, *replace);
                self.commit(group).await;
            }
            Step::Republish {
                cache,
                path,
                which,
                anew,
                replace,
            } => {
                self.republish(*cache, *path, *which, *anew, *replace).await;
            }
            Step::Remove { cache, path } => {
                let cache = self.caches[*cache];
                let removal = self.w.remove(cache, *path).await;
                let removed = self.model.remove(cache, *path);
                assert_eq!(removal == Removal::Removed, removed);
            }
            Step::Destroy { cache } => self.destroy(*cache).await,
            Step::Damage { which } => self.damage(*which).await,
            Step::Pass { seconds } => {
                let time = Duration::from_secs(*seconds);
                self.w.pass(time).await;
                self.other.1.advance(time);
                self.other.0.tick().await.unwrap();
            }
            Step::Mark => {
                let mark = self.w.db.snapshot().await.unwrap().mark;
                self.marked = (mark, garbage(&self.w.plan().await));
            }
            Step::Condemn => self.condemn().await,
        }
    }

    /// Token 1 may pull the first cache, token 2 both, token 3 none. What was
    /// destroyed since they were asked for shows nothing.
    fn pullable(&self, by: u8) -> Vec<CacheId> {
        let live = &self.caches[..[1, 2, 0][usize::from(by) - 1]];
        let gone = self.destroyed.iter().filter(|_| by != 3);
        live.iter().chain(gone).copied().collect()
    }

    async fn send(&mut self, cache: usize, by: u8, digests: &[u32], variant: u8) {
        let frames = digests.iter().map(|digest| frame(*digest, variant));
        let frames = frames.collect();
        self.w.send(self.caches[cache], by, frames).await;
        self.model.send(by, digests, variant, self.w.db.now());
    }

    async fn resolve(&mut self, cache: usize, by: u8, digests: &[u32]) -> Vec<Option<u64>> {
        let now = self.w.db.now();
        let pullable = self.pullable(by);
        let target = self.caches[cache];
        let query = self.w.query(target, by, &pullable, digests);
        let elsewhere = self.other.0.chunks_missing(query).await.unwrap();
        let found = self.w.resolve_seeing(target, by, &pullable, digests).await;
        let found: Vec<Option<u64>> = found
            .iter()
            .map(|chunk| chunk.as_ref().map(|chunk| chunk.id.0))
            .collect();
        let best = |digest: &u32| self.model.best(target, by, &pullable, *digest, now);
        let expected: Vec<Option<u64>> = digests.iter().map(best).collect();
        assert_eq!(found, expected, "digests {digests:?} of token {by}");
        let missing: Vec<bool> = expected.iter().map(Option::is_none).collect();
        assert_eq!(elsewhere, missing, "another process sees the same");
        let chunks: BTreeSet<u64> = found.iter().flatten().copied().collect();
        self.model.leases.push(Lease {
            by,
            at: now,
            chunks,
        });
        found
    }

    async fn prepare(&mut self, cache: usize, by: u8, path: u64, digests: &[u32], sigs: usize) {
        let found = self.resolve(cache, by, digests).await;
        let Some(chunks) = found.into_iter().collect::<Option<Vec<u64>>>() else {
            return;
        };
        let nar = Nar {
            cache: self.caches[cache],
            content: format!("{digests:?}"),
            chunks,
        };
        let known = self.model.nars.contains(&nar) && self.model.nar_sound(&nar);
        let wanted = Wanted {
            path,
            nar,
            sigs,
            replace: false,
        };
        let row = self.row(&wanted, false).await;
        assert_eq!(matches!(row.nar, NarSource::Reuse(_)), known);
        self.prepared.push((wanted, row));
    }

    /// The row of a path; where its NAR is there it is reused, unless it shall
    /// come anew.
    async fn row(&self, wanted: &Wanted, anew: bool) -> PublishRow {
        let nar = &wanted.nar;
        let ids: Vec<ChunkId> = nar.chunks.iter().copied().map(ChunkId).collect();
        let mut row = self.w.row(wanted.path, &nar.content, self.w.nar(&ids));
        let more = (0..wanted.sigs).map(|of| format!("theirs-{of}:sig"));
        row.sigs.extend(more);
        if !anew {
            let db = &self.w.db;
            let reusable = db.reusable_nar(nar.cache, &row.nar_hash, row.nar_size, &ids);
            row.nar = reusable.await.unwrap().map_or(row.nar, NarSource::Reuse);
        }
        row
    }

    fn take_prepared(
        &mut self,
        which: usize,
        more: usize,
        replace: bool,
    ) -> Vec<(Wanted, PublishRow)> {
        if self.prepared.is_empty() {
            return Vec::new();
        }
        let first = self.prepared.remove(which % self.prepared.len());
        let cache = first.0.nar.cache;
        let is_more = |(wanted, _): &mut (Wanted, PublishRow)| wanted.nar.cache == cache;
        let more: Vec<_> = self.prepared.extract_if(.., is_more).take(more).collect();
        let mut group: Vec<_> = std::iter::once(first).chain(more).collect();
        for (wanted, _) in &mut group {
            wanted.replace = replace;
        }
        group
    }

    async fn republish(
        &mut self,
        cache: usize,
        path: u64,
        which: usize,
        anew: bool,
        replace: bool,
    ) {
        let of_cache = |nar: &&Nar| nar.cache == self.caches[cache];
        let nars: Vec<&Nar> = self.model.nars.iter().filter(of_cache).collect();
        let unused = nars.iter().filter(|nar| !self.model.is_used(nar));
        let mut candidates: Vec<&Nar> = unused.copied().collect();
        if candidates.is_empty() {
            candidates = nars;
        }
        let Some(index) = which.checked_rem(candidates.len()) else {
            return;
        };
        let wanted = Wanted {
            path,
            nar: candidates[index].clone(),
            sigs: 0,
            replace,
        };
        let row = self.row(&wanted, anew).await;
        self.commit(vec![(wanted, row)]).await;
    }

    async fn commit(&mut self, group: Vec<(Wanted, PublishRow)>) {
        let Some(cache) = group.first().map(|(wanted, _)| wanted.nar.cache) else {
            return;
        };
        let mut rows = Vec::new();
        let mut all = Vec::new();
        for (wanted, mut row) in group {
            let hash = row.path.hash();
            let live = self.w.db.live_object(cache, &hash);
            row.replaces = live.await.unwrap().map(|(object, _)| object.record);
            row.replace = wanted.replace;
            rows.push(row);
            all.push(wanted);
        }
        if self.destroyed.contains(&cache) {
            let group = self.w.group(cache, rows).await;
            let refused = self.w.db.commit_publish(group).await;
            assert!(matches!(refused, Err(DbError::CacheGone)), "{refused:?}");
            return;
        }
        let verdict = self.w.commit(cache, rows).await;
        let committed = matches!(verdict, PublishVerdict::Committed(_));
        assert_eq!(self.model.commit(&all), committed, "{verdict:?}");
    }

    async fn destroy(&mut self, cache: usize) {
        let old = self.caches[cache];
        let record = self.w.record();
        self.w.db.destroy_cache(old, record).await.unwrap();
        self.model.destroy(old);
        self.destroyed.push(old);
        self.caches[cache] = self.w.cache(["one", "two"][cache]).await;
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
        for cache in self.caches.iter().chain(&self.destroyed) {
            for path in 1..PATHS {
                let expected = self.model.shows(*cache, path);
                let object = self.w.object(*cache, path).await;
                assert_eq!(object.is_some(), expected, "path {path} of cache {cache}");
            }
        }
        let plan = self.w.plan().await;
        let kept = self.model.kept(self.w.db.now());
        let rows: BTreeSet<u64> = self.model.chunks.keys().copied().collect();
        let planned: BTreeSet<u64> = garbage(&plan).iter().map(|id| id.0).collect();
        let expected: BTreeSet<u64> = rows.difference(&kept).copied().collect();
        assert_eq!(planned, expected, "all that is not kept is garbage");
        assert_eq!(plan.chunks.len(), rows.len());
        assert_eq!(reach::kept(&self.w), reach::counted(&self.w));
        self.check_what_is_seen().await;
    }

    /// Token 9 never sent anything, and may pull all that ever was.
    async fn check_what_is_seen(&self) {
        let pullable = [&self.caches[..], &self.destroyed].concat();
        let digests: Vec<u32> = (0..DIGESTS).collect();
        let target = self.caches[0];
        let now = self.w.db.now();
        let best = |digest: &u32| self.model.best(target, 9, &pullable, *digest, now);
        let expected: Vec<bool> = digests
            .iter()
            .map(|digest| best(digest).is_none())
            .collect();
        for db in [&self.w.db, &self.other.0] {
            let query = self.w.query(target, 9, &pullable, &digests);
            assert_eq!(db.chunks_missing(query).await.unwrap(), expected);
        }
    }

    /// A new count of all NARs changes nothing.
    async fn check_recount(&self) {
        let kept = reach::kept(&self.w);
        self.w.db.count_reach_anew().await.unwrap();
        assert_eq!(reach::kept(&self.w), kept);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// I4, I7, and that resolve, publish and damage follow the rules.
    #[test]
    fn no_history_condemns_what_a_nar_or_a_young_lease_reaches(
        steps in prop::collection::vec(step(), 1..80)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut run = Run::new().await;
            for step in &steps {
                run.step(step).await;
                run.check().await;
            }
            run.check_recount().await;
        });
    }
}
