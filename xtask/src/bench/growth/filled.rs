//! Databases that hold many objects, made once and kept below the target folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bench::context::Bench;
use crate::bench::shelf;
use crate::garret::{Client, Server, Settings};
use crate::shell::step;
use crate::workspace::Profile;
use crate::{shell, workspace};

/// The cache that holds the objects.
pub(super) const HELD: &str = "held";
/// One beside it.
pub(super) const BESIDE: &str = "beside";

/// Raised when they are filled in another way.
const FORMAT: u32 = 1;

/// A copy of what a server left that holds some objects.
pub(super) struct Filled {
    /// Where a server finds it.
    folder: PathBuf,
    /// Hashes of some of the paths that it held at first.
    pub(super) hashes: Vec<String>,
}

impl Filled {
    /// Makes it, unless an earlier run did, and copies it.
    ///
    /// # Errors
    /// If a program fails.
    pub(super) fn new(bench: &Bench, count: u32) -> Result<Self> {
        let all = workspace::target_dir()?.join("bench-filled");
        let kept = all.join(format!("v{FORMAT}-{count}"));
        let hashes = kept.join("hashes");
        if !hashes.exists() {
            step(&format!("filling a cache with {count} objects"));
            if kept.exists() {
                fs::remove_dir_all(&kept).context("removing what is half filled")?;
            }
            fs::create_dir_all(&kept).context("making a folder for a database")?;
            let half = kept.join("half");
            fill(
                bench,
                &kept,
                count,
                File::create(&half).context("making a file of hashes")?,
            )?;
            fs::rename(&half, &hashes).context("naming a file of hashes")?;
        }
        let text = fs::read_to_string(&hashes).context("reading hashes of paths")?;
        let filled = Self {
            folder: shelf::copy(bench, &kept.join("server"))?,
            hashes: text.lines().map(str::to_owned).collect(),
        };
        // Whatever a newer server has to do once is done before anything is measured.
        filled.serve(bench)?.0.stop()?;
        Ok(filled)
    }

    /// A server on it, and a client that may do everything. Narinfos come from the
    /// database: from memory they come alike however much lies below.
    ///
    /// # Errors
    /// If one of them does not start.
    pub(super) fn serve(&self, bench: &Bench) -> Result<(Server, Client)> {
        let settings = Settings {
            config: Some("server.narinfo-memory = 0\n".to_owned()),
            ..Settings::quiet()
        };
        let server = Server::start(&bench.programs, &self.folder, &settings)?;
        let client = bench.garret(&server, "*")?;
        Ok((server, client))
    }
}

/// Makes both caches, fills one, and writes hashes of some of its paths.
fn fill(bench: &Bench, folder: &Path, count: u32, hashes: File) -> Result<()> {
    let server = Server::start(&bench.programs, folder, &Settings::default())?;
    let client = bench.garret(&server, "*")?;
    for cache in [HELD, BESIDE] {
        client.create(cache, "--public")?;
    }
    let database = server.data().join("garret.db");
    server.stop()?;
    let mut command = workspace::cargo();
    command.args(["run", "--quiet", "--package", "cache-db"]);
    if matches!(bench.profile, Profile::Release) {
        command.arg("--release");
    }
    command.args(["--example", "fill", "--"]).arg(database);
    command.args([HELD, &count.to_string()]);
    shell::quiet(command.stdout(hashes))
}
