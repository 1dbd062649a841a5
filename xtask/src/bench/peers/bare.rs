//! The bare server of `examples/measure`: `pread`, xxh3 and `write`, nothing else.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::bench::measure;
use crate::cleanup::Child;
use crate::workspace::Profile;

/// A running one.
pub(crate) struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    /// Starts it on the files below `root`.
    ///
    /// # Errors
    /// If it does not compile, or does not listen.
    pub(crate) fn start(profile: Profile, root: &Path) -> Result<Self> {
        let mut command = measure::command(profile, "serve")?;
        command
            .arg(root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = Child::spawn(&mut command)?;
        let stdout = child.inner().stdout.take().context("opening a pipe")?;
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        read.context("asking the bare server where it listens")?;
        let address = line.trim().parse();
        let address = address.context("the bare server does not say where it listens")?;
        Ok(Self { child, address })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}
