//! `print` as a table.

use super::cell::{is_number, lines};
use super::head::Head;
use super::{LINE, Options, legend, notes, refuse};
use crate::Version;
use crate::view::View;

/// Between two columns.
const GAP: &str = "  ";

struct Column {
    heading: String,
    /// Lines of each row's cell.
    cells: Vec<Vec<String>>,
    right: bool,
}

impl Column {
    fn of(view: &View, name: &str) -> Option<Self> {
        let values: Vec<_> = view.rows.iter().map(|row| row.get(name)).collect();
        let cells: Vec<Vec<String>> = values
            .iter()
            .map(|value| value.map(lines).unwrap_or_default())
            .collect();
        let filled = || {
            values
                .iter()
                .zip(&cells)
                .filter(|(_, cell)| !cell.is_empty())
        };
        filled().next()?;
        Some(Self {
            heading: name.to_uppercase(),
            right: filled().all(|(value, _)| value.is_some_and(is_number)),
            cells,
        })
    }

    /// Width of the widest cell.
    fn content(&self) -> usize {
        let widths = self.cells.iter().flatten().map(|line| line.chars().count());
        widths.max().unwrap_or_default()
    }

    fn width(&self) -> usize {
        self.content().max(self.heading.len())
    }

    fn padded(&self, text: &str, width: usize) -> String {
        if self.right {
            format!("{text:>width$}")
        } else {
            format!("{text:<width$}")
        }
    }
}

pub(crate) fn print(view: &View, options: Options, version: Version) -> String {
    if view.rows.is_empty() {
        return "\n".to_owned();
    }
    if let Some(refusal) = notes::refusal(view) {
        return refusal;
    }
    let head = Head::narrow(view, options.show_ids.then_some(version));
    let heading = head.heading();
    let mut columns: Vec<Column> = view
        .columns
        .iter()
        .filter_map(|name| Column::of(view, name))
        .collect();
    columns.truncate(fitting(&columns, heading.len()));
    if columns.is_empty() {
        return refuse("a table of which not one column fits");
    }
    let names: Vec<_> = columns
        .iter()
        .map(|column| column.heading.as_str())
        .collect();
    let mut out = legend::short(view);
    out.push_str(&format!("Columns: {}\n", names.join(", ")));
    let widths = squeezed(&columns, heading.len());
    let headings: Vec<String> = columns
        .iter()
        .zip(&widths)
        .map(|(column, width)| {
            let cut: String = column.heading.chars().take(*width).collect();
            column.padded(&cut, *width)
        })
        .collect();
    out.push_str(&(heading.clone() + &headings.join(GAP) + "\n"));
    for (index, row) in view.rows.iter().enumerate() {
        for note in notes::of(row) {
            out.push_str(&format!("{note}\n"));
        }
        out.push_str(&laid_out(&columns, &widths, index, &head.of(row)));
    }
    out + "\n"
}

/// One row: as many lines as its tallest cell has.
fn laid_out(columns: &[Column], widths: &[usize], row: usize, head: &str) -> String {
    let height = columns.iter().map(|column| column.cells[row].len()).max();
    let mut out = String::new();
    for line in 0..height.unwrap_or_default().max(1) {
        let cells: Vec<String> = columns
            .iter()
            .zip(widths)
            .map(|(column, width)| {
                let text = column.cells[row].get(line).map_or("", String::as_str);
                column.padded(text, *width)
            })
            .collect();
        if line == 0 {
            out.push_str(head);
        } else {
            out.push_str(&" ".repeat(head.len()));
        }
        out.push_str(&cells.join(GAP));
        out.push('\n');
    }
    out
}

/// How many columns fit at all: from the first whose values do not, all are left out.
fn fitting(columns: &[Column], head: usize) -> usize {
    let mut end = head;
    columns
        .iter()
        .take_while(|column| {
            end += column.content() + GAP.len();
            end - GAP.len() <= LINE
        })
        .count()
}

/// Widths at which the line fits: headings are cut to the width of their values, first those by
/// which most is won, of equals the last.
fn squeezed(columns: &[Column], head: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(Column::width).collect();
    let gaps = GAP.len() * columns.len().saturating_sub(1);
    while head + gaps + widths.iter().sum::<usize>() > LINE {
        let won = |index: &usize| widths[*index] - columns[*index].content();
        match (0..columns.len()).max_by_key(won) {
            Some(index) if won(&index) > 0 => widths[index] = columns[index].content(),
            _ => break,
        }
    }
    widths
}
