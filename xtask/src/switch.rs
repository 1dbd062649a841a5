//! `cargo xtask switch`: a simulated switch to try `routeros` against.

use anyhow::Result;
use clap::Args;

use crate::{host, shell, workspace};

/// How the switch behaves.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// RouterOS version; tables and blocks, as people print them, are known of 7.16 alone
    #[arg(long, default_value = "7.20")]
    version: String,
    /// TCP port on 127.0.0.1; 0 for any
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many seconds of the switch pass in one
    #[arg(long, default_value_t = 10)]
    speed: u32,
    /// Port of the switch that you are plugged into
    #[arg(long, default_value = "ether24")]
    cable: String,
}

/// Runs the simulator's own program by cargo, so that building xtask needs no SSH server.
pub(crate) fn run(options: &Options) -> Result<()> {
    host::ensure(&[host::BUILD])?;
    let mut command = workspace::cargo();
    command
        .args([
            "run",
            "--quiet",
            "-p",
            "routeros-sim",
            "--example",
            "switch",
            "--",
        ])
        .arg(&options.version)
        .arg(options.port.to_string())
        .arg(options.speed.to_string())
        .arg(&options.cable);
    shell::quiet(&mut command)
}
