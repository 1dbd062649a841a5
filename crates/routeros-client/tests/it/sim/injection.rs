//! Whatever a value holds, the device reads it as one value and runs one
//! command: the simulated device has a parser of its own.

use proptest::prelude::*;

use routeros_client::command::quote::quoted;
use routeros_client::command::{Command, Outcome, Target, find_count, guarded};
use routeros_client::row::Row;
use routeros_client::schema::Kind;
use routeros_client::value::{Type, Value};

use super::{Lab, MINORS};

/// What would be seen if a value ended its command.
const ATTACKS: &[&str] = &[
    "x\"; /system/identity/set name=taken; :put \"",
    "x\n/system/identity/set name=taken\n",
    "x\"]; /ip/pool/remove [find]; #",
    "x\" } do={ /system/identity/set name=taken } #",
    "$[/system/identity/set name=taken]",
    "\\\"; /system/identity/set name=taken",
    "\" or name=\"canary",
    "[/ip/pool/find]",
    "*1",
    "0",
    "canary,victim",
    "\\",
    "# not a comment",
    "@@OK",
    "@@ERR no",
    "{",
    "}",
    "$e",
    "\\24e",
    "é",
    "\u{1F41B}",
];

fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        3 => proptest::char::range(' ', '~'),
        4 => proptest::sample::select("\"\\$\n\r\t;[]{}()#?=~<>&,/:_*!|'`".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    let collect = |all: Vec<char>| all.into_iter().collect::<String>();
    prop_oneof![
        4 => proptest::collection::vec(character.clone(), 1..=8).prop_map(collect),
        2 => proptest::collection::vec(character, 1..=255).prop_map(collect),
        4 => proptest::sample::select(ATTACKS).prop_map(str::to_owned),
        1 => proptest::sample::select(vec!["\"", "$", "\\", ";", "ä", "]"]).prop_map(|one| one.repeat(255)),
    ]
}

fn value(text: &str) -> Value {
    Type::Text.read(text).expect("any text")
}

/// Two items that must stay as they are around the one that changes.
fn lab(minor: u16) -> Lab {
    let mut lab = Lab::blank(minor);
    lab.quietly([
        "/ip/pool/add name=canary ranges=10.8.0.1 comment=canary",
        "/ip/pool/add name=victim ranges=10.8.0.2 comment=victim",
        "/ip/pool/add name=other ranges=10.8.0.3",
    ]);
    lab
}

/// Everything that an injected command could have changed. Records of the
/// oldest version cannot be read where values hold `;`.
fn all(lab: &mut Lab) -> Vec<Row> {
    let kinds = Kind::ALL.into_iter().filter(|_| lab.version.at_least(16));
    kinds.flat_map(|kind| lab.clone().rows(kind)).collect()
}

fn configuration(lab: &mut Lab) -> Vec<String> {
    let lines = lab.say("/export terse");
    // The date of the head; the job of the test itself.
    let kept = lines
        .lines()
        .filter(|line| !line.starts_with('#') && !line.contains("name=job"));
    kept.map(str::to_owned).collect()
}

/// Runs `change`; afterwards the victim alone has another value, and that is
/// the one given.
fn changes_one(lab: &mut Lab, name: &str, to: &str, change: impl FnOnce(&mut Lab)) {
    let mut expected = all(lab);
    let victim = |row: &&mut Row| row.kind == Kind::Pool && row.text("ranges") == "10.8.0.2";
    let found = "[/ip/pool/find where ranges=\"10.8.0.2\"]";
    let get = format!(":put [/ip/pool/get {found} {name}]");
    let was = lab.say(&get);
    let before = configuration(lab);
    if let Some(row) = expected.iter_mut().find(victim) {
        row.values.insert(name.to_owned(), value(to));
    }
    change(lab);
    for (seen, expected) in all(lab).iter().zip(&expected) {
        assert_eq!(seen, expected, "{name}={to:?}");
    }
    assert_eq!(all(lab).len(), expected.len(), "{name}={to:?}");
    assert_eq!(lab.say(&get), format!("{to}\n"), "{name}={to:?}");
    let mut undone = lab.clone();
    let back = quoted(was.strip_suffix('\n').expect("a line"));
    undone.quietly([format!("/ip/pool/set {found} {name}={back}")]);
    assert_eq!(configuration(&mut undone), before, "{name}={to:?}");
}

fn set(target: Target, name: &str, to: &str) -> String {
    Command::set(Kind::Pool, target)
        .with(name, value(to))
        .to_string()
}

fn victim() -> Target {
    Target::Name("victim".to_owned())
}

proptest! {
    #![proptest_config(crate::cases::cases(96))]

    #[test]
    fn a_comment_stays_a_comment(comment in text(), minor in proptest::sample::select(&MINORS[..])) {
        let mut lab = lab(minor);
        changes_one(&mut lab, "comment", &comment, |lab| {
            lab.quietly([set(victim(), "comment", &comment)]);
        });
        let conditions = [("comment".to_owned(), value(&comment))];
        let same = if comment == "canary" { 2 } else { 1 };
        prop_assert_eq!(lab.say(find_count(Kind::Pool, &conditions)), format!("{same}\n"));
    }

    #[test]
    fn a_name_stays_a_name_and_a_target(name in text(), minor in proptest::sample::select(&MINORS[..])) {
        let mut lab = lab(minor);
        changes_one(&mut lab, "name", &name, |lab| lab.quietly([set(victim(), "name", &name)]));
        changes_one(&mut lab, "comment", "by its name", |lab| {
            lab.quietly([set(Target::Name(name.clone()), "comment", "by its name")]);
        });
        let find = Target::Find(vec![("name".to_owned(), value(&name))]);
        changes_one(&mut lab, "comment", "found", |lab| lab.quietly([set(find.clone(), "comment", "found")]));
        lab.quietly([Command::remove(Kind::Pool, Target::Name(name))]);
        let left: Vec<_> = lab.rows(Kind::Pool).iter().map(|row| row.text("name")).collect();
        prop_assert_eq!(left, ["canary", "other"]);
    }

    #[test]
    fn a_guard_holds_any_value(comment in text(), minor in proptest::sample::select(&MINORS[1..])) {
        changes_one(&mut lab(minor), "comment", &comment, |lab| {
            let answer = lab.say(guarded(&set(victim(), "comment", &comment)));
            assert_eq!(Outcome::read(&answer), Outcome::Done(String::new()), "{answer}");
        });
    }

    #[test]
    fn a_script_in_a_script_holds_any_value(comment in text(), minor in proptest::sample::select(&MINORS[..])) {
        changes_one(&mut lab(minor), "comment", &comment, |lab| {
            let script = quoted(&set(victim(), "comment", &comment));
            lab.quietly([format!("/system/scheduler/add name=job interval=1m on-event={script}")]);
            // The clock sees the entry, and then the time go by.
            lab.device.tick(0);
            lab.device.tick(61_000);
        });
    }

    #[test]
    fn a_file_holds_any_value(comment in text(), minor in proptest::sample::select(&MINORS[..])) {
        changes_one(&mut lab(minor), "comment", &comment, |lab| {
            let script = format!("{}\n", set(victim(), "comment", &comment));
            lab.device.files.write("job.rsc", script.into_bytes(), 0).expect("written");
            let answer = lab.say("/import job.rsc");
            assert!(answer.ends_with("successfully\n"), "{answer}");
        });
    }
}

#[test]
fn attacks_on_every_place_change_one_item() {
    for minor in MINORS {
        for attack in ATTACKS {
            let mut lab = lab(minor);
            changes_one(&mut lab, "comment", attack, |lab| {
                lab.quietly([set(victim(), "comment", attack)])
            });
            changes_one(&mut lab, "name", attack, |lab| {
                lab.quietly([set(victim(), "name", attack)])
            });
            let named = Target::Name((*attack).to_owned());
            changes_one(&mut lab, "comment", "named", |lab| {
                lab.quietly([set(named, "comment", "named")])
            });
        }
    }
}

#[test]
fn a_name_that_is_not_there_changes_nothing() {
    for minor in MINORS {
        for attack in ATTACKS {
            let mut lab = lab(minor);
            let before = all(&mut lab);
            lab.say(set(
                Target::Name((*attack).to_owned()),
                "comment",
                "changed",
            ));
            assert_eq!(all(&mut lab), before, "7.{minor}: {attack:?}");
        }
    }
}
