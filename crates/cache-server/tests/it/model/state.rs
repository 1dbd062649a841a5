//! The plain model: what a server should hold, as maps and lists.

use std::collections::{BTreeMap, BTreeSet};

use cache_api::ErrorCode;
use chunk_store::Digest;
use nar_format::NarHash;
use token_auth::Permission;

use super::cache::{Cache, Object};
use super::pool::{Frame, Kind, TENANTS};

/// How long leases hold, in seconds.
pub(super) const GRACE: u64 = 24 * 3600;
/// How long what was removed answers its own NAR URL.
pub(super) const REMOVED_GRACE: u64 = 6 * 3600;
/// How long a token is good after its end.
const LEEWAY: u64 = 60;

/// Everything.
#[derive(Debug)]
pub(super) struct State {
    pub(super) now: u64,
    pub(super) caches: BTreeMap<&'static str, Cache>,
    /// Every frame that ever came, each once.
    pub(super) frames: Vec<Held>,
    leases: Vec<Lease>,
    /// Each tenant's present token: its serial number and when it was made.
    pub(super) tokens: [(u32, u64); TENANTS.len()],
}

/// A frame that is there.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) frame: Frame,
    /// Found to lie, and not sent again since.
    pub(super) broken: bool,
}

/// Frames that a token may name for a while.
#[derive(Debug)]
struct Lease {
    token: (usize, u32),
    frames: BTreeSet<usize>,
    at: u64,
}

impl State {
    pub(super) fn new(now: u64) -> Self {
        Self {
            now,
            caches: BTreeMap::new(),
            frames: Vec::new(),
            leases: Vec::new(),
            tokens: [(0, now); TENANTS.len()],
        }
    }

    /// What the tenant's token grants on this name: an exact entry alone, else
    /// the first pattern that fits.
    pub(super) fn granted(&self, who: usize, cache: &str) -> &'static [Permission] {
        if self.rejected(who).is_some() || cache.starts_with('_') {
            return &[];
        }
        let grants = TENANTS[who].grants;
        let fits = |pattern: &str| {
            let begin = pattern.strip_suffix('*');
            begin.is_some_and(|begin| cache.starts_with(begin))
        };
        let exact = grants.iter().find(|(name, _)| *name == cache);
        let found = exact.or_else(|| grants.iter().find(|(pattern, _)| fits(pattern)));
        found.map_or(&[], |(_, permissions)| permissions)
    }

    pub(super) fn may(&self, who: usize, cache: &str, permission: Permission) -> bool {
        self.granted(who, cache).contains(&permission)
    }

    /// Why this tenant's token counts as none.
    pub(super) fn rejected(&self, who: usize) -> Option<ErrorCode> {
        match TENANTS[who].kind {
            Kind::Stranger => Some(ErrorCode::InvalidToken),
            Kind::Brief(secs) if self.now >= self.tokens[who].1 + secs + LEEWAY => {
                Some(ErrorCode::TokenExpired)
            }
            _ => None,
        }
    }

    pub(super) fn unauthorized(&self, who: usize) -> ErrorCode {
        self.rejected(who).unwrap_or(ErrorCode::Unauthorized)
    }

    /// Whether any of these permissions lets the tenant do it to this cache.
    pub(super) fn gate(
        &self,
        who: usize,
        cache: &str,
        any: &[Permission],
    ) -> Result<(), ErrorCode> {
        let is_public = self.caches.get(cache).map(|cache| cache.is_public);
        let by_all = is_public == Some(true) && any.contains(&Permission::Pull);
        let granted = self.granted(who, cache);
        if granted.is_empty() {
            let has_token = TENANTS[who].kind != Kind::Nobody && self.rejected(who).is_none();
            return match is_public {
                Some(true) if by_all => Ok(()),
                Some(true) if has_token => Err(ErrorCode::Forbidden),
                _ => Err(self.unauthorized(who)),
            };
        }
        if is_public.is_none() {
            return Err(ErrorCode::NoSuchCache);
        }
        match by_all || any.iter().any(|permission| granted.contains(permission)) {
            true => Ok(()),
            false => Err(ErrorCode::Forbidden),
        }
    }

    /// Whether the tenant may pull from this cache, which must be there.
    pub(super) fn pulls(&self, who: usize, cache: &str) -> bool {
        let found = self.caches.get(cache);
        found.is_some_and(|row| row.is_public || self.may(who, cache, Permission::Pull))
    }

    /// A frame comes in; its place.
    pub(super) fn arrive(&mut self, frame: &Frame) -> usize {
        let same =
            |held: &Held| held.frame.digest == frame.digest && held.frame.bytes == frame.bytes;
        let at = self.frames.iter().position(same).unwrap_or_else(|| {
            self.frames.push(Held {
                frame: frame.clone(),
                broken: false,
            });
            self.frames.len() - 1
        });
        self.frames[at].broken = false;
        at
    }

    /// The tenant may name these frames for a grace from now on.
    pub(super) fn lease(&mut self, who: usize, frames: BTreeSet<usize>) {
        self.leases.push(Lease {
            token: (who, self.tokens[who].0),
            frames,
            at: self.now,
        });
    }

    fn leased(&self, who: usize) -> BTreeSet<usize> {
        let token = (who, self.tokens[who].0);
        let live = self
            .leases
            .iter()
            .filter(|lease| lease.token == token && lease.at + GRACE > self.now);
        live.flat_map(|lease| lease.frames.iter().copied())
            .collect()
    }

    /// The frame that stands for each digest in the eyes of this tenant: what
    /// it sent, then what the target holds, then what it may pull elsewhere;
    /// the smallest of them, the first of those.
    pub(super) fn resolve(
        &self,
        who: usize,
        target: &str,
        digests: &[Digest],
    ) -> Vec<Option<usize>> {
        let own = self.leased(who);
        let reach = |name: &str| -> BTreeSet<usize> {
            let cache = &self.caches[name];
            let nars = cache.live.values().flat_map(|object| &object.nar);
            nars.copied().collect()
        };
        let pulled = |name: &&str| self.pulls(who, name);
        let (mut here, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
        for name in self.caches.keys().copied().filter(pulled) {
            let into = if name == target {
                &mut here
            } else {
                &mut elsewhere
            };
            into.extend(reach(name));
        }
        let rank = |at: &usize| {
            let sets = [&own, &here, &elsewhere];
            sets.iter().position(|set| set.contains(at))
        };
        let best = |digest: &Digest| {
            let sound = |(at, held): (usize, &Held)| {
                (held.frame.digest == *digest && !held.broken).then_some(at)
            };
            let candidates = self.frames.iter().enumerate().filter_map(sound);
            let ranked = candidates.filter_map(|at| {
                let size = self.frames[at].frame.bytes.len();
                rank(&at).map(|rank| (rank, size, at))
            });
            ranked.min().map(|(_, _, at)| at)
        };
        digests.iter().map(best).collect()
    }

    /// The bytes of a NAR as they are served.
    pub(super) fn served(&self, object: &Object) -> Vec<u8> {
        let frames = object
            .nar
            .iter()
            .map(|at| &self.frames[*at].frame.bytes[..]);
        frames.collect::<Vec<_>>().concat()
    }

    /// What tells two encodings of a NAR apart.
    pub(super) fn version(&self, object: &Object) -> String {
        let mut hasher = blake3::Hasher::new();
        for at in &object.nar {
            let id = blake3::hash(&self.frames[*at].frame.bytes);
            hasher.update(&id.as_bytes()[..16]);
        }
        nar_format::base32::encode(&hasher.finalize().as_bytes()[..16])
    }

    /// What answers this path's NAR URL, of this hash if one is named.
    pub(super) fn nar(&self, cache: &str, path: usize, hash: Option<&NarHash>) -> Option<&Object> {
        let cache = self.caches.get(cache)?;
        let fits = |object: &&Object| hash.is_none_or(|hash| *hash == object.facts.hash);
        let live = cache.live.get(&path).filter(fits);
        live.or_else(|| {
            let young = cache
                .gone
                .iter()
                .rev()
                .filter(|(number, _, at)| *number == path && at + REMOVED_GRACE > self.now);
            young.map(|(_, object, _)| object).find(fits)
        })
    }
}
