//! What the read path asks.

use std::time::Duration;

use cache_db::Touch;
use chunk_store::ChunkId;

use crate::world::{World, path_hash};

/// [R] `paths/missing` commits "used now" for what it found before it answers.
pub(crate) async fn what_paths_missing_found_is_used_now_where_that_is_an_hour_old(w: World) {
    let cache = w.cache("main").await;
    let published = w.publish(cache, 1, 1, &[1]).await.accessed_at;
    let ask = async || {
        let asked = [path_hash(2), path_hash(1)];
        let missing = w.db.paths_missing(cache, &asked).await.unwrap();
        assert_eq!(missing, [path_hash(2)]);
        w.object(cache, 1).await.unwrap().accessed_at
    };
    w.pass(Duration::from_secs(3599)).await;
    assert_eq!(ask().await, published);
    w.pass(Duration::from_secs(1)).await;
    assert_eq!(ask().await, published + 3600);
    let many: Vec<_> = (1..3000).map(path_hash).collect();
    assert_eq!(w.db.paths_missing(cache, &many).await.unwrap().len(), 2998);
}

/// What is copied to a narinfo as it lies is looked at first.
pub(crate) async fn a_damaged_row_is_an_error_and_no_narinfo(w: World) {
    let cache = w.cache("main").await;
    w.publish(cache, 1, 1, &[1]).await;
    let ask = async || w.db.narinfo(cache, &path_hash(1), |_| ()).await;
    assert!(matches!(ask().await, Ok(Some(()))));
    let conn = rusqlite::Connection::open(w.file()).unwrap();
    for damage in [
        "refs = 'x'",
        "refs = path_hash || '-b ' || path_hash || '-a'",
        "deriver = 'x'",
        "name = 'a/b'",
    ] {
        let sql = format!("UPDATE object SET {damage}");
        conn.execute(&sql, []).unwrap();
        assert!(ask().await.is_err(), "{damage}");
        let undo = "UPDATE object SET refs = '', sigs = '', deriver = NULL, name = 'a'";
        conn.execute(undo, []).unwrap();
        assert!(ask().await.is_ok());
    }
}

/// Uses are noted in batches, never backwards, never in the future.
pub(crate) async fn touches_move_the_last_use_forward_alone(w: World) {
    let cache = w.cache("main").await;
    let published = w.publish(cache, 1, 1, &[1]).await.accessed_at;
    w.pass(Duration::from_secs(10_000)).await;
    let touch = async |path, after| {
        let touches = [(1, 0), (path, after)].map(|(path, after)| Touch {
            cache_id: cache,
            path_hash: path_hash(path),
            at: published + after,
        });
        w.db.touch(&touches).await.unwrap();
        w.object(cache, 1).await.unwrap().accessed_at - published
    };
    assert_eq!(touch(2, 9000).await, 0);
    assert_eq!(touch(1, 3000).await, 0, "within the hour");
    assert_eq!(touch(1, 5000).await, 5000);
    assert_eq!(touch(1, 4000).await, 5000);
    assert_eq!(touch(1, 1_000_000).await, 10_000, "the future is now");
}

/// Pages of a listing follow each other without gap or repeat.
pub(crate) async fn objects_are_listed_by_path_hash_in_pages(w: World) {
    let cache = w.cache("main").await;
    for number in [5, 1, 3, 2, 4] {
        w.publish(cache, 1, number, &[number as u32]).await;
    }
    w.remove(cache, 3).await;
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let page = w.db.list_objects(cache, after.as_ref(), 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.path.hash());
        listed.extend(page.iter().map(|object| object.path.hash()));
    }
    assert_eq!(listed, [1, 2, 4, 5].map(path_hash));
}

/// Unknown ids have no place; the others keep their order.
pub(crate) async fn chunk_places_come_in_the_order_asked(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, crate::world::frames([1, 2])).await;
    let asked = [ChunkId(2), ChunkId(9), ChunkId(1)];
    let locs = w.db.chunk_locs(&asked).await.unwrap();
    let ids: Vec<_> = locs
        .iter()
        .map(|loc| loc.as_ref().map(|loc| loc.id))
        .collect();
    assert_eq!(ids, [Some(ChunkId(2)), None, Some(ChunkId(1))]);
    assert!(locs[0].as_ref().unwrap().pack_key.is_pack());
}

/// A page has a size, whatever the objects on it refer to.
pub(crate) async fn a_page_ends_early_where_references_are_very_many(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, crate::world::frames([1])).await;
    let ids = w.ids(cache, 1, &[1]).await;
    for number in 1..=5 {
        let mut row = w.row(number, "nar", w.nar(&ids));
        row.references = (0..50_000)
            .map(|n| crate::world::path(1_000_000 + n))
            .collect();
        let verdict = w.commit(cache, vec![row]).await;
        assert_eq!(verdict, crate::world::published(1));
    }
    let page = w.db.list_objects(cache, None, 1000).await.unwrap();
    assert_eq!(page.len(), 2);
    let last = page[1].path.hash();
    let page = w.db.list_objects(cache, Some(&last), 1000).await.unwrap();
    assert_eq!(page[0].path.hash(), path_hash(3));
}
