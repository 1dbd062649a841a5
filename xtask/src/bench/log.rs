//! The server's request log, counted.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// What was asked for so far, by the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    /// narinfo that were there.
    pub(crate) hits: u64,
    /// narinfo that were not.
    pub(crate) misses: u64,
    /// NARs that were begun.
    pub(crate) nars: u64,
}

impl Requests {
    /// Counts the lines of a log.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn read(log: &Path) -> Result<Self> {
        let text = fs::read_to_string(log).with_context(|| format!("reading {}", log.display()))?;
        Ok(Self::of(&text))
    }

    fn of(text: &str) -> Self {
        let mut found = Self::default();
        for line in text.lines() {
            // Terminals' colours, if there are any, stand between the words.
            let line = uncoloured(line);
            let has = |word: &str| line.contains(word);
            if has("route=\"/{cache}/nar/") && has("method=\"GET\"") && has("status=200") {
                found.nars += 1;
            } else if has("cache=\"hit\"") {
                found.hits += 1;
            } else if has("cache=\"miss\"") {
                found.misses += 1;
            }
        }
        found
    }
}

fn uncoloured(line: &str) -> String {
    let mut parts = line.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_what_was_found() {
        let text = "INFO request: method=\"GET\" route=\"/{cache}/{file}\" status=200 cache=\"hit\"\n\
                    INFO request: method=\"GET\" \x1b[3mroute\x1b[0m=\"/{cache}/{file}\" status=404 cache=\"miss\"\n\
                    INFO request: method=\"GET\" route=\"/{cache}/nar/{file}\" status=200 sent=9\n\
                    INFO request: method=\"PUT\" route=\"/_api/v2\" status=200\n";
        let wanted = Requests {
            hits: 1,
            misses: 1,
            nars: 1,
        };
        assert_eq!(Requests::of(text), wanted);
    }
}
