//! What the words of a path mean.

use crate::Version;
use crate::menu::{self, Menu};

/// What a word is in a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Menu(String),
    Verb(&'static str),
    /// A real device knows it.
    NotSimulated,
    Ambiguous,
    Nothing,
}

/// Finds a word, or the only one that it begins.
pub(super) fn word(path: &str, word: &str, version: Version) -> Word {
    let menus = submenus(path, version);
    let verbs = verbs(path, version);
    let others: Vec<&str> = menu::known_words(path).collect();
    let names: Vec<&str> = menus
        .iter()
        .map(String::as_str)
        .chain(verbs.iter().copied())
        .chain(others.iter().copied())
        .collect();
    let found = match choose(&names, word) {
        Choice::None => return Word::Nothing,
        Choice::Many => return Word::Ambiguous,
        Choice::One(found) => found,
    };
    if let Some(name) = menus.iter().find(|name| *name == found) {
        let base = if path == "/" { "" } else { path };
        return Word::Menu(format!("{base}/{name}"));
    }
    verbs
        .iter()
        .find(|verb| **verb == found)
        .map_or(Word::NotSimulated, |verb| Word::Verb(verb))
}

/// What a beginning of a word selects.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    None,
    One(&'a str),
    Many,
}

/// The name that is this word, or the only one that it begins.
pub(super) fn choose<'a>(names: &[&'a str], word: &str) -> Choice<'a> {
    if let Some(exact) = names.iter().find(|name| **name == word) {
        return Choice::One(exact);
    }
    let mut begun = names.iter().filter(|name| name.starts_with(word));
    match (begun.next(), begun.next()) {
        _ if word.is_empty() => Choice::None,
        (None, _) => Choice::None,
        (Some(one), None) => Choice::One(one),
        (Some(_), Some(_)) => Choice::Many,
    }
}

fn submenus(path: &str, version: Version) -> Vec<String> {
    let base = if path == "/" { "" } else { path };
    let mut names: Vec<String> = menu::all()
        .filter(|menu| menu.since <= version.minor)
        .filter_map(|menu| menu.path.strip_prefix(base)?.strip_prefix('/'))
        .filter_map(|rest| rest.split('/').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

fn verbs(path: &str, version: Version) -> Vec<&'static str> {
    if path == "/" {
        return vec!["export", "import"];
    }
    let Some(menu) = menu::find(path, version) else {
        return vec!["export"];
    };
    let mut verbs = own_verbs(menu, version);
    for verb in menu.extra {
        if !verbs.contains(verb) {
            verbs.push(verb);
        }
    }
    verbs
}

fn own_verbs(menu: &'static Menu, version: Version) -> Vec<&'static str> {
    if menu.props.is_empty() {
        return vec!["export"];
    }
    let mut verbs = vec!["print", "get", "export"];
    if menu.props(version).any(|prop| prop.writable()) {
        verbs.push("set");
    }
    if menu.singleton() {
        return verbs;
    }
    verbs.push("find");
    if menu.can_add {
        verbs.extend(["add", "remove"]);
    }
    if menu.can_disable && menu.path != "/ip/arp" {
        verbs.extend(["enable", "disable"]);
    }
    if menu.can_comment && menu.path != "/ip/arp" {
        verbs.push("comment");
    }
    verbs
}
