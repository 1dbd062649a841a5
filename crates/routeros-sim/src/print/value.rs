//! `print as-value`, `get`, and what `:put` makes of them.

use super::cell::text;
use crate::Version;
use crate::time::duration_clock;
use crate::view::{Cell, Layout, Row, View};
use std::collections::BTreeMap;

/// One item as a value: its properties by name, `.id` among them, in alphabetical order.
pub type Record = BTreeMap<String, Cell>;

/// Which properties `print as-value` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
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
    record.insert(".id".to_owned(), Cell::Bare(version.id_text(row.id)));
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
        Cell::Duration(seconds) | Cell::DatedDuration(seconds) => duration_clock(*seconds),
        Cell::List(items) | Cell::NumberList(items) => items.join(";"),
        Cell::Sentinel { number, .. } => number.to_string(),
        Cell::Hex(number) => number.to_string(),
        Cell::Present => format!("{}a word without a value as a value", crate::UNKNOWN),
        other => text(other),
    }
}
