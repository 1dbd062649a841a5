//! The rows of the table, by name.

mod floor;
mod memory;
mod narinfo;
mod pull;
mod push;
mod serve;
mod stored;
mod tiny;

use anyhow::{Context, Result};

use super::context::Bench;
use super::table::{self, Figure};
use crate::shell::step;

/// A group of lines that one set-up gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Row {
    /// A closure to an empty cache, the same again, and its rebuild
    Push,
    /// Two thousand tiny paths
    Tiny,
    /// Bytes of NARs a second, and what they cost the server
    Serve,
    /// Answers for narinfo a second: from memory, from the database, with tokens
    Narinfo,
    /// Bytes that closures with much in common take
    Stored,
    /// The closure into an empty store by a real Nix
    Pull,
    /// Peak memory of a server under 16 pushes, of a client on a path of 5 GB
    Memory,
    /// What the same bytes cost in the bare libraries
    Floor,
}

/// In the order in which they are printed.
const ALL: &[Row] = &[
    Row::Push,
    Row::Tiny,
    Row::Serve,
    Row::Narinfo,
    Row::Stored,
    Row::Pull,
    Row::Memory,
    Row::Floor,
];

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
            Row::Tiny => tiny::run(bench),
            Row::Serve => serve::run(bench),
            Row::Narinfo => narinfo::run(bench),
            Row::Pull => pull::run(bench),
            Row::Stored => stored::run(bench),
            Row::Memory => memory::run(bench),
            Row::Floor => floor::run(bench),
        };
        figures.extend(measured.with_context(|| format!("measuring {row:?}"))?);
    }
    println!("\n{}\n{}", bench.header()?, table::render(&figures));
    bench.save(&figures)
}
