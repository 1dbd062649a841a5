//! What a run of libFuzzer said, from its log.

use std::path::Path;

/// One run of one target.
#[derive(Debug, PartialEq)]
pub(super) struct Report {
    executions: String,
    coverage: String,
    features: String,
    corpus: String,
    peak_mb: String,
    /// What broke it, if anything did.
    broken: Option<Broken>,
}

#[derive(Debug, PartialEq)]
struct Broken {
    /// The first words of what went wrong.
    why: String,
    /// Where the input is, or the log where there is none.
    input: String,
}

impl Report {
    /// Titles for [`line`](Self::line).
    pub(super) const HEAD: &str =
        "target     executions      edges   features     corpus    peak MB";

    /// Reads a log; `ended_well` is the exit code's word.
    pub(super) fn read(log: &str, path: &Path, ended_well: bool) -> Self {
        let stat = |name: &str| {
            let line = log.lines().rev().find_map(|line| line.strip_prefix(name));
            line.map_or("?", str::trim).to_owned()
        };
        let progress = log.lines().rev().find(|line| line.contains(" cov: "));
        let word = |name: &str| {
            let mut words = progress.unwrap_or_default().split(' ');
            words.find(|word| *word == name);
            let value = words.next().unwrap_or("?");
            value.split('/').next().unwrap_or("?").to_owned()
        };
        Self {
            executions: stat("stat::number_of_executed_units:"),
            coverage: word("cov:"),
            features: word("ft:"),
            corpus: word("corp:"),
            peak_mb: stat("stat::peak_rss_mb:"),
            broken: (!ended_well).then(|| Broken::read(log, path)),
        }
    }

    /// The numbers in a row.
    pub(super) fn line(&self, target: &str) -> String {
        format!(
            "{target:<8} {:>12} {:>10} {:>10} {:>10} {:>10}",
            self.executions, self.coverage, self.features, self.corpus, self.peak_mb
        )
    }

    /// What to do about it.
    pub(super) fn failure(&self, target: &str) -> Option<String> {
        let Broken { why, input } = self.broken.as_ref()?;
        Some(format!(
            "{target}: {why}\n  input:   {input}\n  \
             replay:  cargo xtask fuzz {target} --replay {input}\n  \
             keep:    copy it to fuzz/found/{target}/, and `cargo test -p format-oracles` \
             replays it for ever"
        ))
    }
}

impl Broken {
    fn read(log: &str, path: &Path) -> Self {
        let mut lines = log.lines();
        let why = lines.find(|line| {
            line.contains(" panicked at ")
                || line.contains("ERROR: libFuzzer")
                || line.contains("memory allocation")
        });
        let more = why
            .filter(|line| line.contains(" panicked at "))
            .and(lines.next());
        let written = log
            .lines()
            .rev()
            .find_map(|line| line.split_once("Test unit written to "));
        Self {
            why: format!(
                "{} {}",
                why.unwrap_or("it ended badly"),
                more.unwrap_or_default()
            ),
            input: written.map_or_else(
                || path.display().to_string(),
                |(_, input)| input.trim().to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
INFO: Seed: 1
#3182\tDONE   cov: 811 ft: 2100 corp: 341/56Kb lim: 43 exec/s: 530 rss: 39Mb
Done 3182 runs in 6 second(s)
stat::number_of_executed_units: 3182
stat::peak_rss_mb:              39
";

    #[test]
    fn a_log_is_read() {
        let report = Report::read(GOOD, Path::new("/x.log"), true);
        let line = report.line("nar");
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!(words, ["nar", "3182", "811", "2100", "341", "39"]);
        assert_eq!(report.failure("nar"), None);
        assert_eq!(Report::HEAD.len(), line.len());
    }

    #[test]
    fn a_crash_tells_how_to_replay_it() {
        let log = format!(
            "{GOOD}thread '<unnamed>' panicked at src/nar.rs:1:1:\nslices matter\n\
             ==1== ERROR: libFuzzer: deadly signal\n\
             artifact_prefix='/t/'; Test unit written to /t/nar-crash-1\n"
        );
        let failure = Report::read(&log, Path::new("/x.log"), false).failure("nar");
        let failure = failure.unwrap_or_default();
        assert!(
            failure.contains("src/nar.rs:1:1: slices matter"),
            "{failure}"
        );
        let replay = "cargo xtask fuzz nar --replay /t/nar-crash-1\n";
        assert!(failure.contains(replay), "{failure}");
        let silent = Report::read("", Path::new("/x.log"), false).failure("nar");
        assert!(silent.is_some_and(|text| text.contains("/x.log")));
    }
}
