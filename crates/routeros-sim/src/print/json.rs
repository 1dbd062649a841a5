//! `:serialize to=json`.

use super::value::{Record, put_cell};
use crate::time::{date_time, duration_clock};
use crate::view::Cell;

/// How text that looks like a number is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strings {
    /// It becomes a number with six decimals.
    Convert,
    /// `options=json.no-string-conversion`: it stays text.
    Keep,
}

/// A table: an array of objects on one line without its end.
pub fn table(records: &[Record], strings: Strings) -> String {
    array(records.iter().map(|one| record(one, strings)))
}

/// One record, and the whole of a singleton: an object.
pub fn record(record: &Record, strings: Strings) -> String {
    let fields: Vec<String> = record
        .iter()
        .map(|(name, value)| format!("{}:{}", quoted(name), cell(value, strings)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// One value.
pub fn cell(cell: &Cell, strings: Strings) -> String {
    match cell {
        Cell::Quoted(value) | Cell::Bare(value) => text(value, strings),
        Cell::Number(_)
        | Cell::Hex(_)
        | Cell::Counter(_)
        | Cell::Sentinel { .. }
        | Cell::Bool(_) => put_cell(cell),
        Cell::Duration(seconds) => quoted(&duration_clock(*seconds)),
        Cell::DatedDuration(seconds) => quoted(&date_time(*seconds)),
        Cell::Time(time) => quoted(time),
        Cell::List(items) | Cell::NumberList(items) => {
            array(items.iter().map(|item| text(item, strings)))
        }
        Cell::Present => quoted(&put_cell(cell)),
    }
}

/// Text, or the number that it looks like.
pub fn text(value: &str, strings: Strings) -> String {
    match value.parse::<f64>() {
        Ok(number) if strings == Strings::Convert && is_decimal(value) => format!("{number:.6}"),
        _ => quoted(value),
    }
}

/// Several values.
pub fn array(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    format!("[{}]", items.join(","))
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// A string with JSON's own escapes.
pub fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_like_a_number_becomes_one_unless_told_otherwise() {
        for (value, converted) in [
            ("123", "123.000000"),
            ("7.1", "7.100000"),
            ("-3", "-3.000000"),
            ("10.0.0.1", "\"10.0.0.1\""),
            ("1e5", "\"1e5\""),
            ("inf", "\"inf\""),
            ("", "\"\""),
            ("-", "\"-\""),
        ] {
            assert_eq!(text(value, Strings::Convert), converted);
            assert_eq!(text(value, Strings::Keep), format!("\"{value}\""));
        }
    }

    #[test]
    fn strings_are_escaped_as_json_asks() {
        assert_eq!(
            quoted("a\"b\\c\nd\te\u{1}ü"),
            "\"a\\\"b\\\\c\\nd\\te\\u0001ü\""
        );
    }
}
