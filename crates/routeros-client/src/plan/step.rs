//! Steps with their inverse and their class.

use super::find::{target, value_of};
use super::{Action, Change, Safety, Step};
use crate::command::{Command, Target};
use crate::desired::effective;
use crate::row::Row;
use crate::schema::Kind;
use crate::value::Value;

/// A step that makes an item.
pub(super) fn add(kind: Kind, values: Vec<(String, Value)>) -> Step {
    let mut command = Command::add(kind);
    let mut row = Row::new(kind);
    let mut changes = Vec::new();
    for (name, value) in values {
        command = command.with(&name, value.clone());
        row = row.with(&name, value.clone());
        changes.push(Change {
            name,
            old: None,
            new: Some(value),
        });
    }
    Step {
        kind,
        key: row.key(),
        action: Action::Add,
        changes,
        command,
        inverse: Some(Command::remove(kind, target(&row))),
        safety: Safety::Safe,
        why: String::new(),
    }
}

/// A step that sets properties of a row.
pub(super) fn set(row: &Row, changes: Vec<Change>, adopted_from: Option<&str>) -> Step {
    let mut changed = row.clone();
    let mut command = Command::set(row.kind, target(row));
    for change in &changes {
        let new = change.new.clone().unwrap_or(Value::Unset);
        command = command.with(&change.name, new.clone());
        changed = changed.with(&change.name, new);
    }
    let back: Target = target(&changed);
    let mut inverse = Command::set(row.kind, back);
    for change in &changes {
        let old = change.old.clone().unwrap_or(Value::Unset);
        inverse = inverse.with(&change.name, old);
    }
    let (safety, why) = class(row, &changes);
    Step {
        kind: row.kind,
        key: changed.key(),
        action: adopted_from.map_or(Action::Set, |from| Action::Adopt {
            from: from.to_owned(),
        }),
        changes,
        command,
        inverse: Some(inverse),
        safety,
        why,
    }
}

/// A step that removes a row.
pub(super) fn remove(row: &Row) -> Step {
    let mut inverse = Command::add(row.kind);
    let mut changes = Vec::new();
    for (name, value) in &row.values {
        let attribute = row.kind.attribute(name);
        let set = attribute.is_some_and(|attribute| !attribute.read_only);
        if !set || value.is_unset() || *value == effective(row.kind, name, None) {
            continue;
        }
        inverse = inverse.with(name, value.clone());
        changes.push(Change {
            name: name.clone(),
            old: Some(value.clone()),
            new: None,
        });
    }
    let ends = matches!(row.kind, Kind::Bridge | Kind::BridgePort | Kind::Vlan);
    let (safety, why) = match ends {
        true => (
            Safety::Disruptive,
            "what goes through it ends here".to_owned(),
        ),
        false => (Safety::Safe, String::new()),
    };
    Step {
        kind: row.kind,
        key: row.key(),
        action: Action::Remove,
        changes,
        command: Command::remove(row.kind, target(row)),
        inverse: Some(inverse),
        safety,
        why,
    }
}

/// The change of one property, where there is one.
pub(super) fn change(row: &Row, name: &str, new: &Value) -> Option<Change> {
    let old = value_of(row, name);
    let new_is = effective(row.kind, name, Some(new));
    let unread = row.unknown.get(name);
    if unread.map_or(old == new_is, |text| *text == new.to_string()) {
        return None;
    }
    let known = row.get(name).is_some() || !old.is_unset();
    Some(Change {
        name: name.to_owned(),
        old: known.then_some(old),
        new: Some(new.clone()),
    })
}

fn class(row: &Row, changes: &[Change]) -> (Safety, String) {
    let any = |names: &[&'static str]| {
        let is = |name: &&&'static str| changes.iter().any(|change| change.name == **name);
        names.iter().find(is).copied()
    };
    let (found, effect) = match row.kind {
        Kind::Bridge => (
            any(&[
                "vlan-filtering",
                "protocol-mode",
                "igmp-snooping",
                "dhcp-snooping",
                "disabled",
            ]),
            "restarts the ports of the bridge for a moment",
        ),
        Kind::Ethernet => (
            any(&["l2mtu", "rx-flow-control", "tx-flow-control"]),
            "resets the switch chip: all ports stop for a moment",
        ),
        Kind::BridgePort => (any(&["bridge", "hw", "disabled"]), "restarts the port"),
        Kind::Service if row.text("name") == "ssh" => (
            any(&["port", "address", "disabled", "vrf"]),
            "decides who may connect, and where",
        ),
        _ => (None, ""),
    };
    match (found, row.kind) {
        (Some(name), _) => (Safety::Disruptive, format!("{name} {effect}")),
        (None, Kind::Ethernet) => {
            match any(&["disabled", "speed", "auto-negotiation", "advertise", "mtu"]) {
                Some(name) => (Safety::Disruptive, format!("{name} restarts the port")),
                None => (Safety::Safe, String::new()),
            }
        }
        _ => (Safety::Safe, String::new()),
    }
}
