//! The `nix` command, asked once for a whole closure where the database cannot be read.

use std::collections::BTreeMap;
use std::process::Command;

use nar_format::{NarHash, StoreDir, StorePath};
use serde::Deserialize;

use super::{PathFacts, StoreLocation};
use crate::error::{CliError, ErrorKind, Result};

/// Facts as `nix path-info --json` tells them.
pub(super) fn facts(
    location: &StoreLocation,
    roots: &[StorePath],
    recursive: bool,
) -> Result<Vec<PathFacts>> {
    let mut command = Command::new("nix");
    command.args([
        "--extra-experimental-features",
        "nix-command",
        "path-info",
        "--json",
    ]);
    if location.store != "auto" {
        command.args(["--store", &location.store]);
    }
    if recursive {
        command.arg("--recursive");
    }
    command.args(roots.iter().map(|root| root.absolute(&location.store_dir)));
    let output = command.output().map_err(|error| {
        CliError::new(ErrorKind::Store, "cannot run nix")
            .because(error)
            .hint("is Nix installed on this machine, and nix in PATH?")
    })?;
    if !output.status.success() {
        let talk = String::from_utf8_lossy(&output.stderr);
        let last = talk
            .lines()
            .rfind(|line| line.contains("error"))
            .unwrap_or("nix gave no reason")
            .trim()
            .to_owned();
        return Err(CliError::new(ErrorKind::Store, "nix path-info failed").because(last));
    }
    parse(&location.store_dir, &output.stdout)
}

/// One path in the answer, in any of the spellings of Nix 2.4 to today.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    nar_hash: Option<String>,
    #[serde(default)]
    nar_size: Option<u64>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    deriver: Option<String>,
    #[serde(default)]
    signatures: Vec<String>,
    #[serde(default)]
    ca: Option<serde_json::Value>,
    #[serde(default)]
    ultimate: bool,
}

/// A list of objects that name their paths (before 2.19), or an object by path, `null` where a
/// path is not valid.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answers {
    List(Vec<Answer>),
    Map(BTreeMap<String, Option<Answer>>),
}

fn parse(dir: &StoreDir, json: &[u8]) -> Result<Vec<PathFacts>> {
    let failed = || {
        CliError::new(
            ErrorKind::Store,
            "cannot understand the answer of nix path-info",
        )
    };
    let answers =
        serde_json::from_slice::<Answers>(json).map_err(|error| failed().because(error))?;
    let named: Vec<(String, Answer)> = match answers {
        Answers::List(list) => list
            .into_iter()
            .map(|mut answer| (answer.path.take().unwrap_or_default(), answer))
            .collect(),
        Answers::Map(map) => map
            .into_iter()
            .filter_map(|(path, answer)| Some((path, answer?)))
            .collect(),
    };
    let known = named
        .into_iter()
        .filter(|(_, answer)| answer.nar_hash.is_some());
    known
        .map(|(path, answer)| to_facts(dir, &path, answer).map_err(|error| failed().because(error)))
        .collect()
}

fn to_facts(dir: &StoreDir, path: &str, answer: Answer) -> Result<PathFacts, nar_format::Error> {
    // The newest format leaves the folder out.
    let parse = |text: &str| match text.starts_with('/') {
        true => StorePath::parse(dir, text),
        false => StorePath::from_base_name(text),
    };
    let mut references = answer
        .references
        .iter()
        .map(|text| parse(text))
        .collect::<Result<Vec<_>, _>>()?;
    references.sort();
    Ok(PathFacts {
        path: parse(path)?,
        nar_hash: answer.nar_hash.unwrap_or_default().parse::<NarHash>()?,
        nar_size: answer.nar_size.filter(|&size| size > 0),
        references,
        deriver: answer.deriver.as_deref().and_then(|text| parse(text).ok()),
        sigs: answer.signatures,
        ca: answer
            .ca
            .and_then(|ca| Some(ca.as_str()?.to_owned()))
            .filter(|ca| !ca.is_empty()),
        ultimate: answer.ultimate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "00000000000000000000000000000000-a";
    const HASH: &str = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";

    #[test]
    fn every_spelling_of_the_answer_is_understood() {
        let body =
            format!(r#""narHash":"{HASH}","narSize":9,"signatures":["k:s"],"ultimate":true"#);
        let list = format!(
            r#"[{{"path":"/nix/store/{A}",{body},"references":["/nix/store/{A}"],"valid":true}}]"#
        );
        let map =
            format!(r#"{{"/nix/store/{A}":{{{body},"references":["/nix/store/{A}"],"ca":null}}}}"#);
        let short = format!(
            r#"{{"{A}":{{{body},"references":["{A}"],"ca":null,"storeDir":"/nix/store"}}}}"#
        );
        for json in [list, map, short] {
            let facts = parse(&StoreDir::default(), json.as_bytes()).expect(&json);
            let [facts] = facts.as_slice() else {
                panic!("{facts:?}")
            };
            assert_eq!(facts.path.base_name(), A);
            assert_eq!(facts.references, std::slice::from_ref(&facts.path));
            assert_eq!(
                (
                    facts.nar_hash.to_sri().as_str(),
                    facts.nar_size,
                    facts.ultimate
                ),
                (HASH, Some(9), true)
            );
            assert_eq!(facts.sigs, ["k:s"]);
        }
    }

    #[test]
    fn paths_that_are_not_valid_are_left_out() {
        let dir = StoreDir::default();
        let null = format!(r#"{{"/nix/store/{A}":null}}"#);
        assert_eq!(parse(&dir, null.as_bytes()).expect("null"), []);
        let old = format!(r#"[{{"path":"/nix/store/{A}","valid":false}}]"#);
        assert_eq!(parse(&dir, old.as_bytes()).expect("invalid"), []);
        assert!(parse(&dir, b"[{]").is_err());
        let bad = format!(r#"[{{"path":"/elsewhere/{A}","narHash":"{HASH}"}}]"#);
        assert!(parse(&dir, bad.as_bytes()).is_err());
    }
}
