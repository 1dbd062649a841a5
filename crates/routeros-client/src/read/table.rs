//! `print` of a menu as a table, for people. A table that is wider than the
//! terminal loses headings and whole columns; it is refused, not misread.

use super::{Fields, Item, ReadError, is_logged};
use crate::refusal::Refusal;

/// A table as it was printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The headings.
    pub columns: Vec<String>,
    /// The rows; a cell with several values has commas between them.
    pub items: Vec<Item>,
}

/// Reads a table.
///
/// # Errors
/// Where the device refused, the table was cut at the width of the terminal,
/// or its columns cannot be told apart.
pub fn table(answer: &str) -> Result<Table, ReadError> {
    let text = answer.replace("\r\n", "\n");
    let mut lines = text.lines().filter(|line| !is_logged(line)).peekable();
    if text.trim().is_empty() {
        return Ok(Table::default());
    }
    let columns: Vec<String> = loop {
        let line = lines.next().unwrap_or_default();
        if let Some(names) = line.strip_prefix("Columns: ") {
            break names.trim_end().split(", ").map(str::to_owned).collect();
        }
        if !line.starts_with("Flags: ") && !line.contains(" - ") {
            let refused = Refusal::of_reading(&text).map(ReadError::Refused);
            return Err(refused.unwrap_or(ReadError::NotUnderstood(text)));
        }
    };
    let heading = lines.next().ok_or(ReadError::CutOff)?;
    let shown = heading.trim_start_matches([' ', '#']);
    if !shown
        .split("  ")
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .eq(columns.iter())
    {
        return Err(ReadError::TooWide(heading.to_owned()));
    }
    let body: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    let spans = spans(heading, &body, columns.len())?;
    let items = Rows {
        columns: &columns,
        spans: &spans,
        numbered: heading.trim_start().starts_with('#'),
    }
    .read(&body)?;
    Ok(Table { columns, items })
}

/// From where to where each column reaches, told by the blanks that every
/// line has in the same place.
fn spans(heading: &str, body: &[&str], columns: usize) -> Result<Vec<(usize, usize)>, ReadError> {
    let lines: Vec<Vec<char>> = std::iter::once(&heading)
        .chain(body.iter().filter(|line| !line.starts_with(";;;")))
        .map(|line| line.chars().collect())
        .collect();
    let width = lines.iter().map(Vec::len).max().unwrap_or(0);
    let blank = |at: usize| {
        lines
            .iter()
            .all(|line| line.get(at).is_none_or(|c| *c == ' '))
    };
    let start = lines[0]
        .iter()
        .position(|c| !matches!(c, ' ' | '#'))
        .unwrap_or(0);
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut at = start;
    while at < width {
        let end = (at..width)
            .find(|place| blank(*place) && blank(place + 1))
            .unwrap_or(width);
        spans.push((at, end));
        at = (end..width).find(|place| !blank(*place)).unwrap_or(width);
    }
    let named = |(from, to): &(usize, usize)| {
        lines[0]
            .iter()
            .skip(*from)
            .take(to - from)
            .any(|c| *c != ' ')
    };
    if spans.len() == columns && spans.iter().all(named) {
        Ok(spans)
    } else {
        Err(ReadError::NotUnderstood(heading.to_owned()))
    }
}

struct Rows<'a> {
    columns: &'a [String],
    spans: &'a [(usize, usize)],
    numbered: bool,
}

impl Rows<'_> {
    fn read(&self, body: &[&str]) -> Result<Vec<Item>, ReadError> {
        let mut items: Vec<Item> = Vec::new();
        let mut comment: Option<String> = None;
        for line in body {
            let head: String = line.chars().take(self.spans[0].0).collect();
            if let Some(text) = line.strip_prefix(";;; ") {
                comment = Some(text.trim_end().to_owned());
            } else if let Some(text) = comment
                .as_mut()
                .filter(|_| self.numbered && !starts_item(&head))
            {
                // A comment may hold line ends.
                text.push('\n');
                text.push_str(line);
            } else if head.trim().is_empty() {
                let item = items
                    .last_mut()
                    .ok_or_else(|| ReadError::NotUnderstood((*line).to_owned()))?;
                for ((_, value), more) in item.fields.iter_mut().zip(self.cells(line)) {
                    let comma = if value.is_empty() || more.is_empty() {
                        ""
                    } else {
                        ","
                    };
                    value.push_str(comma);
                    value.push_str(&more);
                }
            } else {
                let digits: String = head.chars().filter(char::is_ascii_digit).collect();
                let flags = head
                    .chars()
                    .filter(|c| !c.is_ascii_digit() && *c != ' ')
                    .collect();
                let fields: Fields = self.columns.iter().cloned().zip(self.cells(line)).collect();
                items.push(Item {
                    number: digits.parse().ok(),
                    flags,
                    comment: comment.take(),
                    fields,
                });
            }
        }
        Ok(items)
    }

    fn cells(&self, line: &str) -> Vec<String> {
        let cell = |(from, to): &(usize, usize)| {
            line.chars().skip(*from).take(to - from).collect::<String>()
        };
        self.spans
            .iter()
            .map(|span| cell(span).trim().to_owned())
            .collect()
    }
}

/// A number and flags, or flags alone.
fn starts_item(head: &str) -> bool {
    let trimmed = head.trim();
    !trimmed.is_empty()
        && head.ends_with(' ')
        && trimmed.len() <= 12
        && trimmed.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VLANS: &str = "Flags: D - DYNAMIC\nColumns: BRIDGE, VLAN-IDS, CURRENT-UNTAGGED\n#   BRIDGE        VLAN-IDS  CURRENT-UNTAGGED\n;;; added by pvid\n0 D bridge-attic         1  ether24         \n                            bridge-attic    \n1   bridge-attic        10  ether1          \n\n";

    #[test]
    fn cells_flags_and_comments_are_read() {
        let read = table(VLANS).expect("reads");
        assert_eq!(read.columns, ["BRIDGE", "VLAN-IDS", "CURRENT-UNTAGGED"]);
        assert_eq!(read.items[0].comment.as_deref(), Some("added by pvid"));
        assert_eq!(read.items[0].flags, "D");
        assert_eq!(read.items[0].fields[2].1, "ether24,bridge-attic");
        assert_eq!(read.items[1].fields[1].1, "10");
        assert_eq!(table("\r\n"), Ok(Table::default()));
    }

    #[test]
    fn trap_a_table_cut_at_80_columns_is_refused() {
        let cut = "Flags: R - RUNNING\nColumns: NAME, RX-BYTE, TX-ERROR\n#   NAME    RX-BYTE  T\n0 R ether1   99 935  0\n";
        assert!(matches!(table(cut), Err(ReadError::TooWide(_))));
        let gone = "Columns: NAME, RX-BYTE, TX-ERROR\n# NAME    RX-BYTE\n0 ether1   99 935\n";
        assert!(matches!(table(gone), Err(ReadError::TooWide(_))));
    }

    #[test]
    fn columns_that_cannot_be_told_apart_are_refused() {
        let lost = "Columns: ADDRESS, SERVER\n# ADDRESS     SERVER\n0 10.0.0.100 dhcp-attic\n";
        assert!(matches!(table(lost), Err(ReadError::NotUnderstood(_))));
        assert!(matches!(
            table("no such item\n"),
            Err(ReadError::Refused(_))
        ));
    }
}
