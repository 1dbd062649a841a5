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
    /// Seconds of a bucket.
    width: i64,
}

impl Young {
    /// Leases hold for `grace`.
    pub(crate) fn at(now: i64, grace: Duration) -> Self {
        let grace = seconds(grace);
        Self {
            since: now.saturating_sub(grace),
            width: (grace / BUCKETS).max(1),
        }
    }
}

/// What the young leases of a token hold.
#[derive(Clone, Default)]
pub(crate) struct Held {
    mark: Seq,
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
        if held.mark > mark {
            held = Held::default();
        }
        held.forget(conn, token, young)?;
        // Later in the commit order is never earlier by the stored clock.
        let after = young.since.max(held.newest.saturating_sub(1));
        held.read(conn, token, young.width, (after, i64::MAX), held.mark)?;
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
            let last = (first.key() + 1) * young.width - 1;
            first.remove();
            if last > young.since {
                self.read(conn, token, young.width, (young.since, last), 0)?;
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
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::bitmaps::treemap_bytes;
    use crate::migrate::migrate;

    const TOKEN: TokenKey = [7; 32];
    const GRACE: Duration = Duration::from_secs(320);

    struct Leases {
        conn: Connection,
        seq: Seq,
    }

    impl Leases {
        fn new() -> Self {
            let mut conn = Connection::open_in_memory().unwrap();
            migrate(&mut conn).unwrap();
            let cache = "INSERT INTO cache (uid, name, is_public, store_dir, priority,
                     upstream_keys, created_at) VALUES ('u', 'main', 1, '', 0, '[]', 0)";
            conn.execute_batch(cache).unwrap();
            Self { conn, seq: 0 }
        }

        fn add(&mut self, token: TokenKey, at: i64, ids: &[u64], bytes: i64) {
            self.seq += 1;
            let chunks = treemap_bytes(&ids.iter().copied().collect());
            let sql = "INSERT INTO lease (seq, cache_id, token_key, chunks, bytes, created_at)
                 VALUES (?, 1, ?, ?, ?, ?)";
            let params = params![self.seq, token.as_slice(), chunks, bytes, at];
            self.conn.execute(sql, params).unwrap();
            self.conn
                .execute("UPDATE store SET seq = ?", [self.seq])
                .unwrap();
        }
    }

    fn held(tokens: &Tokens, leases: &Leases, now: i64) -> (Vec<u64>, Vec<u64>) {
        let young = Young::at(now, GRACE);
        let held = tokens.held(&leases.conn, &TOKEN, young).unwrap();
        let all = (0..2000).filter(|id| held.contains(*id)).collect();
        (all, held.sent().iter().collect())
    }

    /// Leases of the same second, of the same bucket, of far apart ones, asked
    /// about at every age: what is remembered equals what the rows say.
    #[test]
    fn what_is_remembered_is_what_a_fresh_look_finds() {
        let mut leases = Leases::new();
        let tokens = Tokens::default();
        let mut made: Vec<(i64, u64, bool)> = Vec::new();
        for (id, now) in (0..1500).zip((1000..).step_by(3)) {
            if id % 7 < 3 {
                // Two leases of one second, with a look between them.
                leases.add(TOKEN, now, &[id], 0);
                made.push((now, id, false));
                held(&tokens, &leases, now);
                leases.add(TOKEN, now, &[id / 2], 9);
                made.push((now, id / 2, true));
                leases.add([8; 32], now, &[1999], 9);
            }
            if id % 5 == 0 {
                let young = made.iter().filter(|(at, ..)| now - at < 320);
                let of = |sent_only: bool| {
                    let mut ids: Vec<u64> = young
                        .clone()
                        .filter(|(_, _, sent)| !sent_only || *sent)
                        .map(|(_, id, _)| *id)
                        .collect();
                    ids.sort_unstable();
                    ids.dedup();
                    ids
                };
                let expected = (of(false), of(true));
                assert_eq!(held(&tokens, &leases, now), expected, "at {now}");
                assert_eq!(held(&Tokens::default(), &leases, now), expected);
            }
        }
        assert_eq!(held(&tokens, &leases, 100_000), (vec![], vec![]));
    }

    #[test]
    fn a_second_look_reads_only_leases_that_came_since() {
        let mut leases = Leases::new();
        let tokens = Tokens::default();
        for id in 0..50 {
            leases.add(TOKEN, 1000 + id, &[id as u64], 0);
        }
        assert_eq!(held(&tokens, &leases, 1050).0.len(), 50);
        // Rows that nobody reads again may as well be gone.
        leases.conn.execute("DELETE FROM lease", []).unwrap();
        leases.add(TOKEN, 1060, &[60], 0);
        assert_eq!(held(&tokens, &leases, 1060).0.len(), 51);
    }
}
