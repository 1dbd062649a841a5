//! Which arguments a command takes.

use crate::Version;
use crate::menu::Menu;

/// The arguments of a command.
pub(super) struct Shape {
    /// Names that take a value.
    pub(super) names: Vec<&'static str>,
    /// Words without one.
    pub(super) flags: Vec<&'static str>,
    /// Names of the arguments that need no name, in order.
    pub(super) unnamed: &'static [&'static str],
    /// Names that a real device knows and this one does not simulate.
    pub(super) others: Vec<&'static str>,
    /// Whether `where` may follow.
    pub(super) filter: bool,
}

const NONE: Shape = Shape {
    names: Vec::new(),
    flags: Vec::new(),
    unnamed: &[],
    others: Vec::new(),
    filter: false,
};

const TARGET: &[&str] = &["numbers"];

/// The arguments of a command of a menu.
pub(super) fn shape(
    path: &str,
    menu: Option<&'static Menu>,
    verb: &str,
    version: Version,
) -> Shape {
    match (verb, menu) {
        ("print", Some(menu)) => print(menu, version),
        ("export", _) => export(version),
        ("import", None) => Shape {
            names: import(version),
            unnamed: &["file-name"],
            ..NONE
        },
        ("add", Some(menu)) => Shape {
            names: settable(menu, version, adding(menu)),
            others: menu.others.to_vec(),
            ..NONE
        },
        ("set", Some(menu)) => Shape {
            names: settable(menu, version, if menu.singleton() { &[] } else { TARGET }),
            unnamed: if menu.singleton() { &[] } else { TARGET },
            others: menu.others.to_vec(),
            ..NONE
        },
        ("get", Some(menu)) => Shape {
            names: vec!["number", "value-name"],
            unnamed: if menu.singleton() {
                &["value-name"]
            } else {
                &["number", "value-name"]
            },
            others: vec!["as-string", "as-string-value"],
            ..NONE
        },
        ("remove" | "enable" | "disable", _) => Shape {
            names: TARGET.to_vec(),
            unnamed: TARGET,
            ..NONE
        },
        ("comment", _) => Shape {
            names: vec!["numbers", "comment"],
            unnamed: TARGET,
            ..NONE
        },
        ("move", _) => Shape {
            names: vec!["numbers", "destination"],
            unnamed: &["numbers", "destination"],
            ..NONE
        },
        _ => extra(path, verb),
    }
}

/// What `add` takes beside properties; a place only where the order counts.
fn adding(menu: &Menu) -> &'static [&'static str] {
    if menu.extra.contains(&"move") {
        &["copy-from", "place-before"]
    } else {
        &["copy-from"]
    }
}

fn extra(path: &str, verb: &str) -> Shape {
    let (names, unnamed): (&[&'static str], &'static [&'static str]) = match (path, verb) {
        ("/system/backup", "save") => (&["name", "password", "dont-encrypt", "encryption"], &[]),
        ("/system/backup", "load") => (&["name", "password"], &[]),
        ("/system", "reset-configuration") => (
            &[
                "keep-users",
                "no-defaults",
                "skip-backup",
                "run-after-reset",
                "caps-mode",
                "shutdown",
            ],
            &[],
        ),
        ("/user/ssh-keys", "import") => (&["public-key-file", "user", "key-owner"], &[]),
        ("/log", _) => (&["message"], &["message"]),
        _ => (&[], &[]),
    };
    Shape {
        names: names.to_vec(),
        unnamed,
        ..NONE
    }
}

fn import(version: Version) -> Vec<&'static str> {
    let mut names = vec!["file-name", "verbose", "from-line"];
    if version.minor >= 16 {
        names.push("dry-run");
    }
    names
}

fn export(version: Version) -> Shape {
    let mut others = Vec::new();
    if version.minor >= 13 {
        others.push("where");
    }
    if version.minor >= 23 {
        others.push("path");
    }
    Shape {
        names: vec!["file"],
        flags: vec![
            "compact",
            "terse",
            "verbose",
            "show-sensitive",
            "hide-sensitive",
        ],
        others,
        ..NONE
    }
}

fn print(menu: &'static Menu, version: Version) -> Shape {
    let mut others = vec![
        "append",
        "file",
        "follow",
        "follow-only",
        "from",
        "interval",
        "oid",
        "stats",
        "stats-detail",
    ];
    if version.minor >= 17 {
        others.push("group-by");
    }
    if version.minor >= 22 {
        others.extend(["comments", "on-event", "timestamp"]);
    }
    if version.minor >= 24 {
        others.push("order-by");
    }
    let mut flags = vec!["as-value", "without-paging"];
    if !menu.singleton() {
        flags.extend([
            "brief",
            "count-only",
            "detail",
            "show-ids",
            "terse",
            "value-list",
        ]);
    }
    Shape {
        names: if menu.singleton() {
            Vec::new()
        } else {
            vec!["proplist"]
        },
        flags,
        others,
        filter: !menu.singleton(),
        ..NONE
    }
}

fn settable(menu: &'static Menu, version: Version, more: &[&'static str]) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = menu
        .props(version)
        .filter(|prop| prop.writable())
        .map(|prop| prop.name)
        .collect();
    if menu.can_comment {
        names.push("comment");
    }
    if menu.can_disable {
        names.push("disabled");
    }
    names.extend(more);
    names
}
