//! The commands of one section.

use super::Options;
use super::wrap::{Word, unwrapped, wrap};
use crate::print::cell;
use crate::view::{Cell, Layout, Row, View};

/// A section with its heading; empty if there is nothing to write.
pub(super) fn section(view: &View, path: &str, options: Options) -> String {
    let mut out = String::new();
    for row in view
        .rows
        .iter()
        .filter(|row| !row.flags.contains(&"dynamic"))
    {
        let Some(words) = command(view, row, options) else {
            continue;
        };
        out.push_str(&laid_out(&words, row, path, options));
    }
    if out.is_empty() || options.terse {
        return out;
    }
    format!("{path}\n{out}")
}

/// One command; above it a comment line for everything that is wrong with its item.
fn laid_out(words: &[Word], row: &Row, path: &str, options: Options) -> String {
    let warnings: String = row
        .warnings
        .iter()
        .map(|warning| format!("# {warning}\n"))
        .collect();
    if !options.terse {
        return warnings + &wrap(words);
    }
    let separator = if warnings.is_empty() { " " } else { "\n" };
    format!("{path}{separator}{warnings}{}", unwrapped(words))
}

/// The words of the command that makes an item; none if it is as it came.
fn command(view: &View, row: &Row, options: Options) -> Option<Vec<Word>> {
    let pairs = pairs(view, row, options);
    let added = view.layout != Layout::Singleton && row.find.is_none();
    if pairs.is_empty() && !added {
        return None;
    }
    let verb = if added { "add" } else { "set" };
    let mut words = vec![Word::Plain(verb.to_owned())];
    words.extend(row.find.clone().map(Word::Plain));
    words.extend(pairs);
    Some(words)
}

/// Words without a value, then `name=value` in alphabetical order.
fn pairs(view: &View, row: &Row, options: Options) -> Vec<Word> {
    let mut present = Vec::new();
    let mut pairs = Vec::new();
    for property in &row.properties {
        let shown =
            property.stored && !property.is_default && (options.show_sensitive || !property.secret);
        if !shown {
            continue;
        }
        match &property.value {
            Cell::Present => present.push(Word::Plain(property.name.to_owned())),
            value => pairs.push((property.name.to_owned(), cell::text(value))),
        }
    }
    if let Some(comment) = row.comment.as_ref().filter(|comment| !comment.is_empty()) {
        pairs.push(("comment".to_owned(), comment.clone()));
    }
    let can_be_disabled = view.flags.iter().any(|flag| flag.name == "disabled");
    let disabled = row.flags.contains(&"disabled");
    let listed = pairs.iter().any(|(name, _)| name == "disabled");
    if can_be_disabled && !listed && disabled {
        pairs.push(("disabled".to_owned(), "yes".to_owned()));
    }
    pairs.sort();
    present
        .into_iter()
        .chain(
            pairs
                .into_iter()
                .map(|(name, value)| Word::Pair(name, value)),
        )
        .collect()
}
