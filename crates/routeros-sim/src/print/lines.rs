//! Forms of one line an item or one line a property: `terse`, `value-list`, singletons.

use super::cell::text;
use super::head::Head;
use super::refuse;
use crate::Version;
use crate::view::{Cell, Row, View};

/// `print terse`: nothing is quoted.
pub(crate) fn terse(view: &View) -> String {
    let head = Head::narrow(view, None);
    let mut out = String::new();
    for row in &view.rows {
        let mut words: Vec<String> = row
            .comment
            .iter()
            .filter(|comment| !comment.is_empty())
            .map(|comment| format!("comment={comment}"))
            .collect();
        for property in &row.properties {
            words.push(match &property.value {
                Cell::Present => property.name.to_owned(),
                value => match text(value) {
                    empty if empty.is_empty() => {
                        return refuse("print terse of an empty value");
                    }
                    text => format!("{}={text}", property.name),
                },
            });
        }
        out.push_str(&(head.of(row) + &words.join(" ") + "\n"));
    }
    out + "\n"
}

/// `print value-list` of one item.
pub(crate) fn value_list(view: &View) -> String {
    let [row] = view.rows.as_slice() else {
        return refuse("print value-list of any number of items but one");
    };
    if !row.flags.is_empty() || !row.warnings.is_empty() {
        return refuse("print value-list of an item with flags or warnings");
    }
    let width = margin(row);
    let mut out = String::new();
    if let Some(comment) = row.comment.as_ref().filter(|comment| !comment.is_empty()) {
        out.push_str(&format!("{:>width$} {comment}\n", ";;;", width = width + 1));
    }
    for (name, value) in pairs(row) {
        out.push_str(&format!("{name:>width$}: {value}\n"));
    }
    if !view.flags.is_empty() {
        out.push_str(&format!("{:>width$}: \n", "flags"));
    }
    out + "\n"
}

/// `print` of a menu that holds one item. From 7.18 several values stand below each other, and all
/// lines are padded to one length.
pub(crate) fn singleton(view: &View, version: Version) -> String {
    let Some(row) = view.rows.first() else {
        return "\n".to_owned();
    };
    let width = margin(row);
    let split = version >= Version::new(18);
    let mut entries: Vec<(String, String)> = Vec::new();
    for property in &row.properties {
        let mut values = match &property.value {
            Cell::List(items) | Cell::NumberList(items) if split => items.clone(),
            value => vec![text(value)],
        };
        let rest = values.split_off(values.len().min(1));
        let name = format!("{:>width$}: ", property.name);
        entries.push((name, values.pop().unwrap_or_default()));
        entries.extend(rest.into_iter().map(|value| (" ".repeat(width + 2), value)));
    }
    let longest = entries.iter().map(|(_, value)| value.chars().count()).max();
    let padding = longest.filter(|_| split).unwrap_or_default();
    let lines = entries
        .iter()
        .map(|(name, value)| format!("{name}{value:<padding$}\n"));
    lines.collect::<String>() + "\n"
}

fn pairs(row: &Row) -> impl Iterator<Item = (&str, String)> {
    row.properties
        .iter()
        .map(|property| (property.name, text(&property.value)))
}

/// Names are aligned to the right, the longest two blanks from the edge.
fn margin(row: &Row) -> usize {
    let longest = row.properties.iter().map(|property| property.name.len());
    longest.max().unwrap_or_default() + 2
}
