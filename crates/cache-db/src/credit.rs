//! The limit of bytes that a token sent and did not publish.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use roaring::RoaringTreemap;
use rusqlite::{Connection, params};

use crate::chunks::frame_bytes;
use crate::db::Inner;
use crate::tx::Tx;
use crate::{CacheId, DbError, PackCommit, TokenKey};

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

/// Bytes of the packs that a token sent since then, repeats too.
pub(crate) fn sent_bytes(conn: &Connection, token: &TokenKey, since: i64) -> Result<u64, DbError> {
    let sql = "SELECT coalesce(sum(bytes), 0) FROM lease WHERE token_key = ? AND created_at > ?";
    let mut select = conn.prepare_cached(sql)?;
    Ok(select.query_row(params![token.as_slice(), since], |row| row.get(0))?)
}

/// Frame bytes that a token sent since then and that NARs of this cache reach,
/// each frame once.
pub(crate) fn published_bytes(
    inner: &Inner,
    conn: &Connection,
    token: &TokenKey,
    cache: CacheId,
    since: i64,
) -> Result<u64, DbError> {
    let held = inner.bitmaps.held(conn, token, since)?;
    let reach = inner.bitmaps.reach(conn, cache)?;
    let published = held.sent.as_ref() & reach.all.as_ref();
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
    let would_be = sent.saturating_add(pack.size).saturating_sub(credit);
    if would_be > pack.max_unpublished {
        return Err(DbError::UnpublishedLimit {
            limit: pack.max_unpublished,
            would_be,
        });
    }
    Ok(())
}
