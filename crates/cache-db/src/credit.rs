//! The limit of bytes that a token sent and did not publish.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use roaring::RoaringTreemap;
use rusqlite::{Connection, params};

use crate::chunks::frame_bytes;
use crate::db::Inner;
use crate::held::Young;
use crate::tx::Tx;
use crate::{CacheId, Db, DbError, PackCommit, TokenKey, reach};

/// (token, cache) pairs whose published bytes are remembered.
const MAX_CREDITS: usize = 256;

/// Of the frames that a token sent within grace: those that the NARs of a
/// cache reach, and their bytes.
#[derive(Clone, Debug, Default)]
struct Credit {
    counted: RoaringTreemap,
    bytes: u64,
}

/// Credits of a process, so that each frame is counted once.
#[derive(Default)]
pub(crate) struct Credits(Mutex<HashMap<(TokenKey, CacheId), Credit>>);

/// A duration in whole seconds of the stored clock.
pub(crate) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

impl Db {
    /// Says what [`Db::commit_pack`] would say to a pack of this size, so that
    /// a pack that cannot be committed is not stored before. Only the commit
    /// itself is sure.
    ///
    /// # Errors
    /// [`DbError::UnpublishedLimit`].
    pub async fn check_room(
        &self,
        cache_id: CacheId,
        token_key: TokenKey,
        size: u64,
        grace: Duration,
        max_unpublished: u64,
    ) -> Result<(), DbError> {
        let (sent, credit) = self
            .spent(cache_id, token_key, size, grace, max_unpublished)
            .await?;
        within_limit(sent, size, credit, max_unpublished)
    }

    /// Bytes that a token sent, and what of them counts as published. The
    /// latter only matters near the limit; half of it leaves room for packs
    /// that commit between this look and the lock.
    pub(crate) async fn spent(
        &self,
        cache_id: CacheId,
        token_key: TokenKey,
        size: u64,
        grace: Duration,
        max_unpublished: u64,
    ) -> Result<(u64, u64), DbError> {
        let young = Young::at(self.now(), grace);
        let readers = &self.inner.readers;
        let sent = readers.read_one(|conn| sent_bytes(conn, &token_key, young.since))?;
        if sent.saturating_add(size) <= max_unpublished / 2 {
            return Ok((sent, 0));
        }
        let credit = self.read_long(move |inner, conn| {
            published_bytes(inner, conn, &token_key, cache_id, young)
        });
        Ok((sent, credit.await?))
    }
}

/// Bytes of the packs that a token sent since then, repeats too.
fn sent_bytes(conn: &Connection, token: &TokenKey, since: i64) -> Result<u64, DbError> {
    let sql = "SELECT coalesce(sum(bytes), 0) FROM lease WHERE token_key = ? AND created_at > ?";
    let mut select = conn.prepare_cached(sql)?;
    Ok(select.query_row(params![token.as_slice(), since], |row| row.get(0))?)
}

/// Frame bytes that a token sent since then and that NARs of this cache reach,
/// each frame once.
fn published_bytes(
    inner: &Inner,
    conn: &Connection,
    token: &TokenKey,
    cache: CacheId,
    young: Young,
) -> Result<u64, DbError> {
    let held = inner.tokens.held(conn, token, young)?;
    let published = reach::ever(conn, cache, &held.sent())?;
    let lock = || {
        inner
            .credits
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    let mut credit = lock().get(&(*token, cache)).cloned().unwrap_or_default();
    credit.bytes += frame_bytes(conn, &(&published - &credit.counted))?;
    let gone = &credit.counted - &published;
    if !gone.is_empty() {
        // Rows of what is gone may be gone too, so their bytes are not known.
        credit.bytes = frame_bytes(conn, &published)?;
    }
    credit.counted = published;
    let bytes = credit.bytes;
    let mut credits = lock();
    if credits.len() >= MAX_CREDITS {
        credits.clear();
    }
    credits.insert((*token, cache), credit);
    Ok(bytes)
}

/// Refuses a pack that takes its token above the limit.
pub(crate) fn check_unpublished(
    tx: &Tx<'_>,
    pack: &PackCommit,
    credit: u64,
) -> Result<(), DbError> {
    let since = tx.now.saturating_sub(seconds(pack.grace));
    let sent = sent_bytes(tx.conn(), &pack.token_key, since)?;
    within_limit(sent, pack.size, credit, pack.max_unpublished)
}

fn within_limit(sent: u64, size: u64, credit: u64, limit: u64) -> Result<(), DbError> {
    let would_be = sent.saturating_add(size).saturating_sub(credit);
    if would_be > limit {
        return Err(DbError::UnpublishedLimit { limit, would_be });
    }
    Ok(())
}
