//! The figures as one table.

use std::fmt::Write;

use serde::Serialize;

use super::stats::Summary;

/// What a ratio or figure is to be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// Not above.
    AtMost(f64),
    /// Not below.
    AtLeast(f64),
}

impl Target {
    fn met(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }
}

/// One line: a thing measured on both sides, or on ours alone.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    /// What was done.
    pub(crate) what: String,
    /// What the numbers count.
    pub(crate) unit: &'static str,
    /// Garret's.
    pub(crate) ours: Summary,
    /// Whose `theirs` is.
    pub(crate) peer: &'static str,
    /// The peer's.
    pub(crate) theirs: Option<Summary>,
    /// Ours by theirs, of each round.
    pub(crate) ratio: Option<Summary>,
    /// Of the ratio where there is one, else of our figure.
    pub(crate) target: Option<Target>,
}

impl Figure {
    /// Ours against a peer's, round by round.
    pub(crate) fn against(
        what: impl Into<String>,
        unit: &'static str,
        ours: &[f64],
        (peer, theirs): (&'static str, &[f64]),
        target: Option<Target>,
    ) -> Option<Self> {
        Some(Self {
            what: what.into(),
            unit,
            ours: Summary::of(ours)?,
            peer,
            theirs: Summary::of(theirs),
            ratio: Summary::of_ratios(ours, theirs),
            target,
        })
    }

    /// Ours alone.
    pub(crate) fn alone(
        what: impl Into<String>,
        unit: &'static str,
        ours: &[f64],
        target: Option<Target>,
    ) -> Option<Self> {
        Self::against(what, unit, ours, ("", &[]), target)
    }

    /// Whether it is as it should be, where that is said.
    pub(crate) fn met(&self) -> Option<bool> {
        let value = self.ratio.unwrap_or(self.ours).median;
        self.target.map(|target| target.met(value))
    }

    fn cells(&self) -> [String; 6] {
        let text = |summary: &Option<Summary>| summary.map_or(String::new(), |s| s.to_string());
        let target = self.target.map_or(String::new(), |target| match target {
            Target::AtMost(limit) => format!("<= {limit}"),
            Target::AtLeast(limit) => format!(">= {limit}"),
        });
        [
            self.what.clone(),
            format!("{} {}", self.ours, self.unit).trim_end().to_owned(),
            match self.theirs {
                Some(theirs) => format!("{theirs} {}", self.peer),
                None => String::new(),
            },
            text(&self.ratio),
            target,
            match self.met() {
                Some(true) => "ok".to_owned(),
                Some(false) => "MISSED".to_owned(),
                None => String::new(),
            },
        ]
    }
}

const HEAD: [&str; 6] = ["what", "garret", "peer", "ratio", "target", ""];

/// The table as Markdown, which can be read as it is.
pub(crate) fn render(figures: &[Figure]) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(figures.iter().map(Figure::cells));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..HEAD.len()).map(|c| width(c).unwrap_or(0)).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(&widths) {
            let _infallible = write!(text, "| {cell:<width$} ");
        }
        text.push_str("|\n");
        if number == 0 {
            for width in &widths {
                let _infallible = write!(text, "|{}", "-".repeat(width + 2));
            }
            text.push_str("|\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_is_marked_by_the_ratio_where_there_is_one() {
        let ratio = |target| Figure::against("a", "s", &[2.0], ("nginx", &[4.0]), Some(target));
        let met = |figure: Option<Figure>| figure.unwrap().met();
        assert_eq!(met(ratio(Target::AtMost(0.5))), Some(true));
        assert_eq!(met(ratio(Target::AtMost(0.4))), Some(false));
        assert_eq!(met(ratio(Target::AtLeast(0.6))), Some(false));
        let alone = |target| Figure::alone("a", "s", &[2.0], target);
        assert_eq!(met(alone(Some(Target::AtMost(1.0)))), Some(false));
        assert_eq!(met(alone(None)), None);
        assert!(Figure::alone("a", "s", &[], None).is_none());
    }

    #[test]
    fn lines_have_one_length() {
        let long = Figure::against(
            "cold push",
            "s",
            &[2.0, 3.0],
            ("nix copy", &[4.0, 4.0]),
            None,
        );
        let figures = [
            long.unwrap(),
            Figure::alone("x", "MiB", &[1.0], Some(Target::AtMost(0.5))).unwrap(),
        ];
        let text = render(&figures);
        let lengths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert!(lengths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
        assert!(
            text.contains("MISSED") && text.contains("0.62 (0.50-0.75)"),
            "{text}"
        );
    }
}
