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
    held_for(GRACE, tokens, leases, now)
}

fn held_for(grace: Duration, tokens: &Tokens, leases: &Leases, now: i64) -> (Vec<u64>, Vec<u64>) {
    let young = Young::at(now, grace);
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

/// Leases a second apart, in one bucket and across the end of one.
#[test]
fn a_lease_is_held_to_the_last_second_of_grace_and_not_one_longer() {
    let mut leases = Leases::new();
    let tokens = Tokens::default();
    for id in 0..25 {
        leases.add(TOKEN, 1000 + id, &[id as u64], 0);
    }
    for now in 1025..1350 {
        let expected: Vec<u64> = (0..25)
            .filter(|id| now - (1000 + *id as i64) < 320)
            .collect();
        assert_eq!(held(&tokens, &leases, now).0, expected, "remembered, {now}");
        assert_eq!(held(&Tokens::default(), &leases, now).0, expected);
    }
}

#[test]
fn another_time_of_grace_is_not_answered_from_what_is_remembered_of_this_one() {
    let mut leases = Leases::new();
    let tokens = Tokens::default();
    for id in 0..60 {
        leases.add(TOKEN, 1000 + id * 10, &[id as u64], 0);
    }
    for (grace, from) in [(320, 28), (64, 53), (321, 27), (640, 0), (0, 60)] {
        let grace = Duration::from_secs(grace);
        let expected: Vec<u64> = (from..60).collect();
        assert_eq!(
            held_for(grace, &tokens, &leases, 1590).0,
            expected,
            "{grace:?}"
        );
    }
}
