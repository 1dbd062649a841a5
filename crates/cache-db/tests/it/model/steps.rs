//! What can happen in a history.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::world::GRACE;

pub(super) const DIGESTS: u32 = 5;
/// Paths are numbered from 1.
pub(super) const PATHS: u64 = 5;

#[derive(Clone, Debug)]
pub(super) enum Step {
    Send {
        cache: usize,
        by: u8,
        digests: Vec<u32>,
        variant: u8,
    },
    Resolve {
        cache: usize,
        by: u8,
        digests: Vec<u32>,
    },
    /// Sends, resolves and publishes in one go.
    Push {
        cache: usize,
        path: u64,
        digests: Vec<u32>,
        replace: bool,
    },
    /// Resolves, and keeps what was verified for a later commit.
    Prepare {
        cache: usize,
        by: u8,
        path: u64,
        digests: Vec<u32>,
        /// Signatures beside ours.
        sigs: usize,
    },
    /// Commits one that was prepared, and up to as many more of its cache.
    Commit {
        which: usize,
        more: usize,
        replace: bool,
    },
    /// Publishes a nar that is there, best one that is unused.
    Republish {
        cache: usize,
        path: u64,
        which: usize,
        /// Verified again, so that it comes as a new one.
        anew: bool,
        replace: bool,
    },
    Remove {
        cache: usize,
        path: u64,
    },
    /// Destroys a cache and makes one of the same name.
    Destroy {
        cache: usize,
    },
    Damage {
        which: usize,
    },
    Pass {
        seconds: u64,
    },
    Mark,
    Condemn,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let cache = || 0..2_usize;
    let by = || 1..4_u8;
    let path = || 1..PATHS;
    let digests = || prop::collection::btree_set(0..DIGESTS, 1..4);
    let list = |set: BTreeSet<u32>| set.into_iter().collect::<Vec<_>>();
    prop_oneof![
        8 => (cache(), by(), digests(), 0..2_u8).prop_map(move |(cache, by, digests, variant)| {
            Step::Send { cache, by, digests: list(digests), variant }
        }),
        4 => (cache(), by(), digests()).prop_map(move |(cache, by, digests)| {
            Step::Resolve { cache, by, digests: list(digests) }
        }),
        16 => (cache(), path(), digests(), any::<bool>()).prop_map(
            move |(cache, path, digests, replace)| {
                Step::Push { cache, path, digests: list(digests), replace }
            }
        ),
        10 => (cache(), by(), path(), digests(), 0..3_usize).prop_map(
            move |(cache, by, path, digests, sigs)| {
                Step::Prepare { cache, by, path, digests: list(digests), sigs }
            }
        ),
        8 => (any::<usize>(), 0..4_usize, any::<bool>())
            .prop_map(|(which, more, replace)| Step::Commit { which, more, replace }),
        12 => (cache(), path(), any::<usize>(), any::<bool>(), any::<bool>()).prop_map(
            |(cache, path, which, anew, replace)| {
                Step::Republish { cache, path, which, anew, replace }
            }
        ),
        8 => (cache(), path()).prop_map(|(cache, path)| Step::Remove { cache, path }),
        1 => cache().prop_map(|cache| Step::Destroy { cache }),
        2 => any::<usize>().prop_map(|which| Step::Damage { which }),
        6 => seconds().prop_map(|seconds| Step::Pass { seconds }),
        4 => Just(Step::Mark),
        6 => Just(Step::Condemn),
    ]
}

/// Parts of grace that add up to it, and a second to either side.
fn seconds() -> impl Strategy<Value = u64> {
    let parts = prop_oneof![Just(32_u64), Just(8), Just(4), Just(3), Just(2), Just(1)];
    (parts, 0..5_u64).prop_map(|(parts, off)| {
        let of_grace = GRACE.as_secs() / parts;
        of_grace + u64::from(off == 3) - u64::from(off == 4)
    })
}
