//! Arrows go down only: between crates, as `cargo metadata` has them, and
//! between modules inside a crate.

use std::collections::BTreeSet;

use super::sizes::without_tests;
use super::tree::Tree;
use crate::workspace::{Metadata, Package};

/// Each package of the workspace and what it stands on. What those stand on may
/// be used too.
const BELOW: &[(&str, &[&str])] = &[
    ("nar-format", &[]),
    ("cache-api", &["nar-format"]),
    ("token-auth", &["cache-api"]),
    ("chunk-store", &["nar-format"]),
    ("cache-db", &["chunk-store", "cache-api"]),
    (
        "cache-server",
        &["cache-db", "chunk-store", "token-auth", "cache-api"],
    ),
    ("cache-cli", &["cache-api", "chunk-store"]),
    ("garretd", &["cache-server"]),
    ("garret", &["cache-cli"]),
    ("format-oracles", &["chunk-store", "token-auth"]),
    ("routeros-client", &[]),
    ("routeros", &["routeros-client"]),
    // Only tests stand on it: it never ships.
    ("routeros-sim", &[]),
    ("xtask", &[]),
];

/// Crates that are bytes or values in, values out, and what they may not use.
const PURE: &[&str] = &["nar-format", "cache-api", "token-auth"];
const IMPURE: &[&str] = &[
    "axum",
    "hyper",
    "hyper-util",
    "reqwest",
    "rusqlite",
    "tokio",
    "tracing-subscriber",
    "getrandom",
];

/// Source folders, and words that no code outside tests may have there.
const MODULES: &[(&str, &[&str], &str)] = &[
    (
        "crates/cache-server/src/engine",
        &["crate::http", "axum::"],
        "the engine knows no HTTP",
    ),
    (
        "crates/nar-format/src",
        &["std::fs", "std::net", "std::env", "std::time"],
        "formats are pure",
    ),
    (
        "crates/cache-api/src",
        &["std::fs", "std::net", "std::env"],
        "the words of the protocol do no IO",
    ),
    (
        "crates/token-auth/src",
        &["std::fs", "std::net", "std::env", "std::time"],
        "tokens are checked against a time that is handed in",
    ),
    (
        "crates/cache-db/src/plan",
        &["rusqlite", "tokio::"],
        "a plan is a pure function of rows and blob list",
    ),
    (
        "crates/routeros-client/src",
        &[
            "ssh2",
            "crate::ssh",
            "std::fs",
            "std::env",
            "std::thread",
            "Tcp",
            "ToSocketAddrs",
            "Instant",
            "SystemTime",
        ],
        "only ssh/ knows how a device is reached, and time is handed in",
    ),
    (
        "crates/routeros-client/src/plan",
        SWITCH_DEVICE,
        "a plan is a pure function of what is declared and what is there",
    ),
    (
        "crates/routeros-client/src/reach",
        SWITCH_DEVICE,
        "reachability is a pure function of a state",
    ),
    (
        "crates/routeros-client/src/validate",
        SWITCH_DEVICE,
        "a file is checked without a device",
    ),
    (
        "crates/routeros-client/src/render",
        SWITCH_DEVICE,
        "a script is written without a device",
    ),
    (
        "crates/routeros-client/src/command",
        SWITCH_DEVICE,
        "commands are values",
    ),
    (
        "crates/routeros-client/src/read",
        SWITCH_DEVICE,
        "answers are text in, values out",
    ),
];

/// What talks to a device, or stands for one.
const SWITCH_DEVICE: &[&str] = &["crate::link", "crate::device", "crate::apply", "std::time"];

/// The folder inside a checked one that may do what the others may not.
const APART: &str = "crates/routeros-client/src/ssh/";

/// Dependencies between crates that go up, and packages without a layer.
pub(crate) fn crates(metadata: &Metadata) -> Vec<String> {
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    metadata
        .packages
        .iter()
        .flat_map(|package| package_problems(package, &ours))
        .collect()
}

fn package_problems(package: &Package, ours: &BTreeSet<&str>) -> Vec<String> {
    let name = package.name.as_str();
    if !BELOW.iter().any(|(known, _)| *known == name) {
        return vec![format!("{name} has no layer: add it to the table in xtask")];
    }
    let allowed = reachable(name);
    let mut problems = Vec::new();
    for dependency in package
        .dependencies
        .iter()
        .filter(|d| d.kind.as_deref() != Some("dev"))
    {
        let on = dependency.name.as_str();
        if ours.contains(on) && dependency.path.is_some() && !allowed.contains(on) {
            problems.push(format!(
                "{name} may not depend on {on}: arrows go down only"
            ));
        }
        if PURE.contains(&name) && IMPURE.contains(&on) {
            problems.push(format!("{name} may not depend on {on}: it does no IO"));
        }
        if name == "cache-cli"
            && on == "chunk-store"
            && dependency.features.iter().any(|f| f == "s3")
        {
            problems.push("cache-cli may not link a cloud SDK (chunk-store with `s3`)".to_owned());
        }
    }
    problems
}

fn reachable(name: &str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let direct = BELOW
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, below)| *below);
    for below in direct.unwrap_or_default() {
        found.insert(*below);
        found.extend(reachable(below));
    }
    found
}

/// Source files that use what is above them.
pub(crate) fn modules(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for (folder, words, why) in MODULES {
        for (path, text) in tree.matching(folder, ".rs") {
            if path.ends_with("tests.rs") || path.contains("/tests/") || path.starts_with(APART) {
                continue;
            }
            for (number, line) in without_tests(text).lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                if let Some(word) = words.iter().find(|word| code.contains(**word)) {
                    problems.push(format!("{path}:{}: {word}: {why}", number + 1));
                }
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(name: &str, on: &str, kind: Option<&str>) -> Metadata {
        let package = |name: &str, deps: serde_json::Value| serde_json::json!({"name": name, "manifest_path": "/x/Cargo.toml", "license": null, "dependencies": deps});
        let dep = serde_json::json!([{"name": on, "kind": kind, "path": "/x", "features": []}]);
        serde_json::from_value(serde_json::json!({
            "target_directory": "/t",
            "packages": [package(name, dep), package(on, serde_json::json!([]))],
        }))
        .unwrap()
    }

    #[test]
    fn arrows_go_down_only() {
        let rows = [
            ("cache-server", "nar-format", None, 0),
            ("nar-format", "cache-api", None, 1),
            ("cache-cli", "cache-db", None, 1),
            ("cache-cli", "cache-server", Some("dev"), 0),
            ("garret", "chunk-store", None, 0),
            ("xtask", "cache-api", None, 1),
            ("nar-format", "tokio", None, 3),
            ("routeros", "routeros-client", None, 0),
            ("routeros", "routeros-sim", Some("dev"), 0),
            ("routeros", "routeros-sim", None, 1),
            ("routeros-sim", "routeros-client", None, 1),
        ];
        for (name, on, kind, wanted) in rows {
            let got = crates(&metadata(name, on, kind));
            assert_eq!(got.len(), wanted, "{name} on {on}: {got:?}");
        }
    }

    #[test]
    fn the_engine_may_not_look_up() {
        let tree = Tree::of(&[
            (
                "crates/cache-server/src/engine/a.rs",
                "// crate::http is above\nuse crate::http::X;\n",
            ),
            (
                "crates/cache-server/src/http/b.rs",
                "use crate::engine::Engine;\n",
            ),
            (
                "crates/nar-format/src/c.rs",
                "fn f() {}\n#[cfg(test)]\nmod tests { use std::fs; }\n",
            ),
            (
                "crates/routeros-client/src/ssh/mod.rs",
                "use ssh2::Session;\n",
            ),
            (
                "crates/routeros-client/src/plan/a.rs",
                "use ssh2::Session;\n",
            ),
        ]);
        let got = modules(&tree);
        assert_eq!(got.len(), 2, "{got:?}");
        assert!(got[0].starts_with("crates/cache-server/src/engine/a.rs:2"));
        assert!(got[1].starts_with("crates/routeros-client/src/plan/a.rs:1"));
    }
}
