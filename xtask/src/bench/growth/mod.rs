//! `cargo xtask bench growth`: how time and memory grow with what is pushed at
//! once, with bytes, with connections, and with what a cache already holds.
//!
//! Every figure stands against that of the smallest size, which is measured in
//! turn with the others; what grows by more than half is marked.

mod bytes;
mod connections;
mod filled;
mod objects;
mod paths;
mod size;

use anyhow::Result;

use super::How;
use super::context::Bench;
use super::table::{self, Figure};

/// What grows.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Along which axes; all of them where none is named
    #[arg(long, value_name = "AXIS", value_delimiter = ',')]
    axis: Vec<Axis>,
    /// The largest path of the axis of bytes, in GB, of 1, 5, 20; the disk must have
    /// twice as much
    #[arg(long, value_name = "GB", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=20))]
    most: u64,
    /// The most objects of the axis of objects, of 0, 20,000, 200,000, 1,000,000
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    objects: u32,
    #[command(flatten)]
    pub(super) how: How,
}

impl Options {
    /// Everything, as it is tried out.
    pub(super) fn all(how: How) -> Self {
        Self {
            axis: Vec::new(),
            most: 5,
            objects: 1_000_000,
            how,
        }
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Axis {
    /// Tiny paths in one push
    Paths,
    /// The size of one path
    Bytes,
    /// Connections that pull at once
    Connections,
    /// Objects that the cache, or another one beside it, already holds
    Objects,
}

const ALL: &[Axis] = &[Axis::Paths, Axis::Bytes, Axis::Connections, Axis::Objects];

/// Measures, and prints a table for each axis.
///
/// # Errors
/// If something cannot be made, started or read; never because of a figure.
pub(super) fn run(bench: &Bench, options: &Options) -> Result<()> {
    let axes = if options.axis.is_empty() {
        ALL
    } else {
        &options.axis
    };
    let mut tables: Vec<Vec<Figure>> = Vec::new();
    for axis in axes {
        tables.push(match axis {
            Axis::Paths => paths::run(bench)?,
            Axis::Bytes => bytes::run(bench, options.most)?,
            Axis::Connections => connections::run(bench)?,
            Axis::Objects => objects::run(bench, options.objects)?,
        });
    }
    println!("\n{}", bench.header()?);
    for figures in &tables {
        println!("{}", table::render(figures));
    }
    bench.save(&tables.concat())
}
