//! Comments and warnings, on lines that begin with `;;;`.

use super::refuse;
use crate::view::{Row, View};

/// The `;;;` lines of a row; a comment of several lines goes on without the mark.
pub(crate) fn of(row: &Row) -> Vec<String> {
    let comment = row.comment.iter().filter(|comment| !comment.is_empty());
    comment
        .chain(&row.warnings)
        .map(|text| format!(";;; {text}"))
        .collect()
}

/// Where a row has a warning whose words are not known, or both a comment and a warning, of which
/// it is not known which comes first.
pub(crate) fn refusal(view: &View) -> Option<String> {
    let unknown = |text: &&String| text.starts_with(crate::UNKNOWN);
    let mut warnings = view.rows.iter().flat_map(|row| &row.warnings);
    if let Some(text) = warnings.find(unknown) {
        return Some(format!("{text}\n"));
    }
    let both = |row: &Row| of(row).len() > row.warnings.len() && !row.warnings.is_empty();
    view.rows
        .iter()
        .any(both)
        .then(|| refuse("print of an item that has both a comment and a warning"))
}
