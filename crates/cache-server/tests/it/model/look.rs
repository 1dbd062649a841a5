//! Everything that every tenant may see.

use super::history::Rng;
use super::ops::Ask;
use super::pool::{CACHES, PATHS, Pool, REAL, TENANTS};
use super::world::World;

/// NAR URLs of the past that are looked at each time.
const OLD: usize = 12;

impl World {
    /// Compares all of it, and whole NARs for one tenant a cache.
    pub(super) async fn look(&mut self, seed: u64) {
        let mut rng = Rng(seed);
        for who in 0..TENANTS.len() {
            let _ = self.caches(who).await;
            for name in CACHES {
                self.look_in(who, name).await;
            }
            for name in &CACHES[..REAL] {
                // The answer is the same in each cache that it may push to.
                if self
                    .chunks_missing(who, name, &Pool::get().digests)
                    .await
                    .is_ok()
                {
                    break;
                }
            }
        }
        for name in &CACHES[..REAL] {
            let who = rng.below(TENANTS.len());
            for path in 0..PATHS {
                let _ = self.plain_nar(who, name, path, &Ask::whole(false)).await;
            }
        }
        for _ in 0..OLD {
            let who = rng.below(TENANTS.len());
            let (url, head) = (rng.next() as usize, rng.chance(50));
            let _ = self.nar(who, url, &Ask::whole(head)).await;
        }
        self.tally.count("look at everything");
    }

    async fn look_in(&mut self, who: usize, name: &'static str) {
        let _ = self.info(who, name).await;
        let _ = self.page(who, name, None, 3).await;
        let _ = self.page(who, name, None, 100).await;
        let _ = self
            .paths_missing(who, name, &(0..PATHS).collect::<Vec<_>>())
            .await;
        for path in 0..PATHS {
            let _ = self.narinfo(who, name, path, false).await;
        }
    }
}
