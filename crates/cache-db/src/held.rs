//! Which chunks the young leases of a token hold.
//!
//! Kept in memory, by when the leases were made: what came since is added by
//! the commit order, and what has grown too old is dropped by the bucket. So a
//! question costs what changed since the last one, and not all that a token
//! ever sent.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use roaring::RoaringTreemap;
use rusqlite::{Connection, params};

use crate::bitmaps::{store_seq, treemap};
use crate::credit::seconds;
use crate::{DbError, Seq, TokenKey};

/// Tokens that are remembered; beyond this some are forgotten and read anew.
const KEPT: usize = 256;
/// Buckets that the time of grace is divided into.
const BUCKETS: i64 = 32;

/// Which leases are young, in seconds of the stored clock.
#[derive(Clone, Copy)]
pub(crate) struct Young {
    /// The greatest time of making that is too old.
    pub(crate) since: i64,
    /// How long leases hold.
    grace: i64,
}

impl Young {
    /// Leases hold for `grace`.
    pub(crate) fn at(now: i64, grace: Duration) -> Self {
        let grace = seconds(grace);
        Self {
            since: now.saturating_sub(grace),
            grace,
        }
    }

    /// Seconds of a bucket.
    fn width(self) -> i64 {
        (self.grace / BUCKETS).max(1)
    }
}

/// What the young leases of a token hold.
#[derive(Clone, Default)]
pub(crate) struct Held {
    mark: Seq,
    /// The time of grace that the buckets are parts of.
    grace: i64,
    /// When the newest lease that was read was made.
    newest: i64,
    buckets: BTreeMap<i64, Arc<Bucket>>,
}

/// Leases that were made at about the same time.
#[derive(Clone, Default)]
struct Bucket {
    /// When the oldest of them was made.
    oldest: i64,
    /// Chunks of all of them.
    chunks: RoaringTreemap,
    /// Chunks that the token sent itself.
    sent: RoaringTreemap,
}

/// Held chunks of a process's tokens.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<TokenKey, Held>>);

impl Tokens {
    /// What the young leases of a token hold, at the moment that `conn` reads.
    pub(crate) fn held(
        &self,
        conn: &Connection,
        token: &TokenKey,
        young: Young,
    ) -> Result<Held, DbError> {
        let mark = store_seq(conn)?;
        let mut held = self.lock().get(token).cloned().unwrap_or_default();
        if held.mark > mark || held.grace != young.grace {
            held = Held {
                grace: young.grace,
                ..Held::default()
            };
        }
        held.forget(conn, token, young)?;
        // Later in the commit order is never earlier by the stored clock.
        let after = young.since.max(held.newest.saturating_sub(1));
        held.read(conn, token, young.width(), (after, i64::MAX), held.mark)?;
        held.mark = mark;
        self.keep(*token, held.clone());
        Ok(held)
    }

    /// Keeps a value unless another caller kept a newer one meanwhile.
    fn keep(&self, token: TokenKey, held: Held) {
        let mut tokens = self.lock();
        if tokens.get(&token).is_some_and(|old| old.mark > held.mark) {
            return;
        }
        if tokens.len() >= KEPT
            && !tokens.contains_key(&token)
            && let Some(any) = tokens.keys().next().copied()
        {
            tokens.remove(&any);
        }
        tokens.insert(token, held);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenKey, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    pub(crate) fn contains(&self, id: u64) -> bool {
        self.buckets.values().any(|of| of.chunks.contains(id))
    }

    /// Chunks that the token sent itself.
    pub(crate) fn sent(&self) -> RoaringTreemap {
        let mut buckets = self.buckets.values();
        let first = buckets.next().map(|of| of.sent.clone());
        buckets.fold(first.unwrap_or_default(), |all, of| all | &of.sent)
    }

    /// Drops what is too old; the bucket that is so in part is read again.
    fn forget(&mut self, conn: &Connection, token: &TokenKey, young: Young) -> Result<(), DbError> {
        while let Some(first) = self.buckets.first_entry()
            && first.get().oldest <= young.since
        {
            let last = (first.key() + 1) * young.width() - 1;
            first.remove();
            if last > young.since {
                self.read(conn, token, young.width(), (young.since, last), 0)?;
            }
        }
        Ok(())
    }

    /// Adds leases made after the one time and up to the other, and later in
    /// the commit order than `mark`.
    fn read(
        &mut self,
        conn: &Connection,
        token: &TokenKey,
        width: i64,
        (after, until): (i64, i64),
        mark: Seq,
    ) -> Result<(), DbError> {
        let sql = "SELECT chunks, bytes, created_at FROM lease
             WHERE token_key = ? AND created_at > ? AND created_at <= ? AND seq > ?";
        let mut select = conn.prepare_cached(sql)?;
        let mut rows = select.query(params![token.as_slice(), after, until, mark])?;
        while let Some(row) = rows.next()? {
            let chunks = treemap(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
            let at: i64 = row.get(2)?;
            let bucket = self.buckets.entry(at.div_euclid(width)).or_default();
            let bucket = Arc::make_mut(bucket);
            bucket.oldest = match bucket.chunks.is_empty() {
                true => at,
                false => bucket.oldest.min(at),
            };
            if row.get::<_, i64>(1)? > 0 {
                bucket.sent |= &chunks;
            }
            bucket.chunks |= chunks;
            self.newest = self.newest.max(at);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
