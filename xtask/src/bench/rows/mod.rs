//! The rows of the table, by name.

mod push;

use anyhow::{Context, Result};

use super::context::Bench;
use super::table::{self, Figure};
use crate::shell::step;

/// A group of lines that one set-up gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Row {
    /// A closure to an empty cache, the same again, and its rebuild
    Push,
}

/// In the order in which they are printed.
const ALL: &[Row] = &[Row::Push];

/// Measures some rows, or all, and prints the table.
///
/// # Errors
/// If something cannot be made, started or read.
pub(crate) fn run(bench: &Bench, some: &[Row]) -> Result<()> {
    let rows = if some.is_empty() { ALL } else { some };
    let mut figures: Vec<Figure> = Vec::new();
    for row in rows {
        step(&format!("{row:?}"));
        let measured = match row {
            Row::Push => push::run(bench),
        };
        figures.extend(measured.with_context(|| format!("measuring {row:?}"))?);
    }
    println!("\n{}", table::render(&figures));
    if let Some(file) = &bench.how.json {
        let text = serde_json::to_string_pretty(&figures).context("writing the figures")?;
        std::fs::write(file, text).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}
