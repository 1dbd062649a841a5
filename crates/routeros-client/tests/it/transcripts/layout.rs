//! Layouts for people, made again from what was read, so that nothing of
//! them was lost or shifted.

use routeros_client::read::{Fields, Item, Table};

/// The lines of a menu with one item; some builds pad them to one length.
pub(super) fn singleton(fields: &Fields, like: &str) -> String {
    let names = fields
        .iter()
        .map(|(name, _)| name)
        .filter(|name| *name != "comment");
    let widest = names.map(String::len).max().unwrap_or(0) + 2;
    let padded = like
        .lines()
        .filter(|line| !line.is_empty())
        .all(|line| line.len() == like.lines().next().map_or(0, str::len));
    let longest = if padded {
        fields
            .iter()
            .map(|(_, value)| value.len())
            .max()
            .unwrap_or(0)
    } else {
        0
    };
    let mut text = String::new();
    for (place, (name, value)) in fields.iter().enumerate() {
        match name == "comment" && place == 0 {
            true => text.push_str(&format!("{:>1$} {value}\n", ";;;", widest + 1)),
            false => text.push_str(&format!("{name:>widest$}: {value:<longest$}\n")),
        }
    }
    // Over exec an empty line ends it.
    if like.ends_with("\n\n") {
        text.push('\n');
    }
    text
}

/// A table with its legend as it was.
pub(super) fn table(table: &Table, like: &str) -> String {
    let legend = like
        .lines()
        .take_while(|line| !line.starts_with("Columns: "));
    let mut text: String = legend.map(|line| format!("{line}\n")).collect();
    text.push_str(&format!("Columns: {}\n", table.columns.join(", ")));
    let numbers = table
        .items
        .iter()
        .filter_map(|item| item.number)
        .max()
        .map_or(0, |most| most.to_string().len());
    let flags = table
        .items
        .iter()
        .map(|item| item.flags.len())
        .max()
        .unwrap_or(0);
    let cells: Vec<Vec<Vec<String>>> = table.items.iter().map(cells).collect();
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|at| {
            let values = cells
                .iter()
                .flat_map(|item| item.iter().map(move |line| line[at].chars().count()));
            values.chain([table.columns[at].len()]).max().unwrap_or(0)
        })
        .collect();
    let right: Vec<bool> = (0..table.columns.len())
        .map(|at| table.items.iter().all(|item| is_number(&item.fields[at].1)))
        .collect();
    let line = |head: String, cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(at, cell)| match right[at] {
            true => format!("{cell:>0$}", widths[at]),
            false => format!("{cell:<0$}", widths[at]),
        });
        format!("{head} {}\n", padded.collect::<Vec<_>>().join("  "))
    };
    let slot = if flags > 0 && numbers > 0 {
        flags + 1
    } else {
        flags
    };
    let heading = if numbers > 0 {
        format!("{:>numbers$}{:slot$}", "#", "")
    } else {
        " ".repeat(flags)
    };
    text.push_str(&line(heading, &table.columns));
    for (item, lines) in table.items.iter().zip(&cells) {
        if let Some(comment) = &item.comment {
            text.push_str(&format!(";;; {comment}\n"));
        }
        let number = item
            .number
            .map(|number| number.to_string())
            .unwrap_or_default();
        let blank = if flags > 0 && numbers > 0 { " " } else { "" };
        let shown = format!("{blank}{:<flags$}", item.flags);
        text.push_str(&line(format!("{number:>numbers$}{shown}"), &lines[0]));
        for more in &lines[1..] {
            text.push_str(&line(format!("{:numbers$}{:slot$}", "", ""), more));
        }
    }
    if like.ends_with("\n\n") {
        text.push('\n');
    }
    text
}

/// The lines of an item, a list continued under its first value.
fn cells(item: &Item) -> Vec<Vec<String>> {
    let columns: Vec<Vec<&str>> = item
        .fields
        .iter()
        .map(|(_, value)| value.split(',').collect())
        .collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(1);
    let cell =
        |column: &Vec<&str>, at: usize| column.get(at).copied().unwrap_or_default().to_owned();
    (0..height)
        .map(|at| columns.iter().map(|column| cell(column, at)).collect())
        .collect()
}

/// A number, with blanks between its thousands, or nothing.
fn is_number(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || matches!(c, ' ' | ','))
}
