//! Packs come in.

use std::time::Duration;

use cache_db::{DbError, PackCommitted};
use chunk_store::ChunkId;

use crate::assert_fails;
use crate::world::{GRACE, World, frame, frames};

/// New chunks of one upload get consecutive ids in pack order.
pub(crate) async fn new_frames_get_consecutive_ids_in_pack_order(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([5])).await;
    w.send(cache, 1, frames([9, 3, 5, 7])).await;
    let ids = w.ids(cache, 1, &[5, 9, 3, 7]).await;
    assert_eq!(ids, [1, 2, 3, 4].map(ChunkId));
    let locs = w.db.chunk_locs(&[ids[1]]).await.unwrap();
    let loc = locs[0].as_ref().unwrap();
    let expected = frame(9, 0);
    assert_eq!((loc.offset, loc.sum), (expected.offset, expected.sum));
}

/// [R] A chunk is its digest and its frame.
pub(crate) async fn the_same_frame_is_one_row_for_everybody_and_another_frame_is_another(w: World) {
    let (one, two) = (w.cache("one").await, w.cache("two").await);
    let first = w.send(one, 1, vec![frame(1, 0)]).await;
    let same = w.send(two, 2, vec![frame(1, 0)]).await;
    let other = w.send(two, 2, vec![frame(1, 1)]).await;
    assert_eq!((first.new, same.new, other.new), (1, 0, 1));
    assert_eq!(w.db.snapshot().await.unwrap().chunks.len(), 2);
}

/// A repeat is harmless, and costs as much as the first.
pub(crate) async fn a_pack_to_which_no_row_points_is_in_trash_and_its_lease_stands(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1, 2])).await;
    w.pass(GRACE / 2).await;
    let repeat = w.pack_of(cache, 1, frames([1, 2]));
    let key = repeat.key.clone();
    let brought = w.db.commit_pack(repeat).await.unwrap();
    let known = PackCommitted {
        known: 2,
        ..PackCommitted::default()
    };
    assert_eq!(brought, known);
    assert!(w.in_trash(&key).await);
    assert_eq!(w.db.snapshot().await.unwrap().packs.len(), 1);
    // The first lease is too old by now, the second is not.
    w.pass(GRACE * 3 / 4).await;
    assert!(w.sweep_chunks().await.is_empty());
}

/// [R] The sweeper may have deleted the blob by then.
pub(crate) async fn a_pack_put_more_than_an_hour_ago_is_refused_and_left_in_trash(w: World) {
    let cache = w.cache("main").await;
    let mut pack = w.pack_of(cache, 1, frames([1]));
    let key = pack.key.clone();
    w.pass(Duration::from_secs(3601)).await;
    assert_fails!(w.db.commit_pack(pack.clone()).await, DbError::PutTooOld);
    assert!(w.in_trash(&key).await);
    let snapshot = w.db.snapshot().await.unwrap();
    assert!(snapshot.chunks.is_empty() && snapshot.leases.is_empty());
    // Within the hour a commit takes the key out of trash.
    pack.put_at = w.db.now() - 3600;
    w.db.commit_pack(pack).await.unwrap();
    assert!(!w.in_trash(&key).await);
}

/// Nothing can be sent to a cache that is gone.
pub(crate) async fn a_pack_for_a_destroyed_cache_leaves_nothing_but_trash(w: World) {
    let cache = w.cache("main").await;
    w.db.destroy_cache(cache, w.record()).await.unwrap();
    let pack = w.pack_of(cache, 1, frames([1]));
    let key = pack.key.clone();
    assert_fails!(w.db.commit_pack(pack).await, DbError::CacheGone);
    assert!(w.in_trash(&key).await);
    assert_eq!(w.counts().await[2], 0);
}

/// The limit counts the bytes of the packs a token sent within grace, repeats
/// and known frames alike, less the frames that the target cache reaches.
pub(crate) async fn unpublished_bytes_of_a_token_are_limited(w: World) {
    let (cache, other) = (w.cache("main").await, w.cache("other").await);
    // Each pack: two frames of 100 bytes and 10 of the rest.
    let send = async |cache, by, numbers: [u32; 2]| {
        let mut pack = w.pack_of(cache, by, frames(numbers));
        pack.max_unpublished = 450;
        let key = pack.key.clone();
        let result = w.db.commit_pack(pack).await;
        if result.is_err() {
            assert!(w.in_trash(&key).await);
        }
        result
    };
    send(cache, 1, [1, 2]).await.unwrap();
    send(cache, 1, [1, 2]).await.unwrap();
    let over = send(cache, 1, [1, 2]).await;
    assert_fails!(
        over,
        DbError::UnpublishedLimit {
            limit: 450,
            would_be: 630
        }
    );
    // What somebody else sent makes no difference, nor does it to them.
    send(cache, 2, [1, 2]).await.unwrap();
    assert_fails!(
        send(other, 1, [3, 4]).await,
        DbError::UnpublishedLimit { would_be: 630, .. }
    );
    // Publishing gives room again, in the cache where it was published.
    let ids = w.ids(cache, 1, &[1, 2]).await;
    let row = w.row(1, "nar", w.nar(&ids));
    w.commit(cache, vec![row]).await;
    assert_fails!(
        send(other, 1, [3, 4]).await,
        DbError::UnpublishedLimit { .. }
    );
    send(cache, 1, [3, 4]).await.unwrap();
    assert_fails!(
        send(cache, 1, [5, 6]).await,
        DbError::UnpublishedLimit { would_be: 640, .. }
    );
    // So does time.
    w.pass(GRACE).await;
    send(cache, 1, [5, 6]).await.unwrap();
    send(other, 1, [7, 8]).await.unwrap();
}

/// The lease of a pack is one row however many frames it has.
pub(crate) async fn a_pack_of_the_greatest_size_is_one_lease(w: World) {
    let cache = w.cache("main").await;
    let brought = w.send(cache, 1, frames(0..8192)).await;
    assert_eq!(brought.new, 8192);
    let snapshot = w.db.snapshot().await.unwrap();
    assert_eq!(snapshot.leases.len(), 1);
    assert_eq!(snapshot.leases[0].chunks.len(), 8192);
    let too_many = w.pack_of(cache, 1, frames(0..8193));
    assert_fails!(
        w.db.commit_pack(too_many).await,
        DbError::TooMany {
            count: 8193,
            limit: 8192,
            ..
        }
    );
}

/// A token's leases are its own.
pub(crate) async fn a_lease_outlives_a_killed_client_and_serves_its_next_push(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1, 2, 3])).await;
    // The client dies; a day less a second later the same token asks again.
    w.pass(GRACE - Duration::from_secs(1)).await;
    let query = w.query(cache, 1, &[cache], &[1, 2, 3, 4]);
    let missing = w.db.chunks_missing(query).await.unwrap();
    assert_eq!(missing, [false, false, false, true]);
    assert!(w.sweep_chunks().await.is_empty());
    w.pass(Duration::from_secs(1)).await;
    let query = w.query(cache, 1, &[cache], &[1, 2, 3, 4]);
    assert_eq!(w.db.chunks_missing(query).await.unwrap(), [true; 4]);
    assert_eq!(w.sweep_chunks().await.len(), 3);
}
