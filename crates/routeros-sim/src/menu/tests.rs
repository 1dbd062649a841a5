//! The names of properties, against the completions of real consoles where they are.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Menu, all};
use crate::Version;

/// Arguments of `add` and `set` that are no properties.
const NOT_PROPERTIES: &[&str] = &[
    "comment",
    "copy-from",
    "disabled",
    "numbers",
    "place-before",
];

#[expect(clippy::disallowed_methods, reason = "says where the transcripts are")]
fn completions() -> Option<Value> {
    let folder = std::env::var_os("GARRET_TRANSCRIPTS")?;
    let file = std::path::Path::new(&folder).join("../routeros-menus.json");
    let text = std::fs::read_to_string(file).ok()?;
    Some(serde_json::from_str(&text).expect("JSON"))
}

fn minor(version: &Value) -> Option<u8> {
    version.as_str()?.split('.').nth(1)?.parse().ok()
}

/// What a console offers after `add` and `set`.
fn offered(menu: &Value, version: u8) -> BTreeSet<&str> {
    let commands = [&menu["commands"]["add"], &menu["commands"]["set"]];
    let arguments = commands
        .iter()
        .filter_map(|command| command["args"].as_object())
        .flatten();
    arguments
        .filter(|(_, argument)| minor(&argument["since"]).is_none_or(|since| since <= version))
        .filter(|(_, argument)| minor(&argument["gone_after"]).is_none_or(|last| version <= last))
        .map(|(name, _)| name.as_str())
        .filter(|name| !NOT_PROPERTIES.contains(name))
        .collect()
}

fn known(menu: &Menu, version: u8) -> BTreeSet<&'static str> {
    let props = menu.props(Version::new(version));
    props
        .filter(|prop| prop.writable())
        .map(|prop| prop.name)
        .collect()
}

#[test]
fn properties_that_can_be_set_are_those_that_the_console_of_the_version_offers() {
    let Some(json) = completions() else {
        println!("GARRET_TRANSCRIPTS is not set: nothing to compare with");
        return;
    };
    let mut compared = 0;
    let mut wrong = Vec::new();
    for menu in all() {
        let console = &json["menus"][menu.path];
        for version in 12..=24 {
            let offered = offered(console, version);
            let known = known(menu, version);
            for name in known.iter().filter(|_| !offered.is_empty()) {
                compared += 1;
                if !offered.contains(name) {
                    wrong.push(format!("7.{version} {} {name}", menu.path));
                }
            }
            // What is not known here must not be refused in the words of a device.
            for name in offered.iter().filter(|name| !known.contains(*name)) {
                if !menu.others.contains(name) {
                    wrong.push(format!("7.{version} {} lacks {name}", menu.path));
                }
            }
        }
    }
    println!("{compared} names are offered by consoles");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
