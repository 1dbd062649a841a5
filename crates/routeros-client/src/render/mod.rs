//! A declared state as a script for `/import`, without a device. The same
//! input gives the same script, byte for byte.

mod guarded;
mod management;

use sha2::{Digest, Sha256};

use crate::board;
use crate::desired::Desired;
use crate::plan::{DiffError, diff};
use crate::version::Version;

/// What a script expects of the device that imports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing is configured: after a reset without defaults.
    Blank,
    /// Something is: what is there is set, the rest added.
    Guarded,
}

/// How long a device that comes up may take to find its ports.
const PORTS: &str = ":delay 15s";

/// Renders a file; `source` is its text, whose hash the head carries.
///
/// # Errors
/// Where something is declared that a device of this board does not have.
pub fn render(desired: &Desired, source: &str, form: Form) -> Result<String, DiffError> {
    let (what, lines) = match form {
        Form::Blank => ("a device without configuration", blank(desired)?),
        Form::Guarded => ("a device with configuration", guarded::lines(desired)),
    };
    let mut script = head(desired, source, what);
    for line in lines {
        script.push_str(&line);
        script.push('\n');
    }
    Ok(script)
}

fn head(desired: &Desired, source: &str, what: &str) -> String {
    let mut hash = String::new();
    for byte in Sha256::digest(source.as_bytes()) {
        hash.push_str(&format!("{byte:02x}"));
    }
    let board = desired.board.as_deref().unwrap_or("any board");
    let board: String = board.chars().filter(|c| (' '..='~').contains(c)).collect();
    let version = desired.minimum_version.unwrap_or(Version::LEAST);
    format!(
        "# made by routeros {}\n# input sha256:{hash}\n# for {board}, RouterOS {version} or later, {what}\n",
        env!("CARGO_PKG_VERSION"),
    )
}

fn blank(desired: &Desired) -> Result<Vec<String>, DiffError> {
    let version = desired.minimum_version.unwrap_or(Version::LEAST);
    let state = board::blank(desired.board.as_deref().unwrap_or_default(), version);
    let mut steps = diff(desired, &state)?.steps;
    // A script stops at its first error: by then the way to the device is there.
    steps.sort_by_key(|step| !management::leads(desired, step));
    let commands = steps.iter().map(|step| step.command.to_string());
    Ok(std::iter::once(PORTS.to_owned()).chain(commands).collect())
}
