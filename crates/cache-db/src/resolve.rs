//! From digests to chunks.
//!
//! A digest may have several rows, one a frame. A token sees those that its
//! own young leases hold, and verified ones that live objects of caches it may
//! pull reach. Of the sound rows it sees the best is taken: its own leases
//! first, then the target cache, then other caches; then the smallest frame,
//! then the least id.

use std::time::Duration;

use chunk_store::{Digest, FrameId};
use roaring::RoaringTreemap;
use rusqlite::Connection;

use crate::chunks::sound;
use crate::db::Inner;
use crate::held::{Held, Young};
use crate::ingest::insert_lease;
use crate::reach::Sight;
use crate::{CacheId, Db, DbError, ResolvedChunk, TokenKey, rows};

/// Digests in one query.
pub(crate) const MAX_DIGESTS: usize = 8192;

/// Digests to look up, and through whose eyes.
#[derive(Clone, Debug)]
pub struct ResolveQuery {
    /// The cache that is pushed to.
    pub cache_id: CacheId,
    /// Who asks.
    pub token_key: TokenKey,
    /// The caches that the token may pull (the target too, if it may).
    pub pullable: Vec<CacheId>,
    /// At most 8,192.
    pub digests: Vec<Digest>,
    /// How long leases hold.
    pub grace: Duration,
}

/// What a token may see at one moment.
struct Eyes<'a> {
    held: Held,
    sight: Sight<'a>,
}

impl Db {
    /// Finds the chunk of each digest, among those the token may see, and
    /// takes one lease on all that was found. `None` = missing. The lookup
    /// runs outside the lock; what is gone or broken by the time the lease is
    /// taken counts as missing.
    ///
    /// # Errors
    /// [`DbError::CacheGone`], [`DbError::TooMany`].
    pub async fn resolve(
        &self,
        query: ResolveQuery,
    ) -> Result<Vec<Option<ResolvedChunk>>, DbError> {
        let (cache_id, token_key) = (query.cache_id, query.token_key);
        let found = self.look_up(query).await?;
        self.lease_found(cache_id, token_key, found).await
    }

    /// Takes the lease, under the lock, on what is still there and sound.
    pub(crate) async fn lease_found(
        &self,
        cache_id: CacheId,
        token_key: TokenKey,
        mut found: Vec<Option<ResolvedChunk>>,
    ) -> Result<Vec<Option<ResolvedChunk>>, DbError> {
        let ids: RoaringTreemap = found.iter().flatten().map(|chunk| chunk.id.0).collect();
        let rows = ids.len() as usize;
        let leased = self
            .write(rows, move |tx| {
                tx.live_cache_uid(cache_id)?;
                let (sound, _) = sound(tx.conn(), &ids)?;
                if !sound.is_empty() {
                    insert_lease(tx, cache_id, &token_key, &sound, 0)?;
                }
                Ok(sound)
            })
            .await?;
        for slot in &mut found {
            slot.take_if(|chunk| !leased.contains(chunk.id.0));
        }
        Ok(found)
    }

    /// Which digests the token must send (`true` = missing). Writes nothing.
    ///
    /// # Errors
    /// [`DbError::TooMany`].
    pub async fn chunks_missing(&self, query: ResolveQuery) -> Result<Vec<bool>, DbError> {
        let found = self.look_up(query).await?;
        Ok(found.iter().map(Option::is_none).collect())
    }

    /// The best row of each digest that the token sees, without a lease.
    pub(crate) async fn look_up(
        &self,
        query: ResolveQuery,
    ) -> Result<Vec<Option<ResolvedChunk>>, DbError> {
        if query.digests.len() > MAX_DIGESTS {
            return Err(DbError::TooMany {
                what: "digests",
                count: query.digests.len(),
                limit: MAX_DIGESTS,
            });
        }
        let young = Young::at(self.now(), query.grace);
        self.read_long(move |inner, conn| {
            let mut eyes = Eyes::open(inner, conn, &query, young)?;
            look_up(conn, &mut eyes, &query.digests)
        })
        .await
    }
}

impl<'a> Eyes<'a> {
    fn open(
        inner: &Inner,
        conn: &'a Connection,
        query: &ResolveQuery,
        young: Young,
    ) -> Result<Self, DbError> {
        Ok(Self {
            held: inner.tokens.held(conn, &query.token_key, young)?,
            sight: Sight::new(conn, query.cache_id, &query.pullable),
        })
    }

    /// How good a sight of this row is, lower is better; `None` = unseen. What
    /// was never decoded is seen only by those who sent that very frame.
    fn rank(&mut self, id: u64, verified: bool) -> Result<Option<u8>, DbError> {
        if self.held.contains(id) {
            return Ok(Some(0));
        }
        if !verified {
            return Ok(None);
        }
        let is_target = self.sight.of(id)?;
        Ok(is_target.map(|target| if target { 1 } else { 2 }))
    }
}

fn look_up(
    conn: &Connection,
    eyes: &mut Eyes<'_>,
    digests: &[Digest],
) -> Result<Vec<Option<ResolvedChunk>>, DbError> {
    let mut order: Vec<usize> = (0..digests.len()).collect();
    // The index is ordered by digest: sorted lookups read each page once.
    order.sort_unstable_by_key(|index| digests[*index]);
    let sql = format!(
        "SELECT {}, c.frame_id, c.verified FROM chunk c JOIN pack p ON p.id = c.pack_id
         WHERE c.digest = ? AND c.broken = 0",
        rows::CHUNK_LOC
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut found = vec![None; digests.len()];
    for index in order {
        let mut best: Option<((u8, u32, u64), ResolvedChunk)> = None;
        let mut candidates = select.query([digests[index].as_bytes().as_slice()])?;
        while let Some(row) = candidates.next()? {
            let (id, verified) = (row.get(0)?, row.get(8)?);
            let Some(rank) = eyes.rank(id, verified)? else {
                continue;
            };
            let order = (rank, row.get(3)?, id);
            if best.as_ref().is_none_or(|(best, _)| order < *best) {
                let loc = rows::chunk_loc(row)?;
                let frame_id = FrameId::from_bytes(row.get(7)?);
                let chunk = ResolvedChunk {
                    id: loc.id,
                    frame_id,
                    verified,
                    loc,
                };
                best = Some((order, chunk));
            }
        }
        found[index] = best.map(|(_, chunk)| chunk);
    }
    Ok(found)
}
