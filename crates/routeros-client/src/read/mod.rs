//! What devices answer to questions.
//!
//! For state, ask with [`strategy`]: it knows which command each version
//! answers without loss. The layouts for people ([`table`], [`detail`],
//! [`singleton`]) are read where nothing else is there, and refused where
//! they could be misread.

mod as_value;
mod detail;
mod json;
mod notice;
mod singleton;
mod strategy;
mod table;

pub use as_value::{as_value, records};
pub use detail::{detail, terse};
pub use json::json;
pub use notice::Notice;
pub use singleton::singleton;
pub use strategy::{Strategy, strategy};
pub use table::{Table, table};

use crate::refusal::Refusal;

/// Why an answer was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The device refused the question.
    #[error("the device refused: {0}")]
    Refused(Refusal),
    /// The device printed nothing where something must come: `as-value` and
    /// `get` print nothing by themselves.
    #[error("the device printed nothing")]
    Silent,
    /// The answer lacks its end.
    #[error("the answer was cut off")]
    CutOff,
    /// The table was too wide for the terminal.
    #[error("the table was cut at the width of the terminal: {0}")]
    TooWide(String),
    /// The text could be read in two ways.
    #[error("the answer has two meanings: {0:?}")]
    Ambiguous(String),
    /// It is nothing that is known.
    #[error("the answer is not understood: {0:?}")]
    NotUnderstood(String),
}

/// Names and texts of one item, in the order of the device.
pub type Fields = Vec<(String, String)>;

/// One item in a layout for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Its place in the list.
    pub number: Option<u64>,
    /// The letters of its flags.
    pub flags: String,
    /// Its comment, or a warning of the device.
    pub comment: Option<String>,
    /// Its properties.
    pub fields: Fields,
}

/// A name that the console may give a property.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == b'.')
        && bytes.all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
        })
}

/// A line that the device logged into the middle of an answer:
/// `17:20:06 echo: system,error …`.
fn is_logged(line: &str) -> bool {
    line.split_once(" echo: ")
        .is_some_and(|(time, _)| time.len() == 8 && time.split(':').count() == 3)
}
