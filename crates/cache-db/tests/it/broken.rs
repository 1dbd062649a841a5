//! Broken means absent.

use cache_db::{NarSource, PublishRefusal, PublishVerdict, Removal};
use nar_format::NarHash;

use crate::world::{World, found, frame, frames, path_hash, published};

/// [R] A broken chunk, and a nar with one, count as absent everywhere.
pub(crate) async fn broken_means_absent_everywhere(w: World) {
    let (cache, other) = (w.cache("main").await, w.cache("other").await);
    w.publish(cache, 1, 1, &[1, 2]).await;
    w.publish(cache, 1, 2, &[2, 3]).await;
    w.publish(other, 1, 1, &[1]).await;
    let ids = w.ids(cache, 1, &[1, 2]).await;
    let counters = (w.db.removed_counter(cache), w.db.removed_counter(other));
    let broken_seq = w.db.broken_seq().await.unwrap();
    w.damage(ids[0]).await;
    for hurt in [cache, other] {
        assert_eq!(w.object(hurt, 1).await, None);
        let missing = w.db.paths_missing(hurt, &[path_hash(1)]).await.unwrap();
        assert_eq!(missing, [path_hash(1)]);
    }
    assert!(w.object(cache, 2).await.is_some());
    assert_eq!(w.db.list_objects(cache, None, 9).await.unwrap().len(), 1);
    // Own leases do not show it either; the sound chunk is still seen.
    assert_eq!(found(&w.resolve(cache, 1, &[1, 2]).await), [false, true]);
    let nar = w.db.live_object(cache, &path_hash(1)).await.unwrap();
    assert!(!nar.unwrap().1, "there, and not whole");
    assert!(w.db.removed_counter(cache) > counters.0);
    assert!(w.db.removed_counter(other) > counters.1);
    assert_eq!(w.db.broken_seq().await.unwrap(), broken_seq + 1);
    let broken = w.db.broken_ids().await.unwrap();
    assert_eq!(broken.iter().collect::<Vec<_>>(), [ids[0].0]);
}

/// [R] A fresh copy of the same frame repoints the row, which stays verified,
/// and NARs whose chunks are all sound become sound.
pub(crate) async fn the_next_push_of_the_same_frame_heals_all_that_needed_it(w: World) {
    let (cache, other) = (w.cache("main").await, w.cache("other").await);
    let before = w.publish(cache, 1, 1, &[1, 2]).await;
    w.publish(other, 1, 1, &[1]).await;
    let ids = w.ids(cache, 1, &[1, 2]).await;
    w.damage(ids[0]).await;
    w.damage(ids[1]).await;
    let brought = w.send(other, 9, frames([1])).await;
    assert_eq!((brought.healed, brought.nars_healed), (1, 1));
    assert!(w.object(other, 1).await.is_some());
    assert_eq!(w.object(cache, 1).await, None, "its other chunk is broken");
    let mut pack = w.pack_of(cache, 9, frames([2]));
    pack.frames[0].offset = 4242;
    let key = pack.key.clone();
    let seq = w.db.nar(before.nar.id).await.unwrap().unwrap().seq;
    assert_eq!(w.db.commit_pack(pack).await.unwrap().nars_healed, 1);
    assert_eq!(w.object(cache, 1).await.unwrap(), before);
    let nar = w.db.nar(before.nar.id).await.unwrap().unwrap();
    assert!(nar.seq > seq, "what is reachable changed");
    // The id is the same, the place is new, verified as it was.
    let again = w.resolve(cache, 1, &[2]).await.remove(0).unwrap();
    assert_eq!((again.id, again.verified), (ids[1], true));
    assert_eq!((again.loc.offset, again.loc.pack_key), (4242, key));
    assert!(w.db.broken_ids().await.unwrap().is_empty());
}

/// [R] The first-publish rule does not protect a broken nar: a rebuild may not
/// be bit-identical.
pub(crate) async fn a_rebuild_that_differs_heals_a_broken_path(w: World) {
    let cache = w.cache("main").await;
    let old = w.publish(cache, 1, 1, &[1]).await;
    let ids = w.ids(cache, 1, &[1]).await;
    w.send(cache, 2, frames([5])).await;
    let rebuilt = w.ids(cache, 2, &[5]).await;
    let mut row = w.row(1, "rebuilt", w.nar(&rebuilt));
    row.replaces = Some(old.record.clone());
    let refused = w.commit(cache, vec![row.clone()]).await;
    assert!(matches!(
        refused,
        PublishVerdict::Refused(reasons)
            if matches!(reasons[..], [Some(PublishRefusal::PathDiffers { .. })])
    ));
    w.damage(ids[0]).await;
    assert_eq!(w.commit(cache, vec![row]).await, published(1));
    let new = w.object(cache, 1).await.unwrap();
    assert_eq!(new.nar.hash, NarHash::of(b"rebuilt"));
    let ends = w.db.snapshot().await.unwrap().ends;
    assert_eq!(ends, [(new.record, old.record)]);
}

/// Other frame bytes of a broken chunk are another chunk; the path is
/// published anew with them.
pub(crate) async fn another_frame_of_a_broken_chunk_heals_by_publishing_again(w: World) {
    let cache = w.cache("main").await;
    let old = w.publish(cache, 1, 1, &[1]).await;
    let ids = w.ids(cache, 1, &[1]).await;
    w.damage(ids[0]).await;
    w.send(cache, 1, vec![frame(1, 4)]).await;
    assert_eq!(w.object(cache, 1).await, None);
    let again = w.ids(cache, 1, &[1]).await;
    assert_ne!(again, ids);
    let mut row = w.row(1, "[1]", w.nar(&again));
    row.replaces = Some(old.record);
    assert_eq!(w.commit(cache, vec![row]).await, published(1));
    let new = w.object(cache, 1).await.unwrap();
    assert_ne!(new.nar.version, old.nar.version);
    assert_eq!(w.remove(cache, 1).await, Removal::Removed);
}

/// What was found damaged is not what the row says any more.
pub(crate) async fn a_chunk_that_was_healed_meanwhile_is_not_marked(w: World) {
    let cache = w.cache("main").await;
    w.publish(cache, 1, 1, &[1]).await;
    let ids = w.ids(cache, 1, &[1]).await;
    let seen = w.db.chunk_locs(&ids).await.unwrap().remove(0).unwrap();
    w.damage(ids[0]).await;
    w.send(cache, 1, frames([1])).await;
    let broken_seq = w.db.broken_seq().await.unwrap();
    assert!(w.db.mark_broken(&[seen]).await.unwrap().is_empty());
    assert_eq!(w.db.broken_seq().await.unwrap(), broken_seq);
    assert!(w.object(cache, 1).await.is_some());
    assert!(w.db.mark_broken(&[]).await.unwrap().is_empty());
}

/// A frame that lies hurts nobody else: it is broken before it was ever seen.
pub(crate) async fn a_frame_that_lies_is_marked_and_hurts_nobody_else(w: World) {
    let cache = w.cache("main").await;
    w.publish(cache, 1, 1, &[1]).await;
    // Token 2 claims the digest for another frame; its publish finds the lie.
    w.send(cache, 2, vec![frame(1, 66)]).await;
    let lie = w.ids(cache, 2, &[1]).await;
    w.damage(lie[0]).await;
    assert!(w.object(cache, 1).await.is_some());
    let honest = w.ids(cache, 2, &[1]).await;
    assert_ne!(honest, lie);
    // Sent again it is not broken, and as unverified as before.
    w.send(cache, 2, vec![frame(1, 66)]).await;
    let again = w.resolve(cache, 2, &[1]).await.remove(0).unwrap();
    assert_eq!(
        again.id, honest[0],
        "the lease holds both, the smaller wins"
    );
    let seen = w.resolve(cache, 3, &[1]).await.remove(0).unwrap();
    assert_eq!(seen.id, honest[0]);
    let nar = w.object(cache, 1).await.unwrap().nar.id;
    let row = w.row(2, "[1]", NarSource::Reuse(nar));
    assert_eq!(w.commit(cache, vec![row]).await, published(1));
}
