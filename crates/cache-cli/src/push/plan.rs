//! What a push will send: a pure function of what is here, what is there, and what others sign.

use std::collections::HashSet;

use nar_format::signing::{PublicKey, Signature};
use nar_format::{PathHash, StoreDir, narinfo};

use crate::store::PathFacts;

/// The keys of upstream caches, as a cache's settings name them.
#[derive(Debug, Default)]
pub struct Upstream {
    names: HashSet<String>,
    keys: Vec<PublicKey>,
}

impl Upstream {
    /// Takes `NAME` (any signature of that name counts) and `NAME:PUBLICKEY` (only one that
    /// verifies does). What is neither counts for nothing.
    pub fn new(keys: &[String]) -> Upstream {
        let mut upstream = Upstream::default();
        for key in keys {
            match (key.contains(':'), key.parse::<PublicKey>()) {
                (true, Ok(key)) => upstream.keys.push(key),
                (true, Err(_)) => {
                    tracing::warn!(%key, "an upstream key of the cache is no public key")
                }
                (false, _) => drop(upstream.names.insert(key.clone())),
            }
        }
        upstream
    }

    /// Whether one of the upstream caches has signed the path.
    pub fn signed(&self, facts: &PathFacts, dir: &StoreDir) -> bool {
        let signatures = facts
            .sigs
            .iter()
            .filter_map(|text| text.parse::<Signature>().ok());
        let mut fingerprint = None;
        for signature in signatures {
            if self.names.contains(&signature.name) {
                return true;
            }
            let Some(nar_size) = facts.nar_size else {
                continue;
            };
            for key in self.keys.iter().filter(|key| key.name() == signature.name) {
                let fingerprint = fingerprint.get_or_insert_with(|| {
                    narinfo::fingerprint(
                        dir,
                        &facts.path,
                        &facts.nar_hash,
                        nar_size,
                        &facts.references,
                    )
                });
                if key.verify(fingerprint, &signature) {
                    return true;
                }
            }
        }
        false
    }
}

/// What a push will do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The paths to send, the largest first, so that no large one is left for the end.
    pub send: Vec<PathFacts>,
    /// Paths that the cache has.
    pub present: usize,
    /// Paths left out since an upstream cache has signed them.
    pub upstream: usize,
}

impl Plan {
    /// NAR bytes of what will be sent, as far as they are known.
    pub fn bytes(&self) -> u64 {
        self.send.iter().filter_map(|facts| facts.nar_size).sum()
    }
}

/// Sorts the closure into what is sent, present and upstream's. `always` are the paths that are
/// sent although the cache has them: those that shall be replaced.
pub fn plan(
    closure: Vec<PathFacts>,
    dir: &StoreDir,
    missing: &HashSet<PathHash>,
    always: &HashSet<PathHash>,
    upstream: &Upstream,
) -> Plan {
    let mut plan = Plan::default();
    for facts in closure {
        let hash = facts.path.hash();
        if !missing.contains(&hash) && !always.contains(&hash) {
            plan.present += 1;
        } else if !always.contains(&hash) && upstream.signed(&facts, dir) {
            plan.upstream += 1;
        } else {
            plan.send.push(facts);
        }
    }
    plan.send.sort_by(|a, b| {
        b.nar_size
            .cmp(&a.nar_size)
            .then_with(|| a.path.cmp(&b.path))
    });
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use nar_format::signing::SecretKey;
    use nar_format::{NarHash, StorePath};

    fn facts(letter: char, nar_size: u64, sigs: &[String]) -> PathFacts {
        let base = format!("{}-{letter}", letter.to_string().repeat(32));
        PathFacts {
            path: StorePath::from_base_name(&base).expect("valid"),
            nar_hash: NarHash::of(b"x"),
            nar_size: Some(nar_size),
            references: Vec::new(),
            deriver: None,
            sigs: sigs.to_vec(),
            ca: None,
            ultimate: false,
        }
    }

    fn key(name: &str, seed: u8) -> SecretKey {
        SecretKey::from_seed(name, &[seed; 32]).expect("a key")
    }

    fn sign(key: &SecretKey, facts: &PathFacts) -> String {
        let dir = StoreDir::default();
        let size = facts.nar_size.unwrap_or_default();
        let text =
            narinfo::fingerprint(&dir, &facts.path, &facts.nar_hash, size, &facts.references);
        key.sign(&text).to_string()
    }

    fn hashes(facts: &[&PathFacts]) -> HashSet<PathHash> {
        facts.iter().map(|facts| facts.path.hash()).collect()
    }

    #[test]
    fn every_path_falls_into_one_heap_and_large_ones_go_first() {
        let [a, b, c, d] =
            ['a', 'b', 'c', 'd'].map(|letter| facts(letter, u64::from(u32::from(letter)), &[]));
        let all = vec![a.clone(), b.clone(), c.clone(), d.clone()];
        let none = HashSet::new();
        let got = plan(
            all.clone(),
            &StoreDir::default(),
            &hashes(&[&a, &c]),
            &none,
            &Upstream::default(),
        );
        assert_eq!(
            got,
            Plan {
                send: vec![c.clone(), a.clone()],
                present: 2,
                upstream: 0
            }
        );
        assert_eq!(got.bytes(), u64::from(u32::from('a') + u32::from('c')));
        let replaced = plan(
            all,
            &StoreDir::default(),
            &hashes(&[&a]),
            &hashes(&[&b]),
            &Upstream::default(),
        );
        assert_eq!(replaced.send, [b, a]);
    }

    #[test]
    fn upstream_means_a_name_or_a_key_that_verifies() {
        let (real, forger) = (key("up-1", 1), key("up-1", 2));
        let plain = facts('a', 10, &[]);
        let signed = facts('a', 10, &[sign(&real, &plain)]);
        let forged = facts('a', 10, &[sign(&forger, &plain)]);
        let moved = PathFacts {
            nar_size: Some(11),
            ..signed.clone()
        };
        let unknown = PathFacts {
            nar_size: None,
            ..signed.clone()
        };
        let nonsense = facts('a', 10, &["up-1:!!".to_owned(), "up-1".to_owned()]);
        let public = real.public().to_string();
        for (keys, facts, want) in [
            (vec!["up-1".to_owned()], &signed, true),
            (vec!["up-1".to_owned()], &forged, true),
            (vec!["up-2".to_owned()], &signed, false),
            (vec![public.clone()], &signed, true),
            (vec![public.clone()], &forged, false),
            (vec![public.clone()], &moved, false),
            (vec![public.clone()], &unknown, false),
            (vec![public.clone()], &plain, false),
            (vec![public], &nonsense, false),
            (vec!["up-1:bad".to_owned(), String::new()], &signed, false),
        ] {
            let got = Upstream::new(&keys).signed(facts, &StoreDir::default());
            assert_eq!(got, want, "{keys:?} and {:?}", facts.sigs);
        }
    }

    #[test]
    fn what_upstream_signed_is_counted_and_what_is_replaced_is_sent_all_the_same() {
        let a = facts('a', 10, &[]);
        let a = PathFacts {
            sigs: vec![sign(&key("up-1", 1), &a)],
            ..a
        };
        let upstream = Upstream::new(&["up-1".to_owned()]);
        let missing = hashes(&[&a]);
        let got = plan(
            vec![a.clone()],
            &StoreDir::default(),
            &missing,
            &HashSet::new(),
            &upstream,
        );
        assert_eq!(
            got,
            Plan {
                upstream: 1,
                ..Plan::default()
            }
        );
        let got = plan(
            vec![a.clone()],
            &StoreDir::default(),
            &missing,
            &missing,
            &upstream,
        );
        assert_eq!(got.send, [a]);
    }
}
