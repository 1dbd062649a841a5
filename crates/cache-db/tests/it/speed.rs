//! Prints how fast packs are committed. No assertion on time: run by hand with
//! `cargo test -p cache-db --release -- --ignored --nocapture`.

use std::time::Instant;

use crate::world::{World, frames};

#[tokio::test]
#[ignore = "prints a figure, asserts nothing about time"]
#[expect(clippy::disallowed_methods, reason = "it measures")]
async fn rows_a_second_of_full_packs() {
    let w = World::new().await;
    let cache = w.cache("main").await;
    for pack in 0..25_u32 {
        let numbers = pack * 8192..(pack + 1) * 8192;
        let pack_of = w.pack_of(cache, 1, frames(numbers.clone()));
        let start = Instant::now();
        w.db.commit_pack(pack_of).await.unwrap();
        let commit = start.elapsed();
        let numbers: Vec<u32> = numbers.collect();
        let query = w.query(cache, 1, &[cache], &numbers);
        let start = Instant::now();
        w.db.resolve(query).await.unwrap();
        let rows = 8192.0 / commit.as_secs_f64();
        eprintln!(
            "pack {pack}: {rows:.0} rows/s, resolve {:?}",
            start.elapsed()
        );
    }
}
