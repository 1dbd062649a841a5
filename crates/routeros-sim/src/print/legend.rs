//! The line that explains the letters of flags.

use super::LINE;
use super::head::{in_groups, occurring};
use crate::view::{Flag, View};

/// Of a table: flags that occur, in capitals; nothing if none does.
pub(crate) fn short(view: &View) -> String {
    let groups = occurring(view);
    if groups.is_empty() {
        return String::new();
    }
    let groups: Vec<String> = groups
        .iter()
        .map(|group| named(group, str::to_uppercase))
        .collect();
    format!("Flags: {}\n", groups.join("; "))
}

/// Of blocks: all flags of the menu, broken between groups, every line ended by a blank.
pub(crate) fn full(view: &View) -> String {
    let groups = in_groups(view.flags.iter());
    let mut out = String::new();
    let mut line = "Flags: ".to_owned();
    for (index, group) in groups.iter().enumerate() {
        let end = if index + 1 < groups.len() { "; " } else { " " };
        let piece = named(group, str::to_owned) + end;
        if index > 0 && line.len() + piece.len() > LINE {
            out.push_str(&line);
            out.push('\n');
            line.clear();
        }
        line.push_str(&piece);
    }
    if groups.is_empty() {
        return String::new();
    }
    out + &line + "\n"
}

fn named(group: &[&Flag], case: fn(&str) -> String) -> String {
    let flags: Vec<String> = group
        .iter()
        .map(|flag| format!("{} - {}", flag.letter, case(flag.name)))
        .collect();
    flags.join(", ")
}
