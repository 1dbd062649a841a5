//! From seed packages to a closure without cycles, each package with the direct
//! dependencies it keeps.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use super::stanza::Stanza;

/// One package of a corpus: one derivation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Package {
    /// The version, as apt wants it named.
    pub(crate) version: String,
    /// SHA-256 of the .deb file in hex, which names the file too.
    pub(crate) sha256: String,
    /// The name of the store path, after its hash.
    pub(crate) store_name: String,
    /// Direct dependencies.
    pub(crate) deps: Vec<String>,
}

/// What only maintainer scripts and a running system need; nothing in a store
/// path would refer to it.
const LEFT_OUT: &[&str] = &[
    "adduser",
    "cdebconf",
    "debconf",
    "debianutils",
    "dpkg",
    "init-system-helpers",
    "install-info",
    "libpam-runtime",
    "lsb-base",
    "mount",
    "passwd",
    "systemd",
    "sysvinit-utils",
    "tzdata",
    "ucf",
    "util-linux",
];

/// The closure of `seeds` in `index`. An edge that would close a cycle is
/// dropped; of alternatives the first that exists is taken.
///
/// # Errors
/// If a seed is not in the index.
pub(crate) fn closure(
    index: &BTreeMap<String, Stanza>,
    seeds: &[&str],
) -> Result<BTreeMap<String, Package>> {
    let mut providers: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, stanza) in index {
        for provided in &stanza.provides {
            providers.entry(provided).or_insert(name);
        }
    }
    let mut walk = Walk {
        index,
        providers,
        open: BTreeSet::new(),
        done: BTreeMap::new(),
    };
    for seed in seeds {
        if !index.contains_key(*seed) {
            bail!("Debian has no package {seed} here");
        }
        walk.visit(seed);
    }
    Ok(walk.done)
}

struct Walk<'a> {
    index: &'a BTreeMap<String, Stanza>,
    providers: BTreeMap<&'a str, &'a str>,
    open: BTreeSet<String>,
    done: BTreeMap<String, Package>,
}

impl Walk<'_> {
    fn visit(&mut self, name: &str) {
        if self.done.contains_key(name) {
            return;
        }
        self.open.insert(name.to_owned());
        let mut deps = BTreeSet::new();
        for dep in self.direct(name) {
            if self.open.contains(&dep) {
                continue;
            }
            self.visit(&dep);
            deps.insert(dep);
        }
        self.open.remove(name);
        let stanza = &self.index[name];
        let package = Package {
            version: stanza.version.clone(),
            sha256: stanza.sha256.clone(),
            store_name: store_name(name, &stanza.version),
            deps: deps.into_iter().collect(),
        };
        self.done.insert(name.to_owned(), package);
    }

    fn direct(&self, name: &str) -> Vec<String> {
        let groups = self.index[name].depends.iter();
        groups
            .filter(|group| !group.iter().any(|dep| LEFT_OUT.contains(&dep.as_str())))
            .filter_map(|group| {
                let real = group.iter().find(|dep| self.index.contains_key(*dep));
                real.map(String::as_str).or_else(|| {
                    group
                        .iter()
                        .find_map(|dep| self.providers.get(dep.as_str()).copied())
                })
            })
            .filter(|dep| *dep != name)
            .map(str::to_owned)
            .collect()
    }
}

/// `name-version` with the characters that a store path may have, no epoch.
fn store_name(name: &str, version: &str) -> String {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    format!("{name}-{version}")
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "+-._?=".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, groups of alternatives, provided names.
    type Row<'a> = (&'a str, &'a [&'a [&'a str]], &'a [&'a str]);

    fn index(rows: &[Row<'_>]) -> BTreeMap<String, Stanza> {
        rows.iter()
            .map(|(name, depends, provides)| {
                let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
                let stanza = Stanza {
                    version: "1:1.0~rc1".into(),
                    sha256: "00".into(),
                    depends: depends.iter().map(|group| owned(group)).collect(),
                    provides: owned(provides),
                };
                ((*name).to_owned(), stanza)
            })
            .collect()
    }

    #[test]
    fn cycles_are_cut_and_alternatives_chosen() {
        let index = index(&[
            (
                "app",
                &[&["gone", "lib"], &["virtual"], &["debconf", "lib2"]],
                &[],
            ),
            ("lib", &[&["libc"], &["app"]], &[]),
            ("libc", &[&["lib"]], &[]),
            ("lib2", &[], &[]),
            ("real", &[], &["virtual"]),
        ]);
        let closure = closure(&index, &["app"]).unwrap();
        assert_eq!(
            closure.keys().collect::<Vec<_>>(),
            ["app", "lib", "libc", "real"]
        );
        assert_eq!(closure["app"].deps, ["lib", "real"]);
        assert_eq!(closure["lib"].deps, ["libc"]);
        assert!(closure["libc"].deps.is_empty());
        assert_eq!(closure["app"].store_name, "app-1.0-rc1");
    }

    #[test]
    fn an_unknown_seed_is_named() {
        let error = closure(&index(&[]), &["nothing"]).unwrap_err();
        assert!(error.to_string().contains("nothing"));
    }
}
