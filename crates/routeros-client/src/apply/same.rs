//! Whether two states are the same configuration.

use std::collections::BTreeMap;

use crate::row::{Row, State};
use crate::schema::Kind;

/// Whether what can be set is the same: neither ids nor what the device makes
/// or shows of itself.
#[must_use]
pub fn same_configuration(one: &State, other: &State) -> bool {
    Kind::settable().all(|kind| settable(one.of(kind)) == settable(other.of(kind)))
}

fn settable(rows: &[Row]) -> Vec<BTreeMap<&str, String>> {
    let fixed = rows.iter().filter(|row| !row.is_dynamic());
    let mut all: Vec<_> = fixed.map(values).collect();
    all.sort();
    all
}

fn values(row: &Row) -> BTreeMap<&str, String> {
    let is_set = |name: &str| {
        let attribute = row.kind.attribute(name);
        attribute
            .is_some_and(|attribute| !attribute.read_only || row.kind.menu().keys.contains(&name))
    };
    row.values
        .iter()
        .filter(|(name, value)| is_set(name) && !value.is_unset())
        .map(|(name, value)| (name.as_str(), value.to_string()))
        .collect()
}
