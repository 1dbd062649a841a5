//! What honest clients keep of their speed beside hostile ones. The attacks are
//! those of the end-to-end tests, here with release programs and timed.

use anyhow::Result;

use crate::{shell, workspace};

/// How to measure.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Hostile {
    /// Rounds with and without each attack, in turn
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    /// Only attacks whose name has this in it
    #[arg(long, default_value = "")]
    attack: String,
}

const TEST: &str = "hostile::speeds_beside_attacks_are_printed";

/// Measures; a line an attack.
///
/// # Errors
/// If something cannot be built or started, or an honest client is not served.
pub(super) fn run(options: &Hostile) -> Result<()> {
    let mut build = workspace::cargo();
    build.args(["build", "--release", "--quiet"]);
    shell::run(build.args(["--package", "garretd", "--package", "garret"]))?;
    let mut test = workspace::cargo();
    test.args(["test", "--release", "--quiet", "--package", "garret"]);
    test.args(["--test", "it", "--", "--ignored"]);
    test.args(["--exact", "--nocapture", TEST]);
    test.env("GARRET_HOSTILE_ATTACK", &options.attack);
    shell::run(test.env("GARRET_HOSTILE_ROUNDS", options.runs.to_string()))
}
