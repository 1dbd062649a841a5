//! What stands in front of a row: its number or id, and the slot of its flags.

use crate::Version;
use crate::view::{Flag, Row, View};

/// The front of the rows of one printout.
pub(crate) struct Head<'a> {
    /// Flags that have a place in the slot, group by group.
    groups: Vec<Vec<&'a Flag>>,
    numbers: Numbers,
    /// Width of the number; 0 if no row has one.
    width: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Places,
    Ids(Version),
}

impl<'a> Head<'a> {
    /// For tables: only groups of which a flag occurs have a place; ids may stand for numbers.
    pub(crate) fn narrow(view: &'a View, ids: Option<Version>) -> Self {
        let numbers = ids.map_or(Numbers::Places, Numbers::Ids);
        Self::new(view, occurring(view), 0, numbers)
    }

    /// For blocks: every group has a place, and numbers have two.
    pub(crate) fn wide(view: &'a View) -> Self {
        let groups = in_groups(view.flags.iter());
        Self::new(view, groups, 2, Numbers::Places)
    }

    fn new(view: &'a View, groups: Vec<Vec<&'a Flag>>, least: usize, numbers: Numbers) -> Self {
        let mut head = Self {
            groups,
            numbers,
            width: least,
        };
        let widest = view.rows.iter().map(|row| head.number(row).len()).max();
        head.width = widest.unwrap_or_default().max(least);
        head
    }

    /// The front of a row, with the blank that parts it from what follows.
    pub(crate) fn of(&self, row: &Row) -> String {
        let slot: String = self
            .groups
            .iter()
            .map(|group| letter(group, row).unwrap_or(' '))
            .collect();
        self.joined(&self.number(row), &slot)
    }

    /// The front of the heading.
    pub(crate) fn heading(&self) -> String {
        let sign = match self.numbers {
            Numbers::Places => "#",
            Numbers::Ids(_) => "*",
        };
        self.joined(sign, &" ".repeat(self.groups.len()))
    }

    fn joined(&self, number: &str, slot: &str) -> String {
        let mut out = String::new();
        if self.width > 0 {
            let width = self.width;
            out = match self.numbers {
                Numbers::Places => format!("{number:>width$} "),
                Numbers::Ids(_) => format!("{number:<width$} "),
            };
        }
        if !slot.is_empty() {
            out.push_str(slot);
            out.push(' ');
        }
        out
    }

    fn number(&self, row: &Row) -> String {
        match self.numbers {
            Numbers::Ids(version) => version.id_text(row.id),
            Numbers::Places => row.number.map(|n| n.to_string()).unwrap_or_default(),
        }
    }
}

/// The flags that occur, in groups.
pub(crate) fn occurring(view: &View) -> Vec<Vec<&Flag>> {
    let occurs = |flag: &&Flag| view.rows.iter().any(|row| row.flags.contains(&flag.name));
    in_groups(view.flags.iter().filter(occurs))
}

/// Flags in their groups.
pub(crate) fn in_groups<'a>(flags: impl Iterator<Item = &'a Flag>) -> Vec<Vec<&'a Flag>> {
    let mut groups: Vec<Vec<&Flag>> = Vec::new();
    for flag in flags {
        match groups.last_mut() {
            Some(last) if last.first().is_some_and(|f| f.group == flag.group) => last.push(flag),
            _ => groups.push(vec![flag]),
        }
    }
    groups
}

/// The letter of the first flag of a group that is up.
fn letter(group: &[&Flag], row: &Row) -> Option<char> {
    group
        .iter()
        .find(|flag| row.flags.contains(&flag.name))
        .map(|flag| flag.letter)
}
