//! Caches and their keys.

use cache_api::CacheSettings;
use cache_db::{DbError, NewKey};

use crate::assert_fails;
use crate::world::{World, path_hash};

/// Settings read back as they were written, and change only from what was read.
pub(crate) async fn settings_change_only_from_what_the_caller_read(w: World) {
    let new = w.new_cache("main");
    let made = w.db.create_cache(new.clone()).await.unwrap();
    assert_eq!(
        (&made.uid, &made.settings),
        (&new.uid, &CacheSettings::default())
    );
    assert_eq!(w.cache_row("main").await, made);
    let wanted = CacheSettings {
        is_public: true,
        store_dir: "/gnu/store".to_owned(),
        priority: 7,
        retention: Some(0),
        max_size: Some(1 << 40),
        upstream_keys: vec!["a".to_owned(), "b:c".to_owned()],
    };
    let old = made.settings.clone();
    let configure = async |from, to| w.db.configure_cache(made.id, from, to, w.record()).await;
    let changed = configure(&old, &wanted).await.unwrap();
    assert_eq!((changed.settings, changed.removed), (wanted.clone(), 1));
    let record = w.record();
    let stale =
        w.db.configure_cache(made.id, &old, &wanted, record.clone())
            .await;
    assert_fails!(stale, DbError::Changed);
    assert!(w.in_trash(&record.key).await);
}

/// A name is one cache at a time; its next holder is another cache.
pub(crate) async fn a_destroyed_cache_hides_all_and_frees_its_name(w: World) {
    let id = w.cache("main").await;
    let twice = w.db.create_cache(w.new_cache("main")).await;
    assert_fails!(twice, DbError::CacheExists);
    let object = w.publish(id, 1, 1, &[1]).await;
    w.db.destroy_cache(id, w.record()).await.unwrap();
    assert_eq!(w.db.cache(&"main".parse().unwrap()).await.unwrap(), None);
    assert!(w.db.caches().await.unwrap().is_empty());
    assert_eq!(w.object(id, 1).await, None);
    assert!(w.db.list_objects(id, None, 9).await.unwrap().is_empty());
    let missing = w.db.paths_missing(id, &[path_hash(1)]).await.unwrap();
    assert_eq!(missing, [path_hash(1)]);
    let grace = crate::world::GRACE;
    let (hash, nar) = (path_hash(1), object.nar.hash);
    let removed = w.db.removed_object_nar(id, &hash, Some(&nar), grace).await;
    assert_eq!(removed.unwrap(), None);
    assert_fails!(w.db.destroy_cache(id, w.record()).await, DbError::CacheGone);
    let next = w.cache("main").await;
    assert_ne!(next, id);
    assert_eq!(w.object(next, 1).await, None);
}

/// Several keys, to rotate with overlap; a retired one stays listed.
pub(crate) async fn keys_are_added_and_retired_and_never_shown(w: World) {
    let cache = w.cache("main").await;
    let second = NewKey {
        name: "main-2".to_owned(),
        secret: "main-2:hush".to_owned(),
        public: "main-2:public".to_owned(),
    };
    let added = w.db.add_key(cache, second.clone()).await.unwrap();
    assert!(!format!("{added:?} {second:?}").contains("hush"));
    assert_fails!(w.db.add_key(cache, second).await, DbError::Changed);
    w.db.retire_key(cache, "main:public").await.unwrap();
    assert_fails!(
        w.db.retire_key(cache, "none:public").await,
        DbError::NoSuchKey
    );
    let last = w.db.retire_key(cache, "main-2:public").await;
    assert_fails!(last, DbError::LastKey);
    let keys = w.db.keys(cache).await.unwrap();
    let state: Vec<_> = keys
        .iter()
        .map(|key| (key.name.as_str(), key.active))
        .collect();
    assert_eq!(state, [("main", false), ("main-2", true)]);
    assert_eq!(keys[1].secret, "main-2:hush");
    assert_eq!(w.db.removed_counter(cache), 2, "re-keying is told");
}

/// Another process's change is seen by polling, one's own at once.
pub(crate) async fn removed_counters_of_other_processes_come_by_polling(w: World) {
    let cache = w.cache("main").await;
    w.publish(cache, 1, 1, &[1]).await;
    let (other, _) = w.other_process();
    let before = other.removed_counter(cache);
    w.remove(cache, 1).await;
    assert_eq!(w.db.removed_counter(cache), before + 1);
    assert_eq!(other.removed_counter(cache), before);
    let polled = other.removed_counters().await.unwrap();
    assert_eq!(polled, [(cache, before + 1)]);
    assert_eq!(other.removed_counter(cache), before + 1);
}
