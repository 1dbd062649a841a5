//! Views made by hand.

use routeros_sim::view::{Cell, Flag, Layout, Property, Row, View};

/// Text that lives as long as the test.
pub(crate) fn forever(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A property as an export finds it: set, not at its default.
pub(crate) fn property(name: &str, value: Cell) -> Property {
    Property {
        name: forever(name),
        value,
        stored: true,
        is_default: false,
        secret: false,
    }
}

/// An item without anything.
pub(crate) fn row() -> Row {
    Row {
        number: None,
        id: 1,
        flags: Vec::new(),
        comment: None,
        warnings: Vec::new(),
        properties: Vec::new(),
        find: None,
    }
}

/// A menu.
pub(crate) fn view(layout: Layout, flags: Vec<Flag>, rows: Vec<Row>) -> View {
    View {
        path: "/menu",
        layout,
        flags: flags.leak(),
        columns: &[],
        rows,
    }
}

/// The flags of a legend, `D - DYNAMIC; X - DISABLED, I - INVALID`.
pub(crate) fn legend(text: &str) -> Vec<Flag> {
    let mut flags = Vec::new();
    for (group, part) in (0..).zip(text.trim().split(';')) {
        for flag in part.split(',').map(str::trim) {
            if let Some((letter, name)) = flag.split_once(" - ") {
                flags.push(Flag {
                    letter: letter.chars().next().expect("a letter"),
                    name: forever(&name.to_lowercase()),
                    group,
                });
            }
        }
    }
    flags
}

/// Names of the flags whose letters stand in a slot.
pub(crate) fn raised(slot: &str, flags: &[Flag]) -> Vec<&'static str> {
    flags
        .iter()
        .filter(|flag| slot.contains(flag.letter))
        .map(|flag| flag.name)
        .collect()
}
