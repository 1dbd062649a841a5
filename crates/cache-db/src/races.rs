//! What happens between the look and the lock, played step by step.

use std::time::Duration;

use cache_api::CacheSettings;
use chunk_store::{BlobKey, ChunkId, Digest, FrameId, recipe};
use nar_format::{NarHash, StorePath};
use roaring::RoaringTreemap;

use crate::{
    CacheId, Clock, Db, DbConfig, KeyId, NarSource, NewCache, NewFrame, NewKey, NewNar, NewRecord,
    PackCommit, PublishGroup, PublishRow, RemoveObject, ResolveQuery,
};

const GRACE: Duration = Duration::from_secs(1000);
const TOKEN: [u8; 32] = [1; 32];

struct Stage {
    db: Db,
    cache: CacheId,
    path: StorePath,
    _dir: tempfile::TempDir,
}

impl Stage {
    /// A cache and a chunk that token 1 sent; no time goes by.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (clock, _) = Clock::manual(1_000_000);
        let db = Db::open(&DbConfig::new(dir.path().join("db")), clock).unwrap();
        db.pair(&db.store_identity().await.unwrap(), "A", 1)
            .await
            .unwrap();
        let new = NewCache {
            uid: "uid".to_owned(),
            name: "main".parse().unwrap(),
            settings: CacheSettings::default(),
            key: NewKey {
                name: "k".to_owned(),
                secret: "k:s".to_owned(),
                public: "k:p".to_owned(),
            },
            record: record(&db, 1),
        };
        let cache = db.create_cache(new).await.unwrap().id;
        let pack = PackCommit {
            cache_id: cache,
            token_key: TOKEN,
            key: BlobKey::pack(ulid::Ulid::from(1_u128)),
            put_at: db.now(),
            size: 100,
            frames: vec![NewFrame {
                digest: Digest::of(b"chunk"),
                frame_id: FrameId::of(b"frame"),
                raw_len: 5,
                frame_len: 5,
                offset: 95,
                sum: 1,
            }],
            grace: GRACE,
            max_unpublished: 1000,
        };
        db.commit_pack(pack).await.unwrap();
        let base_name = format!("{}-name", "0".repeat(32));
        let path = StorePath::from_base_name(&base_name).unwrap();
        Self {
            db,
            cache,
            path,
            _dir: dir,
        }
    }

    fn query(&self) -> ResolveQuery {
        ResolveQuery {
            cache_id: self.cache,
            token_key: TOKEN,
            pullable: vec![self.cache],
            digests: vec![Digest::of(b"chunk")],
            grace: GRACE,
        }
    }

    async fn publish(&self) {
        let row = PublishRow {
            path: self.path.clone(),
            nar_hash: NarHash::of(b"nar"),
            nar_size: 3,
            references: Vec::new(),
            deriver: None,
            ca: None,
            sigs: Vec::new(),
            created_by: None,
            nar: NarSource::New(NewNar {
                version: [0; 16],
                frame_size: 5,
                recipe: recipe::encode(&[(ChunkId(1), 5)]),
                listing: Vec::new(),
            }),
            replace: false,
            replaces: None,
        };
        let group = PublishGroup {
            cache_id: self.cache,
            record: record(&self.db, 2),
            signed_by: vec![KeyId(1)],
            paths: vec![row],
        };
        self.db.commit_publish(group).await.unwrap();
    }
}

fn record(db: &Db, number: u128) -> NewRecord {
    NewRecord {
        key: BlobKey::record(ulid::Ulid::from(number)),
        put_at: db.now(),
    }
}

#[tokio::test]
async fn a_chunk_condemned_between_lookup_and_lease_is_missing() {
    let stage = Stage::new().await;
    let found = stage.db.look_up(stage.query()).await.unwrap();
    assert!(found[0].is_some());
    // The sweep's mark is newer than the pack's lease, which it found too old.
    let mark = stage.db.snapshot().await.unwrap().mark;
    let condemned = stage.db.condemn_chunks(&[ChunkId(1)], mark).await.unwrap();
    assert_eq!(condemned, [ChunkId(1)]);
    let leased = stage
        .db
        .lease_found(stage.cache, TOKEN, found)
        .await
        .unwrap();
    assert_eq!(leased, [None]);
    assert_eq!(stage.db.snapshot().await.unwrap().leases.len(), 1);
}

#[tokio::test]
async fn a_chunk_leased_before_it_was_condemned_is_spared() {
    let stage = Stage::new().await;
    let mark = stage.db.snapshot().await.unwrap().mark;
    let found = stage.db.look_up(stage.query()).await.unwrap();
    let leased = stage
        .db
        .lease_found(stage.cache, TOKEN, found)
        .await
        .unwrap();
    assert!(leased[0].is_some());
    let condemned = stage.db.condemn_chunks(&[ChunkId(1)], mark).await.unwrap();
    assert!(condemned.is_empty());
}

#[tokio::test]
async fn a_chunk_marked_broken_between_lookup_and_lease_is_missing() {
    let stage = Stage::new().await;
    let found = stage.db.look_up(stage.query()).await.unwrap();
    let loc = found[0].clone().unwrap().loc;
    stage.db.mark_broken(&[loc]).await.unwrap();
    let leased = stage
        .db
        .lease_found(stage.cache, TOKEN, found)
        .await
        .unwrap();
    assert_eq!(leased, [None]);
}

#[tokio::test]
async fn marking_checks_nars_that_are_newer_than_its_scan() {
    let stage = Stage::new().await;
    let ids: RoaringTreemap = [1].into_iter().collect();
    let (mark, needing) = stage.db.nars_needing(ids).await.unwrap();
    assert!(needing.is_empty());
    stage.publish().await;
    let hash = stage.path.hash();
    let live = async || stage.db.object(stage.cache, &hash).await.unwrap();
    assert!(live().await.is_some());
    let removed = stage.db.removed_counter(stage.cache);
    let damaged = stage.db.chunk_locs(&[ChunkId(1)]).await.unwrap();
    let damaged = damaged.into_iter().flatten().collect();
    let marked = stage.db.mark_found(damaged, needing, mark).await.unwrap();
    assert_eq!(marked, [ChunkId(1)]);
    assert_eq!(live().await, None);
    assert_eq!(stage.db.removed_counter(stage.cache), removed + 1);
}

#[tokio::test]
async fn a_path_removed_while_paths_missing_looks_is_missing() {
    let stage = Stage::new().await;
    stage.publish().await;
    let hash = stage.path.hash();
    let object = stage.db.object(stage.cache, &hash).await.unwrap().unwrap();
    let remove = RemoveObject {
        cache_id: stage.cache,
        path_hash: hash,
        record: record(&stage.db, 3),
        ends: object.record,
    };
    stage.db.remove_object(remove).await.unwrap();
    let gone = stage.db.use_objects(vec![object.id.0]).await.unwrap();
    assert_eq!(gone, [object.id.0]);
}
