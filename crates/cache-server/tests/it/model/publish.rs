//! Publishing, in the plain model.

use std::collections::BTreeSet;

use cache_api::{ErrorCode, PublishStatus};
use chunk_store::Digest;
use token_auth::Permission;

use super::cache::{Cache, Object};
use super::claim::{Claim, Line, Twist};
use super::pool::TENANTS;
use super::state::State;

/// Signatures kept of one path.
const MAX_SIGNATURES: usize = 16;
/// Times that a path is resolved anew after frames were found to lie.
const RESOLVES: usize = 4;

impl State {
    /// Publishes in a cache that the tenant may push to.
    pub(super) fn publish(&mut self, who: usize, cache: &str, claims: &[Claim]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut open: Vec<&Claim> = Vec::new();
        let mut named = BTreeSet::new();
        for claim in claims {
            if let Some(code) = claim.twist.malformed() {
                lines.push(claim.error(code));
            } else if !named.insert(claim.path) {
                lines.push(claim.error(ErrorCode::DuplicatePath));
            } else {
                match self.standing(who, cache, claim) {
                    Some(line) => lines.push(line),
                    None => open.push(claim),
                }
            }
        }
        for claim in &open {
            let found = self.resolve(who, cache, &claim.digests());
            self.lease(who, found.into_iter().flatten().collect());
        }
        for claim in open {
            lines.push(self.verify(who, cache, claim));
        }
        lines
    }

    /// The answer that what is there already gives, if it does.
    fn standing(&mut self, who: usize, name: &str, claim: &Claim) -> Option<Line> {
        let may_replace = self.may(who, name, Permission::Delete);
        let frames: Vec<Digest> = self.frames.iter().map(|held| held.frame.digest).collect();
        let cache = self.caches.get_mut(name)?;
        let live = cache.live.get(&claim.path)?;
        if live.facts == claim.facts() {
            let kept: Vec<Digest> = live.nar.iter().map(|at| frames[*at]).collect();
            let fingerprint = live.facts.fingerprint();
            let brought = cache.trusted(&fingerprint, &claim.signatures());
            let news = merged(&live.sigs, &brought) != live.sigs;
            if news && kept == claim.digests() {
                let all = [cache.sign(&fingerprint), brought].concat();
                let live = cache.live.get_mut(&claim.path)?;
                live.sigs = merged(&live.sigs, &all);
            }
            return Some(claim.line(PublishStatus::Present, None));
        }
        match (claim.replace, may_replace) {
            (false, _) => Some(claim.error(ErrorCode::PathDiffers)),
            (true, false) => Some(claim.error(ErrorCode::Forbidden)),
            (true, true) => None,
        }
    }

    /// Looks at the frames, and publishes what they make.
    fn verify(&mut self, who: usize, cache: &str, claim: &Claim) -> Line {
        let digests = claim.digests();
        let mut lied = false;
        for _ in 0..RESOLVES {
            let found = self.resolve(who, cache, &digests);
            self.lease(who, found.iter().flatten().copied().collect());
            let missing: Vec<u32> = (0..found.len() as u32)
                .filter(|at| found[*at as usize].is_none())
                .collect();
            if !missing.is_empty() {
                let code = match lied {
                    true => ErrorCode::DigestMismatch,
                    false => ErrorCode::MissingChunks,
                };
                let line = claim.line(PublishStatus::Missing, Some(code));
                return Line { missing, ..line };
            }
            let nar: Vec<usize> = found.into_iter().flatten().collect();
            let lengths = nar
                .iter()
                .map(|at| u64::from(self.frames[*at].frame.raw_len));
            if lengths.sum::<u64>() != claim.facts().size {
                return claim.error(ErrorCode::NarSizeMismatch);
            }
            // The end of a NAR is no beginning of one.
            let lie = nar
                .iter()
                .find(|at| !self.frames[**at].frame.is_honest)
                .copied();
            let backwards = claim.twist == Twist::Backwards;
            if backwards && lie != Some(nar[0]) {
                return claim.error(ErrorCode::MalformedNar);
            }
            if let Some(lie) = lie {
                self.frames[lie].broken = true;
                lied = true;
                continue;
            }
            if claim.twist == Twist::Hash {
                return claim.error(ErrorCode::NarHashMismatch);
            }
            self.make_visible(who, cache, claim, nar);
            return claim.line(PublishStatus::Published, None);
        }
        // Each look met another lie.
        claim.error(ErrorCode::DigestMismatch)
    }

    fn make_visible(&mut self, who: usize, name: &str, claim: &Claim, nar: Vec<usize>) {
        let now = self.now;
        let cache = self.caches.get_mut(name).unwrap();
        let facts = claim.facts();
        let fingerprint = facts.fingerprint();
        let brought = cache.trusted(&fingerprint, &claim.signatures());
        let object = Object {
            sigs: merged(&[], &[cache.sign(&fingerprint), brought].concat()),
            deriver: claim.deriver(),
            facts,
            nar,
            created_at: now,
            created_by: TENANTS[who].name,
        };
        cache.hide(claim.path, now);
        cache.live.insert(claim.path, object);
    }

    /// Whether some of these frames lie. Of several paths that share one, which
    /// is told so is decided by chance.
    pub(super) fn meets_lies(&self, who: usize, cache: &str, claims: &[Claim]) -> bool {
        let digests: Vec<Digest> = claims.iter().flat_map(Claim::digests).collect();
        let found = self.resolve(who, cache, &digests);
        let mut found = found.into_iter().flatten();
        found.any(|at| !self.frames[at].frame.is_honest)
    }
}

impl Cache {
    /// Takes a path out of sight; whether it was there.
    pub(super) fn hide(&mut self, path: usize, now: u64) -> bool {
        let Some(object) = self.live.remove(&path) else {
            return false;
        };
        self.gone.push((path, object, now));
        true
    }
}

/// Signatures after more have come: old ones first, each once, at most 16.
fn merged(old: &[String], new: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for sig in old.iter().chain(new) {
        if !all.contains(sig) {
            all.push(sig.clone());
        }
    }
    all.truncate(MAX_SIGNATURES);
    all
}
