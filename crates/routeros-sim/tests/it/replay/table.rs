//! Tables read by the places of their headings, and printed again.

use super::Tally;
use super::transcripts::{Step, steps};
use crate::items::{forever, legend, property, raised, row, view};
use routeros_sim::print::{Options, print};
use routeros_sim::view::{Cell, Flag, Layout, Row, View};

/// Columns that hold numbers.
const NUMBERS: &[&str] = &[
    "MTU",
    "ACTUAL-MTU",
    "L2MTU",
    "MAX-L2MTU",
    "PORT",
    "MAX-SESSIONS",
    "VLAN-ID",
    "VLAN-IDS",
    "PVID",
];

#[test]
fn tables_of_real_devices_come_out_as_they_were() {
    let mut tally = Tally::new("tables");
    let all = steps();
    if all.is_empty() {
        return;
    }
    for step in all.iter().filter(|step| step.output.contains("Columns: ")) {
        let printed = print(&read(step), Options::default(), step.version);
        let mut shown = [step.comparable(&step.output), step.comparable(&printed)];
        if PADDING_LOST
            .iter()
            .any(|lost| step.name().starts_with(lost))
        {
            shown = shown.map(|text| collapsed(&text));
        }
        tally.note(step.name(), &shown[0], &shown[1]);
    }
    tally.settle(&[
        (
            "traceroute",
            "a live view with columns of its own, not a menu",
        ),
        (
            "e50ug-7.x-vlan-tables: /ip dhcp-server lease",
            "the rows that filled one of its columns are left out of the capture",
        ),
        (
            "chr-7.22.1-files-and-backup: /ip dhcp-server lease",
            "a terminal wider than 80 columns, which cuts no heading",
        ),
        (
            "manual-samples: /ip/dns/static/print",
            "edited by hand: blanks lost, so that empty cells cannot be told",
        ),
    ]);
}

/// Captures in which columns are not padded as they were, or names are shortened: only the words
/// and their order are compared.
const PADDING_LOST: &[&str] = &[
    "l009-7.15.2-exec: /system history",
    "ntc-mixed-captures: /ip dhcp-server lease print",
];

/// The words of each line.
fn collapsed(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// The first cell without the number and the flags before it.
fn without_head(cell: &str) -> String {
    let words = cell.split(' ').skip_while(|word| word.len() == 1);
    words.collect::<Vec<_>>().join(" ")
}

struct Column<'a> {
    name: &'a str,
    /// Where its heading starts and ends.
    start: usize,
    end: usize,
}

fn read(step: &Step) -> View {
    let mut lines = step.output.lines();
    let mut line = lines.next().expect("a line");
    let mut flags = Vec::new();
    if let Some(text) = line.strip_prefix("Flags: ") {
        flags = legend(text);
        line = lines.next().expect("columns");
    }
    let names: Vec<&str> = line["Columns: ".len()..].split(", ").collect();
    let heading = lines.next().expect("a heading");
    let columns = columns(heading, &names);
    let mut rows: Vec<Row> = Vec::new();
    let mut comment = None;
    for line in lines.filter(|line| !line.is_empty()) {
        if let Some(text) = line.strip_prefix(";;; ") {
            comment = Some(text.to_owned());
            continue;
        }
        let head: String = line.chars().take(columns[0].start).collect();
        let mut cells = cells(line, &columns);
        // Where blanks are lost or names shortened, two blanks still part the cells.
        let parted: Vec<&str> = line
            .trim()
            .split("  ")
            .filter(|part| !part.is_empty())
            .collect();
        let found = parted.len().checked_sub(names.len());
        if PADDING_LOST
            .iter()
            .any(|lost| step.name().starts_with(lost))
        {
            let skipped = found.expect("as many cells as columns");
            cells = parted[skipped..]
                .iter()
                .map(|cell| cell.trim().to_owned())
                .collect();
            cells[0] = without_head(&cells[0]);
        }
        if head.trim().is_empty() {
            continued(rows.last_mut().expect("a row"), &cells);
            continue;
        }
        let mut next = row();
        next.number = head
            .trim()
            .split(' ')
            .next()
            .and_then(|word| word.parse().ok());
        next.flags = raised(&head, &flags);
        next.comment = comment.take();
        next.properties = columns
            .iter()
            .zip(cells)
            .map(|(column, text)| property(&column.name.to_lowercase(), cell(column.name, text)))
            .collect();
        rows.push(next);
    }
    hide(&mut rows, &flags);
    let mut view = view(Layout::Table, flags, rows);
    view.columns = names
        .iter()
        .map(|name| forever(&name.to_lowercase()))
        .collect::<Vec<_>>()
        .leak();
    view
}

/// A flag in the legend that stands in no row is hidden by one of its group.
fn hide(rows: &mut [Row], flags: &[Flag]) {
    for flag in flags {
        let others: Vec<&str> = flags
            .iter()
            .filter(|other| other.group == flag.group && other.name != flag.name)
            .map(|other| other.name)
            .collect();
        if rows.iter().all(|row| !row.flags.contains(&flag.name)) {
            let covering = |row: &&mut Row| row.flags.iter().any(|name| others.contains(name));
            if let Some(row) = rows.iter_mut().find(covering) {
                row.flags.push(flag.name);
            }
        }
    }
}

fn columns<'a>(heading: &str, names: &[&'a str]) -> Vec<Column<'a>> {
    let mut at = heading.find('#').map_or(0, |sign| sign + 1);
    let mut columns = Vec::new();
    for name in names {
        let start = at + heading[at..].find(|c| c != ' ').expect("a heading");
        let end = heading[start..]
            .find(' ')
            .map_or(heading.len(), |len| start + len);
        columns.push(Column { name, start, end });
        at = end;
    }
    columns
}

/// The texts of a line: those of numbers end under the end of their heading, others start under
/// its start.
fn cells(line: &str, columns: &[Column<'_>]) -> Vec<String> {
    let line: Vec<char> = line.chars().collect();
    let slice = |from: usize, to: usize| -> String {
        line.get(from.min(line.len())..to.min(line.len()))
            .unwrap_or_default()
            .iter()
            .collect()
    };
    let mut out = Vec::new();
    let mut from = columns[0].start;
    for (index, column) in columns.iter().enumerate() {
        let next = columns.get(index + 1);
        let mut to = match next {
            _ if is_number(column.name) => column.end,
            Some(next) if is_number(next.name) => {
                let span = slice(from, next.end);
                let number = span.rsplit("  ").next().unwrap_or_default();
                if span.ends_with(' ') {
                    next.end
                } else {
                    next.end - number.trim().len()
                }
            }
            Some(next) => next.start,
            None => line.len(),
        };
        to = to.max(from);
        out.push(slice(from, to).trim().to_owned());
        from = to;
    }
    out
}

fn is_number(name: &str) -> bool {
    NUMBERS.contains(&name) || is_counter(name)
}

fn is_counter(name: &str) -> bool {
    ["RX-", "TX-"].iter().any(|start| name.starts_with(start))
}

fn cell(name: &str, text: String) -> Cell {
    match text.replace(' ', "").parse() {
        Ok(number) if is_counter(name) => Cell::Counter(number),
        _ if is_number(name) => Cell::NumberList(some(text)),
        _ => Cell::List(some(text)),
    }
}

fn some(text: String) -> Vec<String> {
    Some(text)
        .filter(|text| !text.is_empty())
        .into_iter()
        .collect()
}

fn continued(row: &mut Row, cells: &[String]) {
    for (property, text) in row.properties.iter_mut().zip(cells) {
        if let (Cell::List(items) | Cell::NumberList(items), false) =
            (&mut property.value, text.is_empty())
        {
            items.push(text.clone());
        }
    }
}
