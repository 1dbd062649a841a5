//! Values of scripts.

use crate::print::value::{Record, put, put_cell};
use crate::state::parse_seconds;
use crate::time::duration_clock;
use crate::view::Cell;

/// A value of a script.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Nothing,
    Text(String),
    Number(i64),
    Bool(bool),
    Seconds(u64),
    /// An item, with its id as this version writes it.
    Id(u32, String),
    List(Vec<Value>),
    /// One item.
    Record(Record),
    /// What `print as-value` gives of a table.
    Records(Vec<Record>),
    /// A block, as its text.
    Code(String),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What a word without quotes means.
    pub(crate) fn of_word(text: &str) -> Self {
        match text {
            "yes" | "true" => return Self::Bool(true),
            "no" | "false" => return Self::Bool(false),
            _ => {}
        }
        if let Ok(number) = text.parse() {
            return Self::Number(number);
        }
        let timed = text.starts_with(|c: char| c.is_ascii_digit());
        match parse_seconds(text).filter(|_| timed) {
            Some(seconds) => Self::Seconds(seconds),
            None => Self::text(text),
        }
    }

    /// What `:put` prints.
    pub(crate) fn put(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) | Self::Id(_, text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Seconds(seconds) => duration_clock(*seconds),
            Self::List(list) => list.iter().map(Self::put).collect::<Vec<_>>().join(";"),
            Self::Record(record) => put(std::slice::from_ref(record)),
            Self::Records(records) => put(records),
            Self::Code(text) => text.clone(),
        }
    }

    /// What an argument of a command gets.
    pub(crate) fn argument(&self) -> String {
        match self {
            Self::Bool(value) => if *value { "yes" } else { "no" }.into(),
            Self::List(list) => list
                .iter()
                .map(Self::argument)
                .collect::<Vec<_>>()
                .join(","),
            other => other.put(),
        }
    }

    /// Whether a condition holds; absent where it is none.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Nothing => Some(false),
            Self::Text(text) => crate::state::read_bool(text),
            _ => None,
        }
    }

    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::List(list) => list.len(),
            Self::Records(records) => records.len(),
            Self::Record(record) => record.len(),
            other => other.put().chars().count(),
        }
    }

    /// The members of a list; another value is its only one.
    pub(crate) fn members(self) -> Vec<Self> {
        match self {
            Self::Nothing => Vec::new(),
            Self::List(list) => list,
            Self::Records(records) => records.into_iter().map(Self::Record).collect(),
            other => vec![other],
        }
    }

    pub(crate) fn of_cell(cell: &Cell) -> Self {
        match cell {
            Cell::Quoted(text) | Cell::Bare(text) | Cell::Time(text) => Self::text(text.as_str()),
            Cell::Number(number) => Self::Number(*number),
            Cell::Bool(value) => Self::Bool(*value),
            Cell::Duration(seconds) | Cell::DatedDuration(seconds) => Self::Seconds(*seconds),
            Cell::List(list) | Cell::NumberList(list) => {
                Self::List(list.iter().map(|text| Self::of_member(text)).collect())
            }
            Cell::Present => Self::Bool(true),
            Cell::Sentinel { text, .. } => Self::text(*text),
            Cell::Hex(_) | Cell::Counter(_) => Self::of_word(&put_cell(cell)),
        }
    }

    fn of_member(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::text(text), Self::Number)
    }
}
