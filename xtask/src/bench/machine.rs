//! What a figure is worth nothing without: machine and versions.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Serialize;

use super::peers::nix_copy;
use crate::{shell, workspace};

/// Where and with what it was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    cores: usize,
    model: String,
    kernel: String,
    file_system: String,
    nix: String,
    nginx: String,
    garret: String,
}

impl Machine {
    /// This one; caches lie in `folder`.
    ///
    /// # Errors
    /// If a program is missing.
    pub(crate) fn here(folder: &Path) -> Result<Self> {
        let read = |program: &str, words: &[&str]| {
            let mut command = Command::new(program);
            shell::read(command.args(words)).map(|text| text.trim().to_owned())
        };
        let mut df = Command::new("df");
        let kind = shell::read(df.arg("--output=fstype").arg(folder))?;
        let root = workspace::root();
        let root = root.to_string_lossy();
        let commit = read("git", &["-C", &root, "describe", "--always", "--dirty"]);
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        // It writes its version to stderr.
        let nginx = read("sh", &["-c", "nginx -v 2>&1"])?;
        Ok(Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            model: model(&cpu).unwrap_or("unknown").to_owned(),
            kernel: read("uname", &["-srm"])?,
            file_system: kind.lines().last().unwrap_or_default().to_owned(),
            nix: nix_copy::version()?,
            nginx: nginx.trim_start_matches("nginx version: ").to_owned(),
            garret: commit.unwrap_or_else(|_| "unknown".to_owned()),
        })
    }

    /// As lines of text.
    pub(crate) fn render(&self) -> String {
        format!(
            "{} cores, {}; {}; caches on {}\n{}; {}; Garret {}\n",
            self.cores,
            self.model,
            self.kernel,
            self.file_system,
            self.nix,
            self.nginx,
            self.garret
        )
    }
}

fn model(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo
        .lines()
        .find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_found() {
        assert_eq!(model("processor\t: 0\nmodel name\t: A B\n"), Some("A B"));
        assert_eq!(model("processor\t: 0\n"), None);
    }
}
