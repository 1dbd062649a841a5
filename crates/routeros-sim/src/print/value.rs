//! `print as-value`, `get`, and what `:put` makes of them.

use super::cell::text;
use super::head::id;
use crate::Version;
use crate::view::{Cell, Layout, Row, View};
use std::collections::BTreeMap;

/// One item as a value: its properties by name, `.id` among them, in alphabetical order.
pub type Record = BTreeMap<String, Cell>;

/// Which properties `print as-value` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    /// Those of the columns.
    Columns,
    /// All (`detail`).
    Detail,
    /// Those named by `proplist`; names are to be checked before.
    Named(&'a [&'a str]),
}

/// What `print as-value` gives: one record an item; a singleton has one without `.id`.
///
/// Flags are there from 7.20, and before it only where they are named.
pub fn records(view: &View, which: Which<'_>, version: Version) -> Vec<Record> {
    let with_flags = version >= Version::new(20);
    let wanted = |name: &str| match which {
        _ if view.layout == Layout::Singleton => true,
        Which::Detail => with_flags || view.flags.iter().all(|flag| flag.name != name),
        Which::Columns => {
            [".id", "comment"].contains(&name)
                || view.columns.contains(&name)
                || with_flags && view.flags.iter().any(|flag| flag.name == name)
        }
        Which::Named(names) => names.contains(&name),
    };
    view.rows
        .iter()
        .map(|row| {
            let mut record = get(view, row, version);
            record.retain(|name, _| wanted(name));
            record
        })
        .collect()
}

/// What `get` gives for one item: all properties but secrets, and its flags in every version.
pub fn get(view: &View, row: &Row, version: Version) -> Record {
    let mut record: Record = row
        .properties
        .iter()
        .filter(|property| !property.secret)
        .map(|property| (property.name.to_owned(), property.value.clone()))
        .collect();
    if view.layout == Layout::Singleton {
        return record;
    }
    for flag in view.flags {
        let up = row.flags.contains(&flag.name);
        record.insert(flag.name.to_owned(), Cell::Bool(up));
    }
    if let Some(comment) = row.comment.as_ref().filter(|comment| !comment.is_empty()) {
        record.insert("comment".to_owned(), Cell::Quoted(comment.clone()));
    }
    let id = id(row.id, version >= Version::new(20));
    record.insert(".id".to_owned(), Cell::Bare(id));
    record
}

/// What `:put` prints of records, without the line's end. Nothing is quoted.
pub fn put(records: &[Record]) -> String {
    let fields: Vec<String> = records
        .iter()
        .flatten()
        .map(|(name, cell)| format!("{name}={}", put_cell(cell)))
        .collect();
    fields.join(";")
}

/// What `:put` prints of one value: as scripts see it, which is not how `print` shows it.
pub fn put_cell(cell: &Cell) -> String {
    match cell {
        Cell::Bool(value) => value.to_string(),
        Cell::Duration(seconds) | Cell::DatedDuration(seconds) => clock(*seconds),
        Cell::List(items) | Cell::NumberList(items) => items.join(";"),
        Cell::Sentinel { number, .. } => number.to_string(),
        Cell::Hex(number) => number.to_string(),
        Cell::Present => format!("{}a word without a value as a value", crate::UNKNOWN),
        other => text(other),
    }
}

/// `1w2d03:04:05`; weeks and days only where there are any.
pub(crate) fn clock(seconds: u64) -> String {
    let mut out = String::new();
    for (number, unit) in [(seconds / 604_800, 'w'), (seconds / 86_400 % 7, 'd')] {
        if number > 0 {
            out.push_str(&format!("{number}{unit}"));
        }
    }
    let (hours, minutes) = (seconds / 3_600 % 24, seconds / 60 % 60);
    out + &format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_has_weeks_and_days_only_where_there_are_any() {
        for (seconds, expected) in [
            (0, "00:00:00"),
            (1_800, "00:30:00"),
            (5_415, "01:30:15"),
            (86_400, "1d00:00:00"),
            (604_800, "1w00:00:00"),
            (788_645, "1w2d03:04:05"),
        ] {
            assert_eq!(clock(seconds), expected);
        }
    }
}
