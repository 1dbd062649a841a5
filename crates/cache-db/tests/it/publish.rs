//! Paths become visible, and are hidden.

use std::time::Duration;

use cache_db::{
    DbError, NarSource, NewKey, PublishOutcome, PublishRefusal, PublishVerdict, Removal,
    RemoveObject,
};
use chunk_store::ChunkId;
use nar_format::NarHash;

use crate::assert_fails;
use crate::world::{GRACE, World, frame, frames, path, path_hash, published};

const MERGED: PublishOutcome = PublishOutcome::Present { merged: true };
const PRESENT: PublishOutcome = PublishOutcome::Present { merged: false };

fn committed(outcome: PublishOutcome) -> PublishVerdict {
    PublishVerdict::Committed(vec![outcome])
}

fn refused(refusal: PublishRefusal) -> PublishVerdict {
    PublishVerdict::Refused(vec![Some(refusal)])
}

/// Everything that went in comes out.
pub(crate) async fn a_published_path_reads_back_as_it_was_given(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1, 2])).await;
    let ids = w.ids(cache, 1, &[1, 2]).await;
    let mut row = w.row(1, "nar", w.nar(&ids));
    row.deriver = Some(path(9));
    row.ca = Some("fixed:r:sha256:abc".to_owned());
    let group = w.group(cache, vec![row.clone()]).await;
    let record = group.record.key.clone();
    let before = w.db.now();
    assert_eq!(w.db.commit_publish(group).await.unwrap(), published(1));
    let object = w.object(cache, 1).await.unwrap();
    assert_eq!(object.path, path(1));
    assert_eq!(object.references, [path(1), path(7)]);
    assert_eq!((object.deriver, object.ca), (row.deriver, row.ca));
    assert_eq!((object.sigs, object.record), (row.sigs, record));
    assert_eq!(object.created_by.as_deref(), Some("alice"));
    assert_eq!((object.created_at, object.accessed_at), (before, before));
    assert_eq!((object.nar.hash, object.nar.size), (row.nar_hash, 3));
    assert_eq!(object.nar.frame_size, 200);
    let nar = w.db.nar(object.nar.id).await.unwrap().unwrap();
    let NarSource::New(given) = row.nar else {
        unreachable!()
    };
    assert!(nar.sound);
    assert_eq!(
        (nar.recipe, nar.facts.version),
        (given.recipe, given.version)
    );
    let listing = w.db.listing(object.nar.id).await.unwrap();
    assert_eq!(listing.as_deref(), Some(&b"listing"[..]));
}

/// An object has a signature of every key that was active when it was made:
/// one that came or was retired after the signing refuses the group.
pub(crate) async fn a_group_that_other_keys_signed_is_refused(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1])).await;
    let ids = w.ids(cache, 1, &[1]).await;
    let rows = vec![w.row(1, "nar", w.nar(&ids))];
    let before = w.group(cache, rows.clone()).await;
    let key = NewKey {
        name: "second".to_owned(),
        secret: "second:secret".to_owned(),
        public: "second:public".to_owned(),
    };
    w.db.add_key(cache, key).await.unwrap();
    assert_fails!(w.db.commit_publish(before).await, DbError::Changed);
    let between = w.group(cache, rows.clone()).await;
    w.db.retire_key(cache, "second:public").await.unwrap();
    assert_fails!(w.db.commit_publish(between).await, DbError::Changed);
    assert!(w.object(cache, 1).await.is_none());
    assert_eq!(w.commit(cache, rows).await, published(1));
}

/// [R] The first publish of a path wins.
pub(crate) async fn the_first_publish_of_a_path_wins(w: World) {
    let cache = w.cache("main").await;
    let first = w.publish(cache, 1, 1, &[1, 2]).await;
    let ids = w.ids(cache, 1, &[1, 2]).await;
    let same = w.row(1, "[1, 2]", w.nar(&ids));
    assert_eq!(
        w.commit(cache, vec![same.clone()]).await,
        committed(PRESENT)
    );
    let differ = |change: fn(&mut cache_db::PublishRow)| {
        let mut row = same.clone();
        change(&mut row);
        row
    };
    let table = [
        differ(|row| row.nar_hash = NarHash::of(b"other")),
        differ(|row| row.nar_size += 1),
        differ(|row| row.references = vec![path(7)]),
        differ(|row| row.ca = Some("text:sha256:abc".to_owned())),
        differ(|row| {
            let renamed = format!("{}-renamed", path_hash(1));
            row.path = nar_format::StorePath::from_base_name(&renamed).unwrap();
        }),
    ];
    for row in table {
        let before = w.counts().await;
        let created_by = Some("alice".to_owned());
        let expected = refused(PublishRefusal::PathDiffers { created_by });
        assert_eq!(w.commit(cache, vec![row]).await, expected);
        assert_eq!(w.counts().await, before);
    }
    // The deriver is not part of what a path is, nor is the order of references.
    let derived = differ(|row| {
        row.deriver = Some(path(3));
        row.references.reverse();
    });
    assert_eq!(w.commit(cache, vec![derived]).await, committed(PRESENT));
    assert_eq!(w.object(cache, 1).await.unwrap().record, first.record);
}

/// Signatures of an equal publish are merged, at most 16, under a new record.
pub(crate) async fn an_equal_publish_merges_signatures_and_says_so_in_a_record(w: World) {
    let cache = w.cache("main").await;
    let first = w.publish(cache, 1, 1, &[1]).await;
    let ids = w.ids(cache, 1, &[1]).await;
    let mut row = w.row(1, "[1]", w.nar(&ids));
    row.sigs = (0..30).map(|n| format!("theirs-{n}:sig")).collect();
    let removed = w.db.removed_counter(cache);
    // The record line must say what it replaces.
    let unsaid = w.commit(cache, vec![row.clone()]).await;
    assert_eq!(unsaid, refused(PublishRefusal::Changed));
    row.replaces = Some(first.record.clone());
    assert_eq!(w.commit(cache, vec![row]).await, committed(MERGED));
    let object = w.object(cache, 1).await.unwrap();
    assert_eq!(object.sigs.len(), 16);
    assert_eq!(object.sigs[..2], ["ours:sig", "theirs-0:sig"]);
    assert_ne!(object.record, first.record);
    assert_eq!((object.id, object.nar.id), (first.id, first.nar.id));
    assert_eq!(w.db.removed_counter(cache), removed + 1);
    let ends = w.db.snapshot().await.unwrap().ends;
    assert_eq!(ends, [(object.record, first.record)]);
}

/// `replace` hides the old object, whose NAR stays for grace.
pub(crate) async fn replacing_hides_the_old_object_and_keeps_its_nar_for_grace(w: World) {
    let cache = w.cache("main").await;
    let old = w.publish(cache, 1, 1, &[1]).await;
    w.send(cache, 1, frames([2])).await;
    let ids = w.ids(cache, 1, &[2]).await;
    let mut row = w.row(1, "new", w.nar(&ids));
    row.replace = true;
    row.replaces = Some(w.record().key);
    let stale = w.commit(cache, vec![row.clone()]).await;
    assert_eq!(stale, refused(PublishRefusal::Changed));
    row.replaces = Some(old.record.clone());
    let removed = w.db.removed_counter(cache);
    assert_eq!(w.commit(cache, vec![row]).await, published(1));
    assert!(w.db.removed_counter(cache) > removed);
    let new = w.object(cache, 1).await.unwrap();
    assert_eq!(new.nar.hash, NarHash::of(b"new"));
    let day = Duration::from_secs(86_400);
    let removed_nar = async |hash: &NarHash| {
        let hash =
            w.db.removed_object_nar(cache, &path_hash(1), Some(hash), day)
                .await;
        hash.unwrap().map(|nar| nar.facts.id)
    };
    assert_eq!(removed_nar(&old.nar.hash).await, Some(old.nar.id));
    assert_eq!(removed_nar(&new.nar.hash).await, None);
    w.pass(day).await;
    assert_eq!(removed_nar(&old.nar.hash).await, None);
}

/// One failing path: nothing of the group is written, every failing path has
/// its reason, and the record's key is in trash.
pub(crate) async fn a_group_is_committed_as_a_whole_or_not_at_all(w: World) {
    let cache = w.cache("main").await;
    w.publish(cache, 1, 1, &[1]).await;
    w.send(cache, 1, frames([2, 3])).await;
    let ids = w.ids(cache, 1, &[2, 3]).await;
    let good = w.row(2, "good", w.nar(&ids));
    let differs = w.row(1, "other", w.nar(&ids));
    let missing = w.row(3, "missing", w.nar(&[ids[0], ChunkId(77), ChunkId(78)]));
    let gone = w.row(4, "gone", NarSource::Reuse(cache_db::NarId(99)));
    let before = w.counts().await;
    let removed = w.db.removed_counter(cache);
    let mut replaced = w.row(1, "other", w.nar(&ids));
    replaced.replace = true;
    replaced.replaces = Some(w.object(cache, 1).await.unwrap().record);
    let paths = vec![good.clone(), differs, replaced, missing, gone];
    let group = w.group(cache, paths).await;
    let key = group.record.key.clone();
    let verdict = w.db.commit_publish(group).await.unwrap();
    let created_by = Some("alice".to_owned());
    let expected = PublishVerdict::Refused(vec![
        None,
        Some(PublishRefusal::PathDiffers { created_by }),
        None,
        Some(PublishRefusal::ChunksMissing(vec![
            ChunkId(77),
            ChunkId(78),
        ])),
        Some(PublishRefusal::NarGone),
    ]);
    assert_eq!(verdict, expected);
    assert_eq!(w.counts().await, before);
    assert_eq!(w.object(cache, 2).await, None);
    assert!(w.in_trash(&key).await);
    // What was undone raised no counter.
    assert_eq!(w.db.removed_counter(cache), removed);
    assert_eq!(w.cache_row("main").await.removed, removed);
    assert_eq!(w.commit(cache, vec![good]).await, published(1));
}

/// The same path twice in a group is one object.
pub(crate) async fn a_path_twice_in_a_group_is_published_once(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1])).await;
    let ids = w.ids(cache, 1, &[1]).await;
    let row = w.row(1, "nar", w.nar(&ids));
    let mut signed = row.clone();
    signed.sigs.push("theirs:sig".to_owned());
    let verdict = w.commit(cache, vec![row.clone(), row, signed]).await;
    let outcomes = vec![PublishOutcome::Published, PRESENT, MERGED];
    assert_eq!(verdict, PublishVerdict::Committed(outcomes));
    let snapshot = w.db.snapshot().await.unwrap();
    assert_eq!((snapshot.objects.len(), snapshot.nars.len()), (1, 1));
    assert!(snapshot.ends.is_empty(), "a record does not end itself");
}

/// [R] Under the lock: the cache is not deleted, and the record is not old.
pub(crate) async fn a_publish_is_refused_when_its_cache_or_its_record_went(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1])).await;
    let ids = w.ids(cache, 1, &[1]).await;
    let row = w.row(1, "nar", w.nar(&ids));
    let old = w.group(cache, vec![row.clone()]).await;
    w.pass(Duration::from_secs(3601)).await;
    assert_fails!(w.db.commit_publish(old.clone()).await, DbError::PutTooOld);
    assert!(w.in_trash(&old.record.key).await);
    w.db.destroy_cache(cache, w.record()).await.unwrap();
    let group = w.group(cache, vec![row]).await;
    assert_fails!(w.db.commit_publish(group.clone()).await, DbError::CacheGone);
    assert!(w.in_trash(&group.record.key).await);
    assert_eq!(w.counts().await[0], 0);
}

/// [R] Under the lock: every chunk of the recipe has a row that is not broken.
pub(crate) async fn a_publish_is_refused_when_a_chunk_broke_or_went_under_it(w: World) {
    let cache = w.cache("main").await;
    w.send(cache, 1, frames([1, 2])).await;
    let ids = w.ids(cache, 1, &[1, 2]).await;
    let row = w.row(1, "nar", w.nar(&ids));
    w.damage(ids[1]).await;
    let missing = refused(PublishRefusal::ChunksMissing(vec![ids[1]]));
    assert_eq!(w.commit(cache, vec![row.clone()]).await, missing);
    // Later than grace the sweep may have taken both.
    w.pass(GRACE).await;
    assert_eq!(w.sweep_chunks().await, ids);
    let missing = refused(PublishRefusal::ChunksMissing(ids));
    assert_eq!(w.commit(cache, vec![row]).await, missing);
}

/// [R] A hash never grants: only equal ids of a sound nar of this cache do.
pub(crate) async fn a_known_nar_is_reused_only_for_exactly_its_chunks_in_its_cache(w: World) {
    let (cache, other) = (w.cache("main").await, w.cache("other").await);
    let object = w.publish(cache, 1, 1, &[1, 2]).await;
    let ids = w.ids(cache, 1, &[1, 2]).await;
    let (hash, size) = (object.nar.hash, object.nar.size);
    let reusable = async |cache, size, ids: &[ChunkId]| {
        w.db.reusable_nar(cache, &hash, size, ids).await.unwrap()
    };
    let nar = object.nar.id;
    assert_eq!(reusable(cache, size, &ids).await, Some(nar));
    assert_eq!(reusable(cache, size + 1, &ids).await, None);
    assert_eq!(reusable(cache, size, &[ids[1], ids[0]]).await, None);
    assert_eq!(reusable(cache, size, &ids[..1]).await, None);
    assert_eq!(reusable(other, size, &ids).await, None);
    // The lock looks again: cache, hash, soundness.
    let row = |content| w.row(2, content, NarSource::Reuse(nar));
    let gone = refused(PublishRefusal::NarGone);
    assert_eq!(w.commit(other, vec![row("[1, 2]")]).await, gone);
    assert_eq!(w.commit(cache, vec![row("lie")]).await, gone);
    assert_eq!(w.commit(cache, vec![row("[1, 2]")]).await, published(1));
    assert_eq!(w.object(cache, 2).await.unwrap().nar.id, nar);
    w.damage(ids[0]).await;
    assert_eq!(reusable(cache, size, &ids).await, None);
    let third = w.row(3, "[1, 2]", NarSource::Reuse(nar));
    assert_eq!(w.commit(cache, vec![third]).await, gone);
}

/// [R] Equal NARs in two tenants are two nar rows; only chunks are shared.
pub(crate) async fn equal_nars_in_two_tenants_live_and_go_apart(w: World) {
    let (one, two) = (w.cache("one").await, w.cache("two").await);
    let first = w.publish(one, 1, 1, &[1, 2]).await;
    let second = w.publish(two, 2, 1, &[1, 2]).await;
    assert_ne!(first.nar.id, second.nar.id);
    assert_eq!(w.counts().await[1..3], [2, 2]);
    assert_eq!(w.remove(one, 1).await, Removal::Removed);
    assert_eq!(w.object(one, 1).await, None);
    assert_eq!(w.object(two, 1).await.unwrap(), second);
    // In one cache equal NARs, verified twice, are one row.
    let ids = w.ids(two, 2, &[1, 2]).await;
    let row = w.row(5, "[1, 2]", w.nar(&ids));
    assert_eq!(w.commit(two, vec![row]).await, published(1));
    assert_eq!(w.object(two, 5).await.unwrap().nar.id, second.nar.id);
}

/// A nar without its last object is unused; publishing onto it clears that.
pub(crate) async fn publishing_onto_an_unused_nar_brings_it_back_for_good(w: World) {
    let cache = w.cache("main").await;
    let nar = w.publish(cache, 1, 1, &[1]).await.nar.id;
    let second = w.row(2, "[1]", NarSource::Reuse(nar));
    w.commit(cache, vec![second]).await;
    let unused = async || w.db.snapshot().await.unwrap().nars[0].unused_since;
    let missing = async || {
        let by_another_token = w.query(cache, 2, &[cache], &[1]);
        w.db.chunks_missing(by_another_token).await.unwrap()
    };
    w.remove(cache, 1).await;
    assert_eq!(unused().await, None, "another object names it");
    assert_eq!(missing().await, [false]);
    w.remove(cache, 2).await;
    assert_eq!(unused().await, Some(w.db.now()));
    assert_eq!(missing().await, [true]);
    w.pass(GRACE / 2).await;
    let third = w.row(3, "[1]", NarSource::Reuse(nar));
    assert_eq!(w.commit(cache, vec![third]).await, published(1));
    assert_eq!(unused().await, None);
    assert_eq!(missing().await, [false]);
}

/// Removing hides; a tombstone tells the truth or is not kept.
pub(crate) async fn a_removal_hides_once_and_only_what_its_tombstone_ends(w: World) {
    let cache = w.cache("main").await;
    let object = w.publish(cache, 1, 1, &[1]).await;
    let removed = w.db.removed_counter(cache);
    let mut remove = RemoveObject {
        cache_id: cache,
        path_hash: path_hash(1),
        record: w.record(),
        ends: w.record().key,
    };
    let answer = w.db.remove_object(remove.clone()).await.unwrap();
    assert_eq!(answer, Removal::Changed);
    assert!(w.in_trash(&remove.record.key).await);
    assert!(w.object(cache, 1).await.is_some());
    remove.ends = object.record.clone();
    assert_eq!(w.db.remove_object(remove).await.unwrap(), Removal::Removed);
    assert_eq!(w.object(cache, 1).await, None);
    assert_eq!(w.db.removed_counter(cache), removed + 1);
    assert_eq!(w.remove(cache, 1).await, Removal::Absent);
    let snapshot = w.db.snapshot().await.unwrap();
    assert_eq!(snapshot.ends.len(), 1);
    assert_eq!(snapshot.ends[0].1, object.record);
    // Its path is free for anything now.
    w.send(cache, 1, vec![frame(8, 0)]).await;
    let ids = w.ids(cache, 1, &[8]).await;
    let row = w.row(1, "another", w.nar(&ids));
    assert_eq!(w.commit(cache, vec![row]).await, published(1));
}

/// The record of merged signatures replaces the one before it, so its line
/// must name the chunks that the nar row keeps.
pub(crate) async fn signatures_are_merged_only_by_a_line_that_names_the_chunks_kept(w: World) {
    let cache = w.cache("main").await;
    let first = w.publish(cache, 1, 1, &[1]).await;
    w.send(cache, 2, vec![crate::world::frame(1, 1)]).await;
    let others = w.ids(cache, 2, &[1]).await;
    let mut row = w.row(1, "[1]", w.nar(&others));
    row.sigs.push("theirs:sig".to_owned());
    row.replaces = Some(first.record.clone());
    let verdict = w.commit(cache, vec![row.clone()]).await;
    assert_eq!(verdict, refused(PublishRefusal::Changed));
    row.nar = NarSource::Reuse(first.nar.id);
    assert_eq!(w.commit(cache, vec![row]).await, committed(MERGED));

    let kept = w.db.nar_chunks(first.nar.id, 1).await.unwrap().unwrap();
    let facts = (kept[0].digest, kept[0].frame_id, kept[0].frame_len);
    let frame = crate::world::frame(1, 0);
    assert_eq!(facts, (frame.digest, frame.frame_id, frame.frame_len));
    assert_eq!(w.db.nar_chunks(first.nar.id, 2).await.unwrap(), None);
}
