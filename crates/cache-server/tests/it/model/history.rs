//! Random histories.

use std::collections::BTreeSet;

use super::claim::{Claim, Twist};
use super::ops::{Act, Ask, Damage, Op, Settings, Span};
use super::pool::{CACHES, CONTENTS, FOREIGN, KEYS, MAKES, Make, PATHS, REAL, TENANTS};

const HOUR: u64 = 3600;

/// A small generator of numbers (splitmix64).
#[derive(Debug)]
pub(super) struct Rng(pub(super) u64);

impl Rng {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn some<T>(&mut self, percent: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(percent).then(|| make(self))
    }

    /// Mostly honest frames; so many of a hundred lie.
    pub(super) fn make(&mut self, lies: usize) -> Make {
        match self.chance(lies) {
            true => Make::Lie,
            false => self.pick(&MAKES[..3]),
        }
    }

    /// A tenant, mostly one that has something to do with this cache.
    fn who(&mut self, cache: usize) -> usize {
        if self.chance(15) {
            return self.below(TENANTS.len());
        }
        self.pick::<usize>(match cache {
            0 => &[1, 2, 2, 4, 6, 6],
            1 => &[1, 3, 3, 4],
            2 => &[1, 3, 4, 6, 6],
            _ => &[1, 2, 2],
        })
    }

    fn cache(&mut self) -> usize {
        match self.chance(4) {
            true => self.below(CACHES.len()),
            false => self.below(REAL),
        }
    }

    fn settings(&mut self) -> Settings {
        Settings {
            is_public: self.some(50, |rng| rng.chance(50)),
            priority: self.some(25, |rng| rng.below(30) as i32 - 1),
            retention: self.some(15, Self::next).map(|secs| secs >> 40),
            max_size: self.some(15, Self::next).map(|bytes| bytes >> 30),
            upstream: self.some(40, |rng| {
                let trusted = 0..FOREIGN - 1;
                trusted.filter(|_| rng.chance(50)).collect()
            }),
        }
    }

    fn claim(&mut self) -> Claim {
        let path = self.below(PATHS);
        Claim {
            path,
            content: match self.chance(70) {
                true => path,
                false => self.below(CONTENTS),
            },
            twist: match self.chance(70) {
                true => Twist::None,
                false => self.pick(&Twist::ALL),
            },
            sigs: match self.chance(60) {
                true => 0,
                false => self.below(16) as u8,
            },
            replace: self.chance(25),
        }
    }

    fn ask(&mut self) -> Ask {
        let (one, other) = (self.next() as u16, self.next() as u16);
        let spans = [
            Span::None,
            Span::None,
            Span::Between(one.min(other), one.max(other)),
            Span::Between(one.min(other), one.max(other)),
            Span::From(one),
            Span::Last(one),
            Span::Beyond(one),
            Span::LastByte,
            Span::FirstByte,
            Span::LastZero,
            Span::AtEnd,
            Span::FarOff,
            Span::Several,
            Span::Backwards,
            Span::Nonsense,
        ];
        Ask {
            head: self.chance(20),
            range: self.pick(&spans),
            known: self.some(15, |rng| rng.chance(50)),
            if_range: self.some(15, |rng| rng.chance(60)),
            stale: self.chance(15),
        }
    }
}

/// A history of so many random steps, after four caches were made.
pub(super) fn history(seed: u64, steps: usize) -> Vec<Op> {
    let mut rng = Rng(seed);
    let create = |cache| {
        let settings = Settings {
            is_public: Some(cache == 3),
            upstream: Some(BTreeSet::from([0])),
            ..Settings::default()
        };
        let act = Act::Create(settings, Some(cache));
        Op { who: 1, cache, act }
    };
    let mut ops: Vec<Op> = (0..REAL).map(create).collect();
    ops.extend((0..steps).map(|_| op(&mut rng)));
    ops
}

fn op(rng: &mut Rng) -> Op {
    let cache = rng.cache();
    let path = rng.below(PATHS);
    if rng.chance(15) {
        return manage(rng, cache);
    }
    let act = match rng.below(85) {
        0..20 => Act::Push(rng.claim(), rng.make(3)),
        20..30 => {
            let chunks = rng.pick(&[!0, !0, rng.0 as u16, 1]);
            Act::Send(path, chunks, rng.make(15))
        }
        30..44 => {
            let count = rng.pick(&[1, 1, 1, 2, 4]);
            Act::Publish((0..count).map(|_| rng.claim()).collect())
        }
        44..51 => Act::Narinfo(path, rng.chance(20)),
        51..61 => Act::Nar(rng.next() as usize, rng.ask()),
        61..64 => Act::PlainNar(path, rng.ask()),
        64..69 => Act::Remove(path),
        69..73 => Act::ChunksMissing((0..=rng.below(4)).map(|_| rng.below(CONTENTS)).collect()),
        73..76 => Act::PathsMissing((0..rng.below(6)).map(|_| rng.below(PATHS)).collect()),
        76 => Act::Listing(path),
        77..79 => Act::Page(rng.some(50, |rng| rng.below(PATHS)), rng.below(5)),
        79 => Act::Path(path),
        80..82 => Act::Pass(pass(rng)),
        82..84 => Act::SendDamaged(path, rng.pick(&Damage::ALL)),
        _ => Act::PublishUneven(rng.claim()),
    };
    let who = rng.who(cache);
    Op { who, cache, act }
}

fn pass(rng: &mut Rng) -> u64 {
    let hours = [1, 1, 2, 3, 5, 6, 7, 13, 18, 24];
    rng.pick(&hours) * HOUR + rng.pick(&[0, 0, 59, 60])
}

/// What is done to caches as wholes, and to tokens and the server.
fn manage(rng: &mut Rng, cache: usize) -> Op {
    let key = |rng: &mut Rng| rng.some(90, |rng| rng.below(KEYS));
    let act = match rng.below(18) {
        0..3 => Act::Create(rng.settings(), key(rng)),
        3..6 => Act::Configure(rng.settings()),
        6 => Act::Destroy,
        7..9 => Act::AddKey(key(rng)),
        9..11 => Act::RetireKey(rng.below(KEYS)),
        11 => Act::Info,
        12 => Act::Caches,
        13..15 => Act::Renew,
        15 => Act::Pass(pass(rng)),
        16 => Act::Restart,
        _ => Act::Crash,
    };
    let who = match rng.chance(50) {
        true => rng.pick(&[1, 5]),
        false => rng.below(TENANTS.len()),
    };
    Op { who, cache, act }
}
