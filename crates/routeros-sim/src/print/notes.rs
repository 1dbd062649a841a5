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

/// Where a row has both a comment and a warning: which comes first is not known.
pub(crate) fn refusal(view: &View) -> Option<String> {
    let both = |row: &Row| of(row).len() > row.warnings.len() && !row.warnings.is_empty();
    view.rows
        .iter()
        .any(both)
        .then(|| refuse("print of an item that has both a comment and a warning"))
}
