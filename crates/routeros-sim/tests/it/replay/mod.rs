//! Printouts and exports of real devices, read where `GARRET_TRANSCRIPTS` says they are: each is
//! read into views, and the views printed again must give the same bytes.

mod export;
mod forms;
mod table;
pub(crate) mod transcripts;
mod values;

/// How many of how many were reproduced; what was not must be listed with its reason.
pub(crate) struct Tally {
    what: &'static str,
    reproduced: usize,
    missed: Vec<String>,
}

impl Tally {
    pub(crate) fn new(what: &'static str) -> Self {
        Self {
            what,
            reproduced: 0,
            missed: Vec::new(),
        }
    }

    pub(crate) fn note(&mut self, name: String, expected: &str, got: &str) {
        if expected == got {
            self.reproduced += 1;
        } else {
            println!("--- {name}\n{expected}+++ printed\n{got}");
            self.missed.push(name);
        }
    }

    /// Misses are those named in `known`, each with its reason, and no others.
    pub(crate) fn settle(self, known: &[(&str, &str)]) {
        let all = self.reproduced + self.missed.len();
        println!("{}: {} of {all} reproduced", self.what, self.reproduced);
        for name in &self.missed {
            let reason = known.iter().find(|(part, _)| name.contains(part));
            let (_, reason) = reason.unwrap_or_else(|| panic!("not reproduced: {name}"));
            println!("  not {name}: {reason}");
        }
        assert!(self.reproduced > 0, "{}: nothing was compared", self.what);
    }
}
