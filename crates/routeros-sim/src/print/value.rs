//! `print as-value`, `get`, and what `:put` and `:serialize to=json` make of them.

use crate::Version;
use crate::view::{Cell, Row, View};
use std::collections::BTreeMap;

/// One item as a value: its properties by name, `.id` among them.
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
pub fn records(_view: &View, _which: Which<'_>, _version: Version) -> Vec<Record> {
    Vec::new()
}

/// What `get` gives for one item: all properties, and its flags in every version.
pub fn get(_view: &View, _row: &Row, _version: Version) -> Record {
    Record::new()
}

/// What `:put` prints of records, without the line's end. Nothing is quoted.
pub fn put(_records: &[Record]) -> String {
    String::new()
}

/// What `:put` prints of one value.
pub fn put_cell(_cell: &Cell) -> String {
    String::new()
}

/// How `:serialize to=json` treats text that looks like a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strings {
    /// It becomes a number with six decimals.
    Convert,
    /// `options=json.no-string-conversion`: it stays text.
    Keep,
}

/// A table as a JSON array of objects, on one line without its end.
pub fn json_table(_records: &[Record], _strings: Strings) -> String {
    String::new()
}

/// One record as a JSON object.
pub fn json_record(_record: &Record, _strings: Strings) -> String {
    String::new()
}

/// One value as JSON.
pub fn json_cell(_cell: &Cell, _strings: Strings) -> String {
    String::new()
}
