//! Which item of a device is meant.

use std::collections::BTreeSet;

use super::{DiffError, marker::Marker, marker::Origin};
use crate::command::Target;
use crate::desired::{Item, effective};
use crate::row::{Row, State};
use crate::schema::Kind;
use crate::value::Value;

/// A property as the device holds it: what it shows, else the default.
pub(crate) fn value_of(row: &Row, name: &str) -> Value {
    let disabled = || row.flags.disabled.map(Value::Bool);
    match row.get(name) {
        None if name == "disabled" => disabled().unwrap_or(Value::Bool(false)),
        found => effective(row.kind, name, found),
    }
}

/// The row of each declared item of a kind, by place; `None` where there is
/// none yet.
pub(super) fn matched<'a>(
    owner: &str,
    items: impl Iterator<Item = &'a Item>,
    kind: Kind,
    state: &State,
) -> Result<Vec<(&'a Item, Option<usize>)>, DiffError> {
    let rows = state.of(kind);
    let mut found = Vec::new();
    for item in items {
        found.push((item, exact(item, rows)?));
    }
    let mut taken: BTreeSet<usize> = found.iter().filter_map(|(_, row)| *row).collect();
    for (item, place) in &mut found {
        if place.is_none() {
            *place = secondary(owner, item, rows, &taken);
            taken.extend(*place);
        }
    }
    Ok(found)
}

fn exact(item: &Item, rows: &[Row]) -> Result<Option<usize>, DiffError> {
    let menu = item.kind.menu();
    if menu.singleton {
        return Ok((!rows.is_empty()).then_some(0));
    }
    let same = |row: &Row| {
        let mut keys = menu.keys.iter();
        !row.is_dynamic() && keys.all(|key| item.effective(key) == value_of(row, key))
    };
    let mut found = (0..rows.len()).filter(|place| same(&rows[*place]));
    match (found.next(), found.count()) {
        (first, 0) => Ok(first.or_else(|| adopted(item, rows))),
        (_, more) => Err(DiffError::Ambiguous {
            kind: item.kind,
            key: item.key(),
            line: item.line,
            count: more + 1,
        }),
    }
}

/// The item that is taken over, where the new name is free.
fn adopted(item: &Item, rows: &[Row]) -> Option<usize> {
    let name = item.adopt.as_deref()?;
    rows.iter()
        .position(|row| !row.is_dynamic() && row.text("name") == name)
}

/// What the tool made and somebody changed in the very properties that tell
/// items apart: mended, not made a second time.
fn secondary(owner: &str, item: &Item, rows: &[Row], taken: &BTreeSet<usize>) -> Option<usize> {
    let keys: &[&str] = match item.kind {
        Kind::DnsStatic => &["name", "regexp", "type"],
        Kind::Address => &["interface"],
        Kind::Vlan => &["interface", "vlan-id"],
        Kind::DhcpLease => &["server", "address"],
        _ => return None,
    };
    let ours = |row: &Row| {
        Marker::read(owner, &row.comment()).is_some_and(|marker| marker.origin == Origin::Made)
    };
    (0..rows.len()).find(|place| {
        let row = &rows[*place];
        !taken.contains(place)
            && !row.is_dynamic()
            && ours(row)
            && keys
                .iter()
                .all(|key| item.effective(key) == value_of(row, key))
    })
}

/// How a command names a row.
pub(crate) fn target(row: &Row) -> Target {
    let menu = row.kind.menu();
    if menu.singleton {
        return Target::Singleton;
    }
    if menu.keys == ["name"] {
        return Target::Name(row.text("name"));
    }
    // How a device compares a list of ids is not certain; its own id is.
    if let (Some(Value::Vlans(vlans)), Some(id)) = (row.get("vlan-ids"), &row.id)
        && vlans.0.len() > 1
    {
        return Target::Id(id.clone());
    }
    let shown = |name: &&&str| row.get(name).is_some_and(|value| !value.is_unset());
    // A record of type A shows no type.
    let plain = |name: &&str| **name == *"type" && value_of(row, name) == Value::Word("A".into());
    let mut conditions: Vec<(String, Value)> = menu
        .keys
        .iter()
        .filter(shown)
        .filter(|name| !plain(name))
        .map(|name| ((*name).to_owned(), value_of(row, name)))
        .collect();
    if matches!(
        row.kind,
        Kind::BridgeVlan | Kind::DhcpLease | Kind::DnsStatic
    ) {
        conditions.push(("dynamic".to_owned(), Value::Bool(false)));
    }
    Target::Find(conditions)
}
