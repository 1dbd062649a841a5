//! Rows for people.

use routeros_client::row::Row;
use routeros_client::schema::Kind;

/// The items of a kind, one a line, the columns under each other. A column in
/// which nothing stands is left out.
pub(crate) fn table(kind: Kind, rows: &[Row]) -> String {
    let mut text = format!("{kind} ({}){}", rows.len(), legend(rows));
    let names = kind
        .menu()
        .attributes
        .iter()
        .map(|attribute| attribute.name);
    let columns: Vec<&str> = names
        .filter(|name| rows.iter().any(|row| is_telling(row, name)))
        .collect();
    if kind.menu().singleton {
        for name in columns {
            let value = rows.iter().map(|row| row.text(name)).collect::<String>();
            text.push_str(&format!("\n  {name}: {value}"));
        }
        return text;
    }
    if rows.is_empty() {
        return text;
    }
    let mut lines: Vec<Vec<String>> = vec![
        std::iter::once("flags")
            .chain(columns.iter().copied())
            .map(str::to_owned)
            .collect(),
    ];
    for row in rows {
        let values = columns.iter().map(|name| row.text(name));
        lines.push(std::iter::once(flags(row)).chain(values).collect());
    }
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..=columns.len()).map(width).collect();
    for line in &lines {
        let cells = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        let cells: Vec<String> = cells.collect();
        text.push_str(&format!("\n  {}", cells.join("  ").trim_end()));
    }
    text
}

/// What differs from the default, and what tells items apart.
fn is_telling(row: &Row, name: &str) -> bool {
    let Some(value) = row.get(name).filter(|value| !value.is_unset()) else {
        return false;
    };
    let attribute = row.kind.attribute(name);
    let default = attribute.and_then(|attribute| attribute.kind.read(attribute.default?).ok());
    let is_flag = row.flags.clone().by_name(name).is_some();
    !is_flag && (row.kind.menu().keys.contains(&name) || default.as_ref() != Some(value))
}

/// The flags that are set, in the order in which they are shown.
fn set(row: &Row) -> impl Iterator<Item = (char, &'static str)> {
    let flags = row.flags;
    let letters = [
        ('D', "dynamic", flags.dynamic),
        ('X', "disabled", flags.disabled),
        ('I', "invalid", flags.invalid),
        // No kind has both.
        ('I', "inactive", flags.inactive),
        ('R', "running", flags.running),
        ('S', "slave", flags.slave),
    ];
    let set = letters.into_iter().filter(|(.., set)| *set == Some(true));
    set.map(|(letter, word, _)| (letter, word))
}

fn flags(row: &Row) -> String {
    set(row).map(|(letter, _)| letter).collect()
}

/// What the letters stand for that occur.
fn legend(rows: &[Row]) -> String {
    let mut words: Vec<String> = Vec::new();
    for (letter, word) in rows.iter().flat_map(set) {
        let shown = format!("{letter} {word}");
        if !words.contains(&shown) {
            words.push(shown);
        }
    }
    match words.is_empty() {
        true => String::new(),
        false => format!(": {}", words.join(", ")),
    }
}
