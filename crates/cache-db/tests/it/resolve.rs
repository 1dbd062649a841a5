//! From digests to chunks.

use cache_db::DbError;
use chunk_store::ChunkId;

use crate::assert_fails;
use crate::world::{GRACE, World, found, frame, frames};

/// [R] Until it was decoded, a chunk is seen through nothing but the leases of
/// those who sent that very frame.
pub(crate) async fn an_unverified_frame_is_seen_only_by_those_who_sent_it(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1])).await;
    assert_eq!(found(&w.resolve(cache, 1, &[1]).await), [true]);
    assert_eq!(found(&w.resolve(cache, 2, &[1]).await), [false]);
    // Sending another frame of the digest shows the sender that one alone.
    w.send(cache, 2, vec![frame(1, 5)]).await;
    let seen = w.resolve(cache, 2, &[1]).await;
    assert_eq!(seen[0].as_ref().unwrap().frame_id, frame(1, 5).frame_id);
    // Sending the very frame does.
    w.send(cache, 3, frames([1])).await;
    let seen = w.resolve(cache, 3, &[1]).await;
    assert_eq!(seen[0].as_ref().unwrap().frame_id, frame(1, 0).frame_id);
    // Verified, yet in no live object: still nobody else's.
    let id = seen[0].as_ref().unwrap().id;
    w.db.mark_verified(&[id]).await.unwrap();
    assert!(
        w.resolve(cache, 3, &[1]).await[0]
            .as_ref()
            .unwrap()
            .verified
    );
    assert_eq!(found(&w.resolve(cache, 4, &[1]).await), [false]);
}

/// [R] A token is never answered from caches it may not pull, nor served their
/// frames.
pub(crate) async fn frames_of_a_hidden_tenant_are_never_seen(w: World) {
    let (hidden, mine) = (w.cache("hidden").await, w.cache("mine").await);
    w.publish(hidden, 1, 1, &[1, 2]).await;
    assert_eq!(found(&w.resolve(mine, 2, &[1, 2]).await), [false, false]);
    // The same content at another level: own rows, whatever the hidden one has.
    w.send(mine, 2, vec![frame(1, 3), frame(2, 3)]).await;
    let seen = w.resolve(mine, 2, &[1, 2]).await;
    for (chunk, number) in seen.iter().zip([1, 2]) {
        assert_eq!(chunk.as_ref().unwrap().frame_id, frame(number, 3).frame_id);
    }
    // A grant to pull shows it.
    assert_eq!(
        found(&w.resolve_seeing(mine, 3, &[hidden], &[1, 2, 3]).await),
        [true, true, false]
    );
}

/// A push permission alone never shows a chunk that the token did not send.
pub(crate) async fn a_token_that_may_only_push_sees_what_it_sent_itself(w: World) {
    let cache = w.cache("main").await;
    w.publish(cache, 1, 1, &[1, 2]).await;
    w.send(cache, 2, frames([2, 3])).await;
    let seen = w.resolve_seeing(cache, 2, &[], &[1, 2, 3]).await;
    assert_eq!(found(&seen), [false, true, true]);
}

/// Own leases first, then the target cache, then other caches; then the
/// smallest frame, then the least id.
pub(crate) async fn of_several_frames_the_nearest_then_the_smallest_then_the_oldest_is_taken(
    w: World,
) {
    let (target, other) = (w.cache("target").await, w.cache("other").await);
    let publish = async |cache, by, number: u64, variant| {
        w.send(cache, by, vec![frame(1, variant)]).await;
        let ids: Vec<ChunkId> = w.ids(cache, by, &[1]).await;
        let row = w.row(number, &format!("{number}"), w.nar(&ids));
        w.commit(cache, vec![row]).await;
        ids[0]
    };
    let in_other_small = publish(other, 11, 1, 0).await;
    let in_other_large = publish(other, 12, 2, 9).await;
    let see = async |by, pullable: &[_]| {
        let seen = w.resolve_seeing(target, by, pullable, &[1]).await;
        seen[0].as_ref().map(|chunk| chunk.id)
    };
    assert_eq!(see(20, &[target, other]).await, Some(in_other_small));
    let in_target = publish(target, 13, 3, 7).await;
    assert_eq!(see(21, &[target, other]).await, Some(in_target));
    assert_eq!(see(22, &[other]).await, Some(in_other_small));
    w.send(target, 23, vec![frame(1, 8)]).await;
    let own = see(23, &[target, other]).await.unwrap();
    assert!(![in_other_small, in_other_large, in_target].contains(&own));
    // Of two own frames the smaller; of two as small the older.
    w.send(target, 23, vec![frame(1, 6)]).await;
    let smaller = see(23, &[target, other]).await.unwrap();
    assert!(smaller > own);
    let mut twin = frame(1, 200);
    twin.frame_len = frame(1, 6).frame_len;
    w.send(target, 23, vec![twin]).await;
    assert_eq!(see(23, &[target, other]).await, Some(smaller));
}

/// The lease of a resolve keeps what was found, alone.
pub(crate) async fn what_resolve_found_is_kept_for_grace_and_what_a_question_found_is_not(
    w: World,
) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1, 2])).await;
    w.pass(GRACE - std::time::Duration::from_secs(60)).await;
    let kept =
        w.db.resolve(w.query(cache, 1, &[cache], &[1]))
            .await
            .unwrap();
    w.db.chunks_missing(w.query(cache, 1, &[cache], &[2]))
        .await
        .unwrap();
    w.pass(GRACE / 2).await;
    let condemned = w.sweep_chunks().await;
    assert_eq!(condemned.len(), 1);
    assert_ne!(Some(condemned[0]), kept[0].as_ref().map(|chunk| chunk.id));
    assert_eq!(found(&w.resolve(cache, 1, &[1, 2]).await), [true, false]);
}

/// Removed objects show nothing; what was sent meanwhile shows at once.
pub(crate) async fn what_is_seen_follows_publishes_removals_and_destruction(w: World) {
    let (cache, other) = (w.cache("main").await, w.cache("other").await);
    let see = async |by| found(&w.resolve_seeing(other, by, &[cache], &[1, 2]).await);
    assert_eq!(see(50).await, [false, false]);
    w.publish(cache, 1, 1, &[1]).await;
    assert_eq!(see(51).await, [true, false]);
    w.publish(cache, 1, 2, &[1, 2]).await;
    assert_eq!(see(52).await, [true, true]);
    w.remove(cache, 2).await;
    assert_eq!(see(53).await, [true, false]);
    w.db.destroy_cache(cache, w.record()).await.unwrap();
    assert_eq!(see(54).await, [false, false]);
}

/// A digest asked twice is answered twice; order is kept; the count is bounded.
pub(crate) async fn digests_are_answered_in_the_order_asked_up_to_a_limit(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1, 2, 3])).await;
    let seen = w.resolve(cache, 1, &[3, 9, 1, 3]).await;
    assert_eq!(found(&seen), [true, false, true, true]);
    assert_eq!(seen[0], seen[3]);
    assert_eq!(seen[2].as_ref().unwrap().loc.offset, frame(1, 0).offset);
    let many: Vec<u32> = (0..8193).collect();
    let query = w.query(cache, 1, &[cache], &many);
    assert_fails!(
        w.db.chunks_missing(query.clone()).await,
        DbError::TooMany { .. }
    );
    assert_fails!(w.db.resolve(query).await, DbError::TooMany { .. });
}
