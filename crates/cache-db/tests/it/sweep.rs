//! Plans and condemnation.

use cache_db::plan::Class;
use cache_db::{PublishRefusal, PublishVerdict};
use chunk_store::{BlobKey, ChunkId};

use crate::world::{GRACE, World, frames, garbage, published};

/// [R] Publish against condemnation: what resolve found after the sweep's mark
/// is spared, however old it was.
pub(crate) async fn what_was_resolved_after_the_mark_is_not_condemned(w: World) {
    let (cache, other) = (w.cache("main").await, w.cache("other").await);
    w.publish(cache, 1, 1, &[1]).await;
    w.send(cache, 1, frames([2, 3])).await;
    w.pass(GRACE).await;
    // The sweep marks: 2 and 3 are garbage. Now pushes find and send them.
    let mark = w.db.snapshot().await.unwrap().mark;
    let doomed = garbage(&w.plan().await);
    assert_eq!(doomed, [2, 3].map(ChunkId));
    let joined = w.send(other, 7, frames([2])).await;
    assert_eq!(joined.new, 0);
    let condemned = w.db.condemn_chunks(&doomed, mark).await.unwrap();
    assert_eq!(condemned, [ChunkId(3)]);
    let ids = w.ids(other, 7, &[2]).await;
    let row = w.row(1, "nar", w.nar(&ids));
    assert_eq!(w.commit(other, vec![row]).await, published(1));
}

/// [R] The same for a nar that was published, or came back, after the mark.
pub(crate) async fn what_was_published_after_the_mark_is_not_condemned(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1, 2, 3])).await;
    let ids = w.ids(cache, 1, &[1, 2, 3]).await;
    let row = w.row(1, "nar", w.nar(&ids[..2]));
    // A slow sweep: its mark is older than the publish, and by its clock the
    // leases are too.
    let mark = w.db.snapshot().await.unwrap().mark;
    assert_eq!(w.commit(cache, vec![row]).await, published(1));
    let condemned = w.db.condemn_chunks(&ids, mark).await.unwrap();
    assert_eq!(condemned, ids[2..]);
    assert!(w.object(cache, 1).await.is_some());
}

/// [R] A publish whose chunks were condemned first answers `missing`, and what
/// is sent again gets other ids.
pub(crate) async fn ids_of_condemned_chunks_are_never_reused(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1, 2])).await;
    let ids = w.ids(cache, 1, &[1, 2]).await;
    let row = w.row(1, "nar", w.nar(&ids));
    w.pass(GRACE).await;
    assert_eq!(w.sweep_chunks().await, ids);
    w.send(cache, 1, frames([1, 2])).await;
    let verdict = w.commit(cache, vec![row]).await;
    let missing = PublishRefusal::ChunksMissing(ids.clone());
    assert_eq!(verdict, PublishVerdict::Refused(vec![Some(missing)]));
    let again = w.ids(cache, 1, &[1, 2]).await;
    assert!(again.iter().all(|id| !ids.contains(id)));
    // Nor after a restart.
    w.pass(GRACE).await;
    assert_eq!(w.sweep_chunks().await, again);
    let (restarted, _) = w.other_process();
    let pack = w.pack_of(cache, 1, frames([1]));
    restarted.commit_pack(pack).await.unwrap();
    assert!(w.ids(cache, 1, &[1]).await[0] > again[1]);
}

/// I4: nothing that a nar row reaches is garbage, however long it is unused.
pub(crate) async fn the_chunks_of_an_unused_nar_stay_until_its_row_went(w: World) {
    let cache = w.cache("main").await;
    w.publish(cache, 1, 1, &[1]).await;
    w.remove(cache, 1).await;
    w.pass(GRACE / 2).await;
    let plan = w.plan().await;
    assert_eq!(plan.nars[0].1, Class::InGrace);
    assert_eq!(plan.chunks[0].1, Class::InGrace);
    w.pass(GRACE).await;
    let plan = w.plan().await;
    assert_eq!(
        (plan.objects[0].1, plan.nars[0].1),
        (Class::Garbage, Class::Garbage)
    );
    assert!(garbage(&plan).is_empty());
    assert!(w.sweep_chunks().await.is_empty());
}

/// Every row and blob has a class; blobs that nothing names are found.
pub(crate) async fn a_plan_classes_every_row_and_finds_orphans(w: World) {
    let (cache, gone) = (w.cache("main").await, w.cache("gone").await);
    w.publish(cache, 1, 1, &[1]).await;
    w.publish(gone, 1, 1, &[2]).await;
    w.db.destroy_cache(gone, w.record()).await.unwrap();
    w.send(cache, 1, frames([3])).await;
    let mut snapshot = w.db.snapshot().await.unwrap();
    let orphan = BlobKey::pack(w.ulid());
    let identity = BlobKey::identity("01STORE", 1).unwrap();
    snapshot.blobs = snapshot.packs.iter().map(|pack| pack.key.clone()).collect();
    snapshot.blobs.extend([orphan.clone(), identity]);
    let policy = cache_db::plan::Policy {
        grace: GRACE,
        read_grace: GRACE / 24,
    };
    let plan = cache_db::plan::classify(&snapshot, &policy);
    use Class::{InGrace, Reachable};
    let classes = |plan: &[(ChunkId, Class)]| plan.iter().map(|(_, c)| *c).collect::<Vec<_>>();
    assert_eq!(classes(&plan.chunks), [Reachable, InGrace, InGrace]);
    let blobs: Vec<Class> = plan.blobs.iter().map(|(_, class)| *class).collect();
    assert_eq!(blobs, [Reachable, InGrace, InGrace, InGrace, Reachable]);
    assert_eq!(plan.orphans, [orphan]);
    assert_eq!(plan.records.len(), snapshot.records.len());
    assert_eq!(plan.leases.len(), snapshot.leases.len());
}
