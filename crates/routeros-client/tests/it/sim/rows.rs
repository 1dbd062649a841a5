//! What was written is read back, by version, kind and property.

use std::collections::BTreeSet;

use routeros_client::command::{Command, Target};
use routeros_client::row::Row;
use routeros_client::schema::{Attribute, Kind};
use routeros_client::value::Value;

use super::{Lab, MINORS, samples};

/// How writing one value went.
enum Went {
    Equal,
    NotSimulated,
    Otherwise(String),
}

fn compare(
    lab: &mut Lab,
    command: &Command,
    name: &str,
    value: &Value,
    seen: impl Fn(&Row) -> bool,
) -> Went {
    let answer = lab.say(command);
    if answer.starts_with(routeros_sim::UNKNOWN) {
        return Went::NotSimulated;
    }
    if !answer.is_empty() {
        return Went::Otherwise(format!("{command}: {answer}"));
    }
    let rows = lab.rows(command.kind());
    match rows.iter().find(|row| seen(row)) {
        None => Went::Otherwise(format!("{command}: no row")),
        Some(row) if row.get(name) == Some(value) => Went::Equal,
        // Some properties are shown only where they are not at their default.
        Some(row) if row.get(name).is_none() && is_default(command.kind(), name, value) => {
            Went::Equal
        }
        Some(row) => Went::Otherwise(format!("{command}: {:?} {:?}", row.get(name), row.unknown)),
    }
}

fn is_default(kind: Kind, name: &str, value: &Value) -> bool {
    let attribute = kind.attribute(name).expect("in the schema");
    let default = attribute.default.map(|text| attribute.kind.read(text));
    default == Some(Ok(value.clone()))
}

/// The new item, with one property given or replaced.
fn added(kind: Kind, name: &str, value: &Value) -> Command {
    let least = samples::least(kind);
    let rest = least.arguments().iter().filter(|(own, _)| own != name);
    rest.fold(Command::add(kind), |command, (name, value)| {
        command.with(name, value.clone())
    })
    .with(name, value.clone())
}

#[derive(Default)]
struct Tally {
    equal: usize,
    not_simulated: BTreeSet<String>,
    otherwise: Vec<String>,
}

impl Tally {
    fn take(&mut self, minor: u16, kind: Kind, name: &str, went: Went) {
        match went {
            Went::Equal => self.equal += 1,
            Went::NotSimulated => drop(self.not_simulated.insert(format!("{kind} {name}"))),
            Went::Otherwise(how) => self.otherwise.push(format!("7.{minor} {how}")),
        }
    }
}

fn settable(kind: Kind, minor: u16) -> impl Iterator<Item = &'static Attribute> {
    let all = kind.menu().attributes.iter();
    all.filter(move |attribute| !attribute.read_only && attribute.exists_in(minor))
}

/// An item that is there without being added.
fn there(kind: Kind) -> Target {
    match kind {
        Kind::Ethernet => Target::Find(vec![("default-name".into(), Value::Text("ether2".into()))]),
        Kind::Service => Target::Name("telnet".into()),
        _ => Target::Singleton,
    }
}

#[test]
fn what_is_set_is_read_back() {
    let mut tally = Tally::default();
    for minor in MINORS {
        let mut around = Lab::blank(minor);
        around.quietly(samples::AROUND);
        for kind in Kind::settable() {
            let mut lab = around.clone();
            let before = lab.ids(kind);
            let target = if kind.menu().can_add {
                lab.quietly([samples::least(kind)]);
                let new = lab.ids(kind).into_iter().find(|id| !before.contains(id));
                Target::Id(new.flatten().expect("a new item"))
            } else {
                there(kind)
            };
            for attribute in settable(kind, minor) {
                for value in samples::of(kind, attribute) {
                    let mut lab = lab.clone();
                    let command =
                        Command::set(kind, target.clone()).with(attribute.name, value.clone());
                    let went =
                        compare(
                            &mut lab,
                            &command,
                            attribute.name,
                            &value,
                            |row| match &target {
                                Target::Id(id) => row.id.as_ref() == Some(id),
                                Target::Name(name) => row.text("name") == *name,
                                Target::Find(_) => row.text("default-name") == "ether2",
                                Target::Singleton => true,
                            },
                        );
                    tally.take(minor, kind, attribute.name, went);
                }
            }
        }
    }
    report("set", &tally);
}

#[test]
fn what_is_added_is_read_back() {
    let mut tally = Tally::default();
    for minor in MINORS {
        let mut around = Lab::blank(minor);
        around.quietly(samples::AROUND);
        for kind in Kind::ALL.into_iter().filter(|kind| kind.menu().can_add) {
            let before = around.ids(kind);
            for attribute in settable(kind, minor) {
                for value in samples::of(kind, attribute) {
                    let command = added(kind, attribute.name, &value);
                    let went = compare(
                        &mut around.clone(),
                        &command,
                        attribute.name,
                        &value,
                        |row| !before.contains(&row.id) && !row.is_dynamic(),
                    );
                    tally.take(minor, kind, attribute.name, went);
                }
            }
        }
    }
    report("added", &tally);
}

fn report(how: &str, tally: &Tally) {
    println!(
        "{how}: {} values read back equal; not simulated: {:?}",
        tally.equal, tally.not_simulated
    );
    assert!(
        tally.otherwise.is_empty(),
        "{how}:\n{}",
        tally.otherwise.join("\n")
    );
}
