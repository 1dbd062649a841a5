//! The readers and the writers against what devices printed: transcripts of
//! this project, made from the rules, and those of `GARRET_TRANSCRIPTS`.

mod judge;
mod layout;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use judge::{Form, Verdict, judge};

/// What a folder of transcripts came to.
#[derive(Default)]
struct Tally {
    files: usize,
    steps: usize,
    parsed: usize,
    /// By form: how many have an exact one, how many were made again.
    forms: BTreeMap<Form, (usize, usize)>,
    rest: Vec<String>,
}

impl Tally {
    fn of(folder: &Path) -> Self {
        let mut tally = Tally::default();
        let entries = std::fs::read_dir(folder).expect("a folder of transcripts");
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
        files.sort();
        for file in files {
            tally.files += 1;
            tally.file(&file);
        }
        tally
    }

    fn file(&mut self, path: &Path) {
        let text = std::fs::read_to_string(path).expect("a transcript");
        let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let verbatim = file["fidelity"]
            .as_str()
            .expect("fidelity")
            .starts_with("verbatim");
        let name = file["id"].as_str().expect("id");
        for (place, step) in file["steps"].as_array().expect("steps").iter().enumerate() {
            let command = step["cmd"].as_str().expect("cmd");
            let verdict = judge(command, step["out"].as_str().expect("out"));
            self.count(
                &format!("{name} #{} {command}", place + 1),
                verbatim,
                verdict,
            );
        }
    }

    fn count(&mut self, step: &str, verbatim: bool, verdict: Verdict) {
        self.steps += 1;
        match verdict {
            Verdict::NotRead(why) => self.rest.push(format!("not parsed: {step}: {why}")),
            Verdict::Read => self.parsed += 1,
            Verdict::Written(form, made) => {
                self.parsed += 1;
                let (exact, reproduced) = self.forms.entry(form).or_default();
                *exact += usize::from(verbatim || made.is_ok());
                *reproduced += usize::from(made.is_ok());
                if let (true, Err(difference)) = (verbatim, made) {
                    self.rest
                        .push(format!("not reproduced: {step}: {difference}"));
                }
            }
        }
    }

    fn reproduced(&self) -> usize {
        self.forms.values().map(|(_, reproduced)| reproduced).sum()
    }

    fn print(&self, what: &str) {
        let exact: usize = self.forms.values().map(|(exact, _)| exact).sum();
        println!(
            "{what}: {} files, {} steps; {} parsed; {} of {exact} with an exact form reproduced byte for byte",
            self.files,
            self.steps,
            self.parsed,
            self.reproduced(),
        );
        for (form, (exact, reproduced)) in &self.forms {
            println!("  {form:?}: {reproduced} of {exact} reproduced");
        }
        for line in &self.rest {
            println!("  {line}");
        }
    }
}

#[test]
fn every_transcript_of_this_project_is_read_and_reproduced() {
    let tally =
        Tally::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/transcripts"));
    tally.print("transcripts of this project");
    assert!(tally.rest.is_empty(), "{:#?}", tally.rest);
    assert!(
        tally.steps >= 51 && tally.reproduced() >= 37,
        "{} steps, {} reproduced",
        tally.steps,
        tally.reproduced()
    );
}

#[test]
fn transcripts_of_real_devices_are_read_and_reproduced() {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the transcripts are is told by the environment"
    )]
    let Some(folder) = std::env::var_os("GARRET_TRANSCRIPTS") else {
        println!("SKIPPED, and no proof of anything: GARRET_TRANSCRIPTS is not set");
        return;
    };
    let tally = Tally::of(Path::new(&folder));
    tally.print("transcripts of real devices");
    assert!(tally.steps >= 240, "{} steps", tally.steps);
    assert!(tally.parsed >= 228, "{} parsed", tally.parsed);
    assert!(
        tally.reproduced() >= 135,
        "{} reproduced",
        tally.reproduced()
    );
}
