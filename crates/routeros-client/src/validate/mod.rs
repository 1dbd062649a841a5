//! What is wrong with a declared state, told before any device is touched.

mod addresses;
mod bridging;
mod codes;
mod context;
mod duplicates;
mod filtering;
mod management;
mod names;
mod references;
mod required;
mod versions;

pub use codes::{CODES, Severity};

use crate::desired::Desired;
use crate::row::State;

/// One thing that is wrong, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// A name that stays the same over versions: `E-reference`.
    pub code: &'static str,
    /// The line of the file, from 1.
    pub line: usize,
    /// The item: `ip-pool pool-attic`.
    pub item: String,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub advice: String,
}

impl Finding {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        Severity::of(self.code)
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Finding {
            code,
            line,
            item,
            text,
            advice,
        } = self;
        write!(f, "line {line}: {code}: {item}: {text}; {advice}")
    }
}

/// Whether any of the findings forbids going on.
#[must_use]
pub fn has_errors(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity() == Severity::Error)
}

/// Everything that is wrong with a file, in its order. With the state of a
/// device, what that has counts as well; without, the file has to declare all
/// that it names.
#[must_use]
pub fn validate(desired: &Desired, state: Option<&State>) -> Vec<Finding> {
    let mut context = context::Context::new(desired, state);
    versions::check(&mut context);
    required::check(&mut context);
    duplicates::check(&mut context);
    references::check(&mut context);
    bridging::check(&mut context);
    filtering::check(&mut context);
    addresses::check(&mut context);
    names::check(&mut context);
    management::check(&mut context);
    let mut findings = context.findings;
    findings.sort_by_key(|finding| (finding.line, finding.code));
    findings.dedup();
    findings
}
