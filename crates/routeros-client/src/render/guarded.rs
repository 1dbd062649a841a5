//! The form for a device that has a configuration.

use crate::command::{self, Command, Target};
use crate::desired::{Desired, Item};
use crate::plan::marker::{Marker, Origin};
use crate::plan::{CUT_OVER, target};
use crate::row::Row;
use crate::schema::Kind;
use crate::value::Value;

type Properties = Vec<(String, Value)>;

pub(super) fn lines(desired: &Desired) -> Vec<String> {
    let mut lines = Vec::new();
    let mut services = Vec::new();
    for kind in Kind::settable() {
        for item in desired.of(kind) {
            let out = match kind {
                Kind::Service => &mut services,
                _ => &mut lines,
            };
            out.extend(adopted(item));
            out.extend(guarded(desired, item));
        }
    }
    for bridge in desired.of(Kind::Bridge) {
        let late = properties(bridge, |name| CUT_OVER.contains(&name));
        lines.extend(set(bridge, late));
    }
    lines.extend(services);
    lines
}

fn properties(item: &Item, wanted: impl Fn(&str) -> bool) -> Properties {
    let wanted = |(name, _): &(&String, &Value)| wanted(name);
    let declared = item.values.iter().filter(wanted);
    declared
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn meant(item: &Item) -> Target {
    let mut row = Row::new(item.kind);
    row.values.clone_from(&item.values);
    target(&row)
}

fn count(kind: Kind, target: &Target) -> String {
    let conditions = match target {
        Target::Name(name) => vec![("name".to_owned(), Value::Text(name.clone()))],
        Target::Find(conditions) => conditions.clone(),
        Target::Id(_) | Target::Singleton => Vec::new(),
    };
    command::count(kind, &conditions)
}

fn with(command: Command, properties: Properties) -> Command {
    let properties = properties.into_iter();
    properties.fold(command, |command, (name, value)| command.with(name, value))
}

fn set(item: &Item, properties: Properties) -> Option<String> {
    if properties.is_empty() {
        return None;
    }
    let command = Command::set(item.kind, meant(item));
    Some(with(command, properties).to_string())
}

/// Takes over the old name, where the new one is free.
fn adopted(item: &Item) -> Option<String> {
    let old = Target::Name(item.adopt.clone()?);
    let new = count(item.kind, &meant(item));
    let is = count(item.kind, &old);
    let rename = Command::set(item.kind, old).with("name", Value::Text(item.text("name")));
    Some(format!(
        ":if ({new} = 0) do={{ :if ({is} = 1) do={{ {rename} }} }}"
    ))
}

fn guarded(desired: &Desired, item: &Item) -> Option<String> {
    let kind = item.kind;
    let late = |name: &str| kind == Kind::Bridge && CUT_OVER.contains(&name);
    let key = |name: &str| kind.menu().keys.contains(&name);
    let others = properties(item, |name| !late(name) && !key(name) && name != "comment");
    let marked = || {
        let text = item.text("comment");
        let marker = Marker {
            origin: Origin::Made,
            text,
        };
        let comment = Value::Text(marker.write(&desired.owner));
        ("comment".to_owned(), comment)
    };
    if !kind.menu().can_add {
        let mut all = others;
        if item.get("comment").is_some() {
            all.push(marked());
        }
        return set(item, all);
    }
    let given = |(_, value): &(String, Value)| !value.is_unset();
    let mut all = properties(item, key);
    all.extend(others.clone());
    all.retain(given);
    all.push(marked());
    let add = with(Command::add(kind), all);
    let none = count(kind, &meant(item));
    let otherwise = match set(item, others) {
        Some(set) => format!(" else={{ {set} }}"),
        None => String::new(),
    };
    Some(format!(":if ({none} = 0) do={{ {add} }}{otherwise}"))
}
