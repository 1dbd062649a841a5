//! What the building blocks cost on the NARs of a cache, one thread, nothing else
//! around them. `cargo xtask bench` calls it; stdout is JSON.
//!
//! ```text
//! measure floor FOLDER SCRATCH   each block over all NARs of a folder
//! measure plain FOLDER…          bytes of plain 16/64/256 KiB chunks at zstd level 3
//! measure frames FOLDER…         bytes of the frames in packs
//! measure serve FOLDER           a bare server of a folder's files; says where it listens
//! ```
//!
//! NARs are read from `*.nar.zst` as a cache serves them; all but `serve` hold
//! them in memory.

mod floor;
mod frames;
mod nars;
mod plain;
mod serve;

use std::path::PathBuf;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a program of its own")]
    let mut words = std::env::args().skip(1);
    let what = words.next();
    let folders: Vec<PathBuf> = words.map(PathBuf::from).collect();
    let value = match (what.as_deref(), folders.as_slice()) {
        (Some("floor"), [folder, scratch]) => floor::measure(&nars::read(folder)?, scratch)?,
        (Some("plain"), [_, ..]) => plain::measure(&folders)?,
        (Some("frames"), [_, ..]) => frames::measure(&folders)?,
        (Some("serve"), [folder]) => serve::measure(folder)?,
        _ => bail!(
            "measure floor FOLDER SCRATCH | plain FOLDER... | frames FOLDER... | serve FOLDER"
        ),
    };
    println!("{value}");
    Ok(())
}
