//! Reading the transcripts.

use routeros_sim::Version;
use serde_json::Value;

const SIX: Version = Version::new(0);

/// One command and what it printed.
pub(crate) struct Step {
    pub(crate) file: String,
    /// Which of several devices it was typed on.
    pub(crate) device: String,
    pub(crate) command: String,
    pub(crate) output: String,
    pub(crate) version: Version,
    /// Whether blanks at line ends can be trusted.
    pub(crate) exact: bool,
}

impl Step {
    /// The output, without what the capture lost.
    pub(crate) fn comparable(&self, text: &str) -> String {
        if self.exact {
            return text.to_owned();
        }
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned() + "\n"
    }

    pub(crate) fn name(&self) -> String {
        format!("{}: {}", self.file, self.command)
    }
}

/// All steps of version 7; none where no transcripts are.
pub(crate) fn steps() -> Vec<Step> {
    let mut steps = steps_of_all_eras();
    steps.retain(|step| step.version > SIX);
    steps
}

/// All steps; those of version 6 count as of 7.0.
#[expect(clippy::disallowed_methods, reason = "says where the transcripts are")]
pub(crate) fn steps_of_all_eras() -> Vec<Step> {
    let Some(folder) = std::env::var_os("GARRET_TRANSCRIPTS") else {
        println!("GARRET_TRANSCRIPTS is not set: nothing to compare with");
        return Vec::new();
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder of transcripts")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
        .collect();
    files.sort();
    files.iter().flat_map(|path| of_file(path)).collect()
}

fn of_file(path: &std::path::Path) -> Vec<Step> {
    let text = std::fs::read_to_string(path).expect("a transcript");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let field = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let exact = field(&json, "fidelity") == "verbatim";
    let steps = json["steps"].as_array().expect("steps");
    steps
        .iter()
        .filter_map(|step| {
            let era = field(step, "era");
            let version = if era.starts_with('7') {
                era
            } else {
                field(&json, "version")
            };
            Some(Step {
                file: field(&json, "id"),
                device: field(step, "dev"),
                command: field(step, "cmd"),
                output: field(step, "out"),
                version: version_of(&version)?,
                exact,
            })
        })
        .collect()
}

/// `7.16.2`; `7.x` counts as the oldest simulated version; texts without a version are none.
fn version_of(text: &str) -> Option<Version> {
    let word = text.split(' ').next()?;
    if word.starts_with("6.") {
        return Some(SIX);
    }
    let mut parts = word.strip_prefix("7.")?.split('.');
    let minor = parts.next()?.parse().unwrap_or(12);
    let patch = parts.next().and_then(|patch| patch.parse().ok());
    Some(Version {
        minor,
        patch: patch.unwrap_or(0),
    })
}
