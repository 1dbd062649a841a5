//! What was found out about one substituter.

use serde::Serialize;

/// How a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Weight {
    Good,
    Note,
    Bad,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    weight: Weight,
    text: String,
}

/// All findings about one substituter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Verdict {
    substituter: String,
    good: bool,
    findings: Vec<Finding>,
}

impl Verdict {
    pub(super) fn new(substituter: &str) -> Verdict {
        Verdict {
            substituter: substituter.to_owned(),
            good: true,
            findings: Vec::new(),
        }
    }

    pub(super) fn good(&mut self, text: impl Into<String>) {
        self.add(Weight::Good, text.into());
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.add(Weight::Note, text.into());
    }

    pub(super) fn bad(&mut self, text: impl Into<String>) {
        self.good = false;
        self.add(Weight::Bad, text.into());
    }

    pub(super) fn is_good(&self) -> bool {
        self.good
    }

    /// One line: the verdict; below it what is wrong, each on a line of its own.
    pub(super) fn lines(&self) -> Vec<String> {
        let mild = self
            .findings
            .iter()
            .filter(|finding| finding.weight != Weight::Bad);
        let mild: Vec<&str> = mild.map(|finding| finding.text.as_str()).collect();
        let word = if self.good { "ok " } else { "BAD" };
        let first = format!("{word} {}: {}", self.substituter, mild.join(", "));
        let mut lines = vec![first.trim_end_matches([':', ' ']).to_owned()];
        let bad = self
            .findings
            .iter()
            .filter(|finding| finding.weight == Weight::Bad);
        lines.extend(bad.map(|finding| format!("      {}", finding.text)));
        lines
    }

    fn add(&mut self, weight: Weight, text: String) {
        self.findings.push(Finding { weight, text });
    }
}

/// A time as UTC, for people: `2026-11-24 08:40 UTC`.
pub(super) fn date(unix_seconds: u64) -> String {
    let (days, seconds) = (unix_seconds / 86_400, unix_seconds % 86_400);
    let (mut year, mut day) = (1970, days);
    let leap = |year: u64| {
        (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
    };
    // Times come from tokens, which may hold anything; nobody reads past the year 9999.
    while year < 10_000 && day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 0;
    while month < 11 && day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    format!(
        "{year}-{:02}-{:02} {:02}:{:02} UTC",
        month + 1,
        day.min(30) + 1,
        seconds / 3600,
        seconds / 60 % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, want) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_795_509_603, "2026-11-24 08:40 UTC"),
            (4_102_444_799, "2099-12-31 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(date(seconds), want);
        }
        assert!(date(u64::MAX).starts_with("10000-"));
    }

    #[test]
    fn what_is_wrong_stands_out() {
        let mut verdict = Verdict::new("http://c/main");
        assert_eq!(verdict.lines(), ["ok  http://c/main"]);
        verdict.good("reachable");
        verdict.note("no path");
        assert_eq!(verdict.lines(), ["ok  http://c/main: reachable, no path"]);
        verdict.bad("its key is not trusted");
        assert_eq!(verdict.lines()[0], "BAD http://c/main: reachable, no path");
        assert_eq!(verdict.lines()[1], "      its key is not trusted");
        assert!(!verdict.is_good());
    }
}
