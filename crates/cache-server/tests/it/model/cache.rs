//! The plain model: one cache and its paths.

use std::collections::{BTreeMap, BTreeSet};

use nar_format::{NarHash, StorePath, signing::SecretKey};

use super::pool::Pool;

#[derive(Clone, Debug)]
pub(super) struct Cache {
    pub(super) is_public: bool,
    pub(super) priority: i32,
    pub(super) retention: Option<u64>,
    pub(super) max_size: Option<u64>,
    /// Which foreign keys are trusted; `None` is what a new cache trusts.
    pub(super) upstream: Option<BTreeSet<usize>>,
    pub(super) keys: Vec<OwnKey>,
    /// By the number of the path.
    pub(super) live: BTreeMap<usize, Object>,
    /// What was removed or replaced, and when.
    pub(super) gone: Vec<(usize, Object, u64)>,
    pub(super) created_at: u64,
}

#[derive(Clone, Debug)]
pub(super) struct OwnKey {
    pub(super) key: SecretKey,
    pub(super) active: bool,
}

/// A published path.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) facts: Facts,
    pub(super) deriver: Option<StorePath>,
    pub(super) sigs: Vec<String>,
    /// Its NAR, as places in [`State::frames`].
    pub(super) nar: Vec<usize>,
    pub(super) created_at: u64,
    pub(super) created_by: &'static str,
}

/// What must be equal for a second publish of a path to be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) path: StorePath,
    pub(super) hash: NarHash,
    pub(super) size: u64,
    pub(super) references: BTreeSet<StorePath>,
    pub(super) ca: Option<String>,
}

impl Facts {
    /// What is signed, as Nix has it.
    pub(super) fn fingerprint(&self) -> String {
        let absolute = |path: &StorePath| format!("/nix/store/{}", path.base_name());
        let references: Vec<String> = self.references.iter().map(absolute).collect();
        format!(
            "1;{};{};{};{}",
            absolute(&self.path),
            self.hash,
            self.size,
            references.join(",")
        )
    }
}

/// What a new cache trusts: the key of cache.nixos.org.
const NIXOS: &str = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";

impl Cache {
    pub(super) fn upstream_texts(&self) -> Vec<String> {
        let text = |at: &usize| Pool::get().foreign[*at].public().to_string();
        match &self.upstream {
            None => vec![NIXOS.to_owned()],
            Some(trusted) => trusted.iter().map(text).collect(),
        }
    }

    /// All signatures that a narinfo bears: those that are kept, and one of
    /// each key that signs now.
    pub(super) fn signatures(&self, object: &Object) -> BTreeSet<String> {
        let fingerprint = object.facts.fingerprint();
        let mut sigs: BTreeSet<String> = object.sigs.iter().cloned().collect();
        sigs.extend(self.sign(&fingerprint));
        sigs
    }

    /// The signatures of the keys that sign now.
    pub(super) fn sign(&self, fingerprint: &str) -> Vec<String> {
        let active = self.keys.iter().filter(|own| own.active);
        active
            .map(|own| own.key.sign(fingerprint).to_string())
            .collect()
    }

    /// Those of these signatures that a key makes which this cache trusts.
    pub(super) fn trusted(&self, fingerprint: &str, sigs: &[String]) -> Vec<String> {
        let upstream = self
            .upstream
            .iter()
            .flatten()
            .map(|at| &Pool::get().foreign[*at]);
        let keys: Vec<&SecretKey> = upstream
            .chain(self.keys.iter().map(|own| &own.key))
            .collect();
        let good = |sig: &&String| {
            keys.iter()
                .any(|key| key.sign(fingerprint).to_string() == **sig)
        };
        sigs.iter().filter(good).cloned().collect()
    }

    /// Those of an object's signatures that its cache did not make.
    pub(super) fn foreign(&self, object: &Object) -> Vec<String> {
        let own = |sig: &&String| {
            let name = sig.split(':').next().unwrap_or_default();
            self.keys.iter().any(|own| own.key.name() == name)
        };
        object
            .sigs
            .iter()
            .filter(|sig| !own(sig))
            .cloned()
            .collect()
    }
}
