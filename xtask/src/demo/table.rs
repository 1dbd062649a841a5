//! The demo's one table.

/// One line of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What was done.
    pub(crate) step: &'static str,
    /// Store paths of the closure.
    pub(crate) paths: usize,
    /// Bytes of their NARs.
    pub(crate) nar_bytes: u64,
    /// Bytes of packs or NARs that crossed the wire.
    pub(crate) sent: u64,
    /// Bytes in the server's storage folder afterwards.
    pub(crate) stored: u64,
    /// NAR bytes that nobody had to send, since the cache had their chunks.
    pub(crate) saved: Option<u64>,
    /// How long it took.
    pub(crate) seconds: f64,
    /// Paths that the cache had when it was asked.
    pub(crate) hits: u64,
}

const HEAD: [&str; 8] = [
    "step",
    "paths",
    "NAR bytes",
    "bytes sent",
    "bytes stored",
    "saved by dedup",
    "seconds",
    "hits",
];

/// The table as text, a line a row.
pub(crate) fn render(rows: &[Row]) -> String {
    let mut cells = vec![HEAD.map(str::to_owned)];
    cells.extend(rows.iter().map(|row| {
        [
            row.step.to_owned(),
            row.paths.to_string(),
            grouped(row.nar_bytes),
            grouped(row.sent),
            grouped(row.stored),
            row.saved
                .map_or_else(|| "-".to_owned(), |saved| percent(saved, row.nar_bytes)),
            format!("{:.2}", row.seconds),
            row.hits.to_string(),
        ]
    }));
    let widths: Vec<usize> = (0..HEAD.len())
        .map(|column| cells.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    let lines = cells.iter().map(|row| {
        let padded = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                if column == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
        padded.collect::<Vec<_>>().join("  ") + "\n"
    });
    lines.collect()
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share with one decimal, rounded down, so that it never flatters.
fn percent(part: u64, whole: u64) -> String {
    let mille = part.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", mille / 10, mille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_can_be_read() {
        let rows = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, wanted) in rows {
            assert_eq!(grouped(number), wanted);
        }
        assert_eq!(percent(999_999, 1_000_000), "99.9 %");
        assert_eq!(percent(1, 0), "0.0 %");
    }

    #[test]
    fn columns_line_up() {
        let row = Row {
            step: "first push",
            paths: 73,
            nar_bytes: 86_932_056,
            sent: 1,
            stored: 2,
            saved: None,
            seconds: 1.5,
            hits: 0,
        };
        let text = render(&[row]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].len(), lines[1].len());
        assert!(lines[1].contains("86,932,056"));
    }
}
