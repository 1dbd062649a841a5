//! `print detail`, and `print` of menus that show blocks.

use super::cell::text;
use super::head::Head;
use super::{LINE, legend, notes, refuse};
use crate::view::{Cell, Layout, Property, Row, View};

pub(crate) fn print(view: &View) -> String {
    if view.rows.is_empty() && view.layout != Layout::Block {
        return refuse("print detail of nothing");
    }
    if view.rows.iter().any(|row| !row.warnings.is_empty()) {
        return refuse("print detail of an item with a warning");
    }
    let head = Head::wide(view);
    let mut out = legend::full(view);
    for row in &view.rows {
        match block(row, &head.of(row)) {
            Ok(block) => out.push_str(&block),
            Err(refusal) => return refusal,
        }
    }
    if view.rows.is_empty() {
        out.push('\n');
    }
    out
}

/// One item, ended by an empty line.
fn block(row: &Row, head: &str) -> Result<String, String> {
    let indent = " ".repeat(head.chars().count());
    let mut out = head.to_owned();
    for note in notes::of(row) {
        out.push_str(&format!("{note}\n{indent}"));
    }
    let mut at = indent.len();
    for property in &row.properties {
        let token = token(property)?;
        let length = token.chars().count() + hidden(property.name);
        if at + length > LINE && at > indent.len() {
            out.push_str(&format!("\n{indent}"));
            at = indent.len();
        }
        at += token.chars().count();
        out.push_str(&token);
    }
    Ok(out + "\n\n")
}

/// Two properties take more room than they fill: the line breaks before them although they would
/// just fit.
fn hidden(name: &str) -> usize {
    match name {
        "loop-protect-status" | "multicast-router" => 2,
        _ => 0,
    }
}

/// `name=value` with the blank that follows.
fn token(property: &Property) -> Result<String, String> {
    let name = property.name;
    Ok(match &property.value {
        Cell::Present => format!("{name} "),
        Cell::Quoted(value) if value.contains(['"', '\\', '\n', '\r']) => {
            return Err(refuse("print detail of a value with quotes or line ends"));
        }
        Cell::Quoted(value) => format!("{name}=\"{value}\" "),
        value => match text(value) {
            empty if empty.is_empty() => format!("{name}=\"\" "),
            text => format!("{name}={text} "),
        },
    })
}
