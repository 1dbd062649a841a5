//! A database with hands: makes caches, packs and paths out of small numbers.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cache_api::CacheSettings;
use cache_db::plan::{Class, Plan, Policy, classify};
use cache_db::{
    CacheId, CacheRow, Clock, Db, DbConfig, ManualClock, NarSource, NewCache, NewFrame, NewKey,
    NewNar, NewRecord, ObjectRow, PackCommit, PackCommitted, PublishGroup, PublishOutcome,
    PublishRow, PublishVerdict, Removal, RemoveObject, ResolveQuery, ResolvedChunk, TokenKey,
};
use chunk_store::{BlobKey, ChunkId, Digest, FrameId, recipe};
use nar_format::{NarHash, PathHash, StorePath};
use ulid::Ulid;

/// How long leases hold in these tests.
pub(crate) const GRACE: Duration = Duration::from_secs(24 * 3600);
/// Wall time at the start.
pub(crate) const START: u64 = 1_700_000_000;

/// A database of its own, at a time of its own.
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) hands: ManualClock,
    dir: tempfile::TempDir,
    next: AtomicU64,
    /// (digest, frame id) of each chunk that a resolve answered.
    frames: Mutex<HashMap<ChunkId, (FrameId, u32)>>,
}

/// A token, by number.
pub(crate) fn token(number: u8) -> TokenKey {
    [number; 32]
}

/// The digest of chunk `number`.
pub(crate) fn digest(number: u32) -> Digest {
    Digest::of(&number.to_le_bytes())
}

/// A frame of chunk `number`: `variant` tells apart its frames, and is added
/// to their length.
pub(crate) fn frame(number: u32, variant: u8) -> NewFrame {
    NewFrame {
        digest: digest(number),
        frame_id: FrameId::of(&[&number.to_le_bytes()[..], &[variant]].concat()),
        raw_len: 1000,
        frame_len: 100 + u32::from(variant),
        offset: u64::from(number) * 1000,
        sum: u64::MAX - u64::from(number),
    }
}

/// Variant 0 of each of these chunks.
pub(crate) fn frames(numbers: impl IntoIterator<Item = u32>) -> Vec<NewFrame> {
    numbers.into_iter().map(|number| frame(number, 0)).collect()
}

/// Store path `number`.
pub(crate) fn path(number: u64) -> StorePath {
    let hash = format!("{number:032}");
    StorePath::from_base_name(&format!("{hash}-package-{number}")).unwrap()
}

pub(crate) fn path_hash(number: u64) -> PathHash {
    path(number).hash()
}

impl World {
    /// An empty, paired database.
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (clock, hands) = Clock::manual(START);
        let db = Db::open(&DbConfig::new(dir.path().join("db")), clock).unwrap();
        db.pair(&db.store_identity().await.unwrap(), "01STORE", 1)
            .await
            .unwrap();
        Self {
            db,
            hands,
            dir,
            next: AtomicU64::new(1),
            frames: Mutex::default(),
        }
    }

    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.dir.path().join("db")
    }

    /// Another process on the same database.
    pub(crate) fn other_process(&self) -> (Db, ManualClock) {
        let (clock, hands) = Clock::manual(START);
        (Db::open(&DbConfig::new(self.file()), clock).unwrap(), hands)
    }

    /// Lets time go by in a running server.
    pub(crate) async fn pass(&self, time: Duration) {
        self.hands.advance(time);
        self.db.tick().await.unwrap();
    }

    pub(crate) fn ulid(&self) -> Ulid {
        let number = u128::from(self.next.fetch_add(1, Ordering::Relaxed));
        Ulid::from((number << 64) | (number * 7919))
    }

    pub(crate) fn record(&self) -> NewRecord {
        NewRecord {
            key: BlobKey::record(self.ulid()),
            put_at: self.db.now(),
        }
    }

    pub(crate) fn new_cache(&self, name: &str) -> NewCache {
        NewCache {
            uid: self.ulid().to_string(),
            name: name.parse().unwrap(),
            settings: CacheSettings::default(),
            key: NewKey {
                name: name.to_owned(),
                secret: format!("{name}:secret"),
                public: format!("{name}:public"),
            },
            record: self.record(),
        }
    }

    pub(crate) async fn cache(&self, name: &str) -> CacheId {
        let new = self.new_cache(name);
        self.db.create_cache(new).await.unwrap().id
    }

    pub(crate) async fn cache_row(&self, name: &str) -> CacheRow {
        self.db
            .cache(&name.parse().unwrap())
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) fn pack_of(&self, cache: CacheId, by: u8, frames: Vec<NewFrame>) -> PackCommit {
        PackCommit {
            cache_id: cache,
            token_key: token(by),
            key: BlobKey::pack(self.ulid()),
            put_at: self.db.now(),
            size: 10 + frames.iter().map(|f| u64::from(f.frame_len)).sum::<u64>(),
            frames,
            grace: GRACE,
            max_unpublished: 1 << 40,
        }
    }

    pub(crate) async fn send(
        &self,
        cache: CacheId,
        by: u8,
        frames: Vec<NewFrame>,
    ) -> PackCommitted {
        let pack = self.pack_of(cache, by, frames);
        self.db.commit_pack(pack).await.unwrap()
    }

    pub(crate) fn query(
        &self,
        cache: CacheId,
        by: u8,
        pullable: &[CacheId],
        of: &[u32],
    ) -> ResolveQuery {
        ResolveQuery {
            cache_id: cache,
            token_key: token(by),
            pullable: pullable.to_vec(),
            digests: of.iter().map(|number| digest(*number)).collect(),
            grace: GRACE,
        }
    }

    /// Resolves for a token that may pull the cache it pushes to.
    pub(crate) async fn resolve(
        &self,
        cache: CacheId,
        by: u8,
        of: &[u32],
    ) -> Vec<Option<ResolvedChunk>> {
        self.resolve_seeing(cache, by, &[cache], of).await
    }

    pub(crate) async fn resolve_seeing(
        &self,
        cache: CacheId,
        by: u8,
        pullable: &[CacheId],
        of: &[u32],
    ) -> Vec<Option<ResolvedChunk>> {
        let query = self.query(cache, by, pullable, of);
        let missing = self.db.chunks_missing(query.clone()).await.unwrap();
        let found = self.db.resolve(query).await.unwrap();
        let agree: Vec<bool> = found.iter().map(Option::is_none).collect();
        assert_eq!(missing, agree, "the question and the lease see the same");
        let mut frames = self.frames.lock().unwrap();
        for chunk in found.iter().flatten() {
            frames.insert(chunk.id, (chunk.frame_id, chunk.loc.frame_len));
        }
        found
    }

    /// Ids of chunks that must be there.
    pub(crate) async fn ids(&self, cache: CacheId, by: u8, of: &[u32]) -> Vec<ChunkId> {
        let found = self.resolve(cache, by, of).await;
        found.into_iter().map(|chunk| chunk.unwrap().id).collect()
    }

    /// A verified NAR of these chunks. Its hash is that of `content`.
    pub(crate) fn nar(&self, ids: &[ChunkId]) -> NarSource {
        let frames = self.frames.lock().unwrap();
        let of = |id: &ChunkId| frames.get(id).copied().unwrap_or((FrameId::of(b""), 100));
        let chunks: Vec<(ChunkId, u32)> = ids.iter().map(|id| (*id, of(id).1)).collect();
        let frame_ids: Vec<FrameId> = ids.iter().map(|id| of(id).0).collect();
        NarSource::New(NewNar {
            version: recipe::version(&frame_ids),
            frame_size: chunks.iter().map(|(_, len)| u64::from(*len)).sum(),
            recipe: recipe::encode(&chunks),
            listing: b"listing".to_vec(),
        })
    }

    /// Path `number` with a NAR whose hash is made of `content`.
    pub(crate) fn row(&self, number: u64, content: &str, nar: NarSource) -> PublishRow {
        PublishRow {
            path: path(number),
            nar_hash: NarHash::of(content.as_bytes()),
            nar_size: content.len() as u64,
            references: vec![path(number), path(7)],
            deriver: None,
            ca: None,
            sigs: vec!["ours:sig".to_owned()],
            created_by: Some("alice".to_owned()),
            nar,
            replace: false,
            replaces: None,
        }
    }

    pub(crate) async fn group(&self, cache: CacheId, paths: Vec<PublishRow>) -> PublishGroup {
        let keys = self.db.keys(cache).await.unwrap();
        let active = keys.iter().filter(|key| key.active);
        PublishGroup {
            cache_id: cache,
            record: self.record(),
            signed_by: active.map(|key| key.id).collect(),
            paths,
        }
    }

    pub(crate) async fn commit(&self, cache: CacheId, paths: Vec<PublishRow>) -> PublishVerdict {
        let group = self.group(cache, paths).await;
        self.db.commit_publish(group).await.unwrap()
    }

    /// Sends chunks and publishes path `number` made of them.
    pub(crate) async fn publish(
        &self,
        cache: CacheId,
        by: u8,
        number: u64,
        of: &[u32],
    ) -> ObjectRow {
        self.send(cache, by, frames(of.iter().copied())).await;
        let ids = self.ids(cache, by, of).await;
        let row = self.row(number, &format!("{of:?}"), self.nar(&ids));
        assert_eq!(self.commit(cache, vec![row]).await, published(1));
        self.object(cache, number).await.unwrap()
    }

    /// The live object of a path, after a look whether a narinfo would say the same, and whether
    /// its NAR is the one that is served.
    pub(crate) async fn object(&self, cache: CacheId, number: u64) -> Option<ObjectRow> {
        let hash = path_hash(number);
        let object = self.db.object(cache, &hash).await.unwrap();
        let narinfo = self.db.narinfo(cache, &hash, |row| {
            let texts = [row.references, row.sigs].map(str::to_owned);
            let ca = row.ca.map(str::to_owned);
            (row.path, row.nar, texts, row.deriver, ca, row.created_at)
        });
        let expected = object.clone().map(|row| {
            let references: Vec<_> = row.references.iter().map(StorePath::base_name).collect();
            let texts = [references.join(" "), row.sigs.join(" ")];
            let ObjectRow { deriver, ca, .. } = row;
            (row.path, row.nar, texts, deriver, ca, row.created_at)
        });
        assert_eq!(narinfo.await.unwrap(), expected);
        let nar = self.db.live_nar(cache, &hash).await.unwrap();
        assert!(nar.as_ref().is_none_or(|nar| nar.sound));
        let facts = object.as_ref().map(|object| &object.nar);
        assert_eq!(nar.as_ref().map(|nar| &nar.facts), facts);
        object
    }

    pub(crate) async fn remove(&self, cache: CacheId, number: u64) -> Removal {
        let hash = path_hash(number);
        let live = self.db.live_object(cache, &hash).await.unwrap();
        let remove = RemoveObject {
            cache_id: cache,
            path_hash: hash,
            record: self.record(),
            ends: live.map_or(self.record().key, |(object, _)| object.record),
        };
        self.db.remove_object(remove).await.unwrap()
    }

    /// Marks a chunk broken where it rests now.
    pub(crate) async fn damage(&self, id: ChunkId) {
        let loc = self.db.chunk_locs(&[id]).await.unwrap().remove(0).unwrap();
        assert_eq!(self.db.mark_broken(&[loc]).await.unwrap(), [id]);
    }

    pub(crate) async fn plan(&self) -> Plan {
        let policy = Policy {
            grace: GRACE,
            read_grace: Duration::from_secs(3600),
        };
        classify(&self.db.snapshot().await.unwrap(), &policy)
    }

    /// Condemns all that the plan of this moment calls garbage.
    pub(crate) async fn sweep_chunks(&self) -> Vec<ChunkId> {
        let mark = self.db.snapshot().await.unwrap().mark;
        let garbage = garbage(&self.plan().await);
        self.db.condemn_chunks(&garbage, mark).await.unwrap()
    }

    pub(crate) async fn in_trash(&self, key: &BlobKey) -> bool {
        let snapshot = self.db.snapshot().await.unwrap();
        snapshot.trash.iter().any(|(trashed, _)| trashed == key)
    }

    /// The rows of what each cache reaches.
    pub(crate) fn reach(&self) -> Vec<(i64, i64, Vec<u8>, Vec<u8>)> {
        let conn = rusqlite::Connection::open(self.file()).unwrap();
        let sql = "SELECT block, cache_id, ever, live FROM reach ORDER BY block, cache_id";
        let mut select = conn.prepare(sql).unwrap();
        let rows = select.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// How many rows there are of what publishing writes.
    pub(crate) async fn counts(&self) -> [usize; 5] {
        let all = self.db.snapshot().await.unwrap();
        [
            all.objects.len(),
            all.nars.len(),
            all.chunks.len(),
            all.records.len(),
            all.ends.len(),
        ]
    }
}

/// All of a group of `count` was published.
pub(crate) fn published(count: usize) -> PublishVerdict {
    PublishVerdict::Committed(vec![PublishOutcome::Published; count])
}

/// The chunks a plan would condemn.
pub(crate) fn garbage(plan: &Plan) -> Vec<ChunkId> {
    let chunks = plan.chunks.iter();
    chunks
        .filter(|(_, class)| *class == Class::Garbage)
        .map(|(id, _)| *id)
        .collect()
}

/// Whether each was found.
pub(crate) fn found(chunks: &[Option<ResolvedChunk>]) -> Vec<bool> {
    chunks.iter().map(Option::is_some).collect()
}

/// Asserts an error by its pattern.
#[macro_export]
macro_rules! assert_fails {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {
        match $result {
            Err($pattern) $(if $guard)? => {}
            other => panic!("expected {}, got {other:?}", stringify!($pattern)),
        }
    };
}
