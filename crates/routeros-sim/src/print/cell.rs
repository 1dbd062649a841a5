//! How one value looks in the forms for people.

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
        Cell::Duration(seconds) | Cell::DatedDuration(seconds) => duration(*seconds),
        Cell::List(items) | Cell::NumberList(items) => items.join(","),
    }
}

/// `1w2d3h4m5s`; parts that are zero are left out.
pub(crate) fn duration(seconds: u64) -> String {
    let parts = [
        (seconds / 604_800, 'w'),
        (seconds / 86_400 % 7, 'd'),
        (seconds / 3_600 % 24, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ];
    let text: String = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
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
    fn durations_leave_out_what_is_zero() {
        for (seconds, expected) in [
            (0, "0s"),
            (59, "59s"),
            (600, "10m"),
            (86_400, "1d"),
            (604_800, "1w"),
            (694_861, "1w1d1h1m1s"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
    }

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
