//! What caches reach, as it is kept and as a plain count of rows finds it.

use std::collections::{BTreeMap, BTreeSet};

use chunk_store::recipe::Recipe;
use roaring::RoaringBitmap;
use rusqlite::Connection;

use crate::world::World;

/// Chunks that NARs of a cache ever reached, and how many of those NARs an
/// object names that was not removed, by (cache, chunk).
pub(crate) type Counts = BTreeMap<(i64, u64), u32>;

/// As the blocks say.
pub(crate) fn kept(w: &World) -> Counts {
    let mut counts = Counts::new();
    for (block, cache, ever, live) in w.reach() {
        let id = |member: u32| (cache, block as u64 * 4096 + u64::from(member));
        let ever = RoaringBitmap::deserialize_from(&ever[..]).unwrap();
        counts.extend(ever.iter().map(|member| (id(member), 0)));
        let mut rest = &live[..];
        let mut worth = 1;
        while !rest.is_empty() {
            for member in RoaringBitmap::deserialize_from(&mut rest).unwrap() {
                *counts.get_mut(&id(member)).expect("ever reached") += worth;
            }
            worth *= 2;
        }
    }
    counts
}

/// As objects and NARs say.
pub(crate) fn counted(w: &World) -> Counts {
    let conn = Connection::open(w.file()).unwrap();
    let sql = "SELECT cache_id, recipe, unused_since IS NULL, EXISTS (SELECT 1 FROM object
             WHERE nar_id = nar.id AND removed_at IS NULL) FROM nar";
    let mut select = conn.prepare(sql).unwrap();
    let mut rows = select.query([]).unwrap();
    let mut counts = Counts::new();
    while let Some(row) = rows.next().unwrap() {
        let cache = row.get(0).unwrap();
        let recipe = Recipe::parse(row.get_ref(1).unwrap().as_blob().unwrap()).unwrap();
        let ids: BTreeSet<u64> = recipe.ids().iter().map(|id| id.0).collect();
        let used: bool = row.get(3).unwrap();
        assert_eq!(row.get::<_, bool>(2).unwrap(), used, "unused = not named");
        for id in ids {
            *counts.entry((cache, id)).or_default() += u32::from(used);
        }
    }
    counts
}
