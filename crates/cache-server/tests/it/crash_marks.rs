//! What a run says of itself in its trace: what must be there after a crash.
//!
//! `may CACHE PATH VARIANT` comes before what may make it so, `is CACHE PATH
//! VARIANT` after it was answered, `sent CACHE PATH VARIANT` when all its
//! chunks were acknowledged. `base`: nothing before this is tried, and all of
//! it rests on the disk.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine_support::{Package, noise};

/// The variant of a path that is absent.
pub(crate) const NONE: u8 = 0;
/// The variant of a path that reads wrong, since the test damaged it.
pub(crate) const BROKEN: u8 = 255;

pub(crate) const BASE: &str = "base";

/// Bytes of a package's file.
const SIZE: usize = 9000;

/// A package of one path and one of its contents.
pub(crate) fn package(path: u8, variant: u8) -> Package {
    Package::new(path, &noise(variant, SIZE))
}

/// What must be true of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Expect {
    /// By cache and path, which variants it may have.
    pub(crate) paths: BTreeMap<(String, u8), BTreeSet<u8>>,
    /// Whose chunks were acknowledged.
    pub(crate) sent: BTreeSet<(String, u8, u8)>,
}

impl Expect {
    pub(crate) fn note(&mut self, mark: &str) {
        let words: Vec<&str> = mark.split(' ').collect();
        let &[word, cache, path, variant] = &words[..] else {
            assert_eq!(mark, BASE);
            return;
        };
        let (path, variant) = (path.parse().unwrap(), variant.parse().unwrap());
        let key = (cache.to_owned(), path);
        match word {
            "may" => {
                let may = self.paths.entry(key);
                may.or_insert_with(|| [NONE].into()).insert(variant);
            }
            "is" => {
                self.paths.insert(key, [variant].into());
            }
            "sent" => {
                self.sent.insert((cache.to_owned(), path, variant));
            }
            _ => panic!("not a mark: {mark}"),
        }
    }
}
