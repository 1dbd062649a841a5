//! One section that declares an item, or several alike.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::hint;
use super::read::{Entry, Reader};
use super::{Item, toml_value};
use crate::schema::{Attribute, Kind};
use crate::value::{Type, Value};

/// The property that `interfaces = […]` gives one value each.
fn expanded(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::BridgePort => Some("interface"),
        Kind::Ethernet => Some("default-name"),
        _ => None,
    }
}

pub(super) fn read(reader: &mut Reader<'_>, kind: Kind, line: usize, table: &DeTable<'_>) {
    let mut values = BTreeMap::new();
    let mut adopt = None;
    let mut many: Option<Vec<String>> = None;
    for entry in reader.entries(table) {
        match entry.name {
            "adopt" if can_adopt(kind) => match toml_value::plain(entry.value) {
                Ok(name) => adopt = Some(name),
                Err(error) => reader.fault(entry.line, format!("adopt: {error}")),
            },
            "interfaces" if expanded(kind).is_some() => many = interfaces(reader, &entry),
            _ => property(reader, kind, &entry, &mut values),
        }
    }
    let Some(names) = many else {
        reader.desired.items.push(Item {
            kind,
            line,
            adopt,
            values,
        });
        return;
    };
    let name = expanded(kind).unwrap_or_default();
    if values.contains_key(name) {
        reader.fault(line, format!("declare {name} or interfaces, not both"));
    }
    for interface in names {
        let mut values = values.clone();
        let value = match kind.attribute(name).map(|attribute| attribute.kind) {
            Some(Type::Reference(_)) => Value::Reference(interface),
            _ => Value::Text(interface),
        };
        values.insert(name.to_owned(), value);
        reader.desired.items.push(Item {
            kind,
            line,
            adopt: None,
            values,
        });
    }
}

/// Only what has a name can be taken over under another one.
fn can_adopt(kind: Kind) -> bool {
    kind.menu().can_add && kind.menu().keys == ["name"]
}

fn interfaces(reader: &mut Reader<'_>, entry: &Entry<'_, '_>) -> Option<Vec<String>> {
    let DeValue::Array(parts) = entry.value else {
        reader.fault(entry.line, "interfaces takes a list");
        return None;
    };
    let parts = parts.iter().map(Spanned::get_ref).map(toml_value::plain);
    match parts.collect() {
        Ok(names) => Some(names),
        Err(error) => {
            reader.fault(entry.line, format!("interfaces: {error}"));
            None
        }
    }
}

fn property(
    reader: &mut Reader<'_>,
    kind: Kind,
    entry: &Entry<'_, '_>,
    values: &mut BTreeMap<String, Value>,
) {
    let Some(attribute) = kind.attribute(entry.name) else {
        let known = kind.menu().attributes.iter().filter(|a| settable(kind, a));
        let names = known.map(|attribute| attribute.name);
        let hint = hint(
            entry.name,
            names
                .chain(can_adopt(kind).then_some("adopt"))
                .chain(expanded(kind).map(|_| "interfaces")),
        );
        let text = format!("{kind} has no property {:?}{hint}", entry.name);
        reader.fault(entry.line, text);
        return;
    };
    if !settable(kind, attribute) {
        let text = format!("{} is only shown by the device, never set", entry.name);
        reader.fault(entry.line, text);
        return;
    }
    match toml_value::value(attribute, entry.value) {
        Ok(value) => drop(values.insert(entry.name.to_owned(), value)),
        Err(error) => reader.fault(entry.line, format!("{}: {error}", entry.name)),
    }
}

/// Whether a file may hold it: what can be set, and what tells items apart.
fn settable(kind: Kind, attribute: &Attribute) -> bool {
    !attribute.read_only || kind.menu().keys.contains(&attribute.name)
}
