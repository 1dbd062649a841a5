//! What every package states: the workspace's lints, the licence.

use super::tree::Tree;
use crate::workspace::{self, Metadata};

const LICENCE: &str = "MIT OR Apache-2.0";
const LICENCE_FILES: &[(&str, &str)] = &[
    (
        "LICENSE-MIT",
        "Permission is hereby granted, free of charge",
    ),
    ("LICENSE-APACHE", "Apache License"),
];

/// The manifest outside the workspace, and what it must state for itself.
const FUZZ: &str = "fuzz/Cargo.toml";
const FUZZ_STATES: &[&str] = &[
    "publish = false",
    "license = \"MIT OR Apache-2.0\"",
    "unsafe_code = \"forbid\"",
];

/// Packages that do not inherit the lints or state another licence; licence
/// files that are not there.
pub(crate) fn check(metadata: &Metadata, tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for package in &metadata.packages {
        if package.license.as_deref() != Some(LICENCE) {
            problems.push(format!(
                "{} does not state the licence {LICENCE}",
                package.name
            ));
        }
        let manifest = package.manifest_path.strip_prefix(workspace::root());
        let manifest = manifest.unwrap_or(&package.manifest_path).to_string_lossy();
        if !tree.get(&manifest).is_some_and(inherits_lints) {
            problems.push(format!("{manifest} lacks `[lints] workspace = true`"));
        }
    }
    problems.extend(fuzz(tree));
    for (file, words) in LICENCE_FILES {
        if !tree.get(file).is_some_and(|text| text.contains(words)) {
            problems.push(format!("{file} is missing, or is not that licence"));
        }
    }
    problems
}

fn fuzz(tree: &Tree) -> Vec<String> {
    let text = tree.get(FUZZ).unwrap_or_default();
    let absent = FUZZ_STATES
        .iter()
        .filter(|wanted| !text.lines().any(|line| line == **wanted));
    absent
        .map(|wanted| format!("{FUZZ} lacks `{wanted}`"))
        .collect()
}

fn inherits_lints(manifest: &str) -> bool {
    let section = manifest
        .split("\n[")
        .find(|section| section.starts_with("lints]"));
    section.is_some_and(|section| {
        section
            .lines()
            .any(|line| line.trim() == "workspace = true")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuzz_manifest_states_what_others_inherit() {
        let all = FUZZ_STATES.join("\n");
        assert!(fuzz(&Tree::of(&[(FUZZ, &all)])).is_empty());
        assert_eq!(fuzz(&Tree::of(&[(FUZZ, &all[1..])])).len(), 1);
        assert_eq!(fuzz(&Tree::default()).len(), FUZZ_STATES.len());
    }

    #[test]
    fn lints_are_inherited_by_their_section() {
        assert!(inherits_lints(
            "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"
        ));
        assert!(!inherits_lints(
            "[package]\nname = \"a\"\n[lints]\n[other]\nworkspace = true\n"
        ));
        assert!(!inherits_lints("[package]\nname = \"a\"\n"));
    }
}
