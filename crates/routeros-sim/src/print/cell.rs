//! How one value looks in the forms for people.

use crate::time::duration_short;
use crate::view::Cell;

/// The lines of a value in a table: one for each of several values, none for an empty one.
pub(crate) fn lines(cell: &Cell) -> Vec<String> {
    match cell {
        Cell::List(items) | Cell::NumberList(items) => items.clone(),
        Cell::Counter(number) => vec![grouped(*number)],
        other => Some(text(other))
            .filter(|text| !text.is_empty())
            .into_iter()
            .collect(),
    }
}

/// Whether a table aligns it to the right.
pub(crate) fn is_number(cell: &Cell) -> bool {
    matches!(
        cell,
        Cell::Number(_) | Cell::Counter(_) | Cell::NumberList(_)
    )
}

/// A value on one line, unquoted.
pub(crate) fn text(cell: &Cell) -> String {
    match cell {
        Cell::Quoted(text) | Cell::Bare(text) | Cell::Time(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Hex(number) => format!("0x{number:X}"),
        Cell::Counter(number) => number.to_string(),
        Cell::Sentinel { text, .. } => (*text).to_owned(),
        Cell::Present => String::new(),
        Cell::Bool(true) => "yes".to_owned(),
        Cell::Bool(false) => "no".to_owned(),
        Cell::Duration(seconds) | Cell::DatedDuration(seconds) => duration_short(*seconds),
        Cell::List(items) | Cell::NumberList(items) => items.join(","),
    }
}

/// `100 949`: thousands parted by blanks.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_counters_are_parted_by_blanks() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1 000"),
            (100_949, "100 949"),
            (12_345_678, "12 345 678"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }
}
