//! The Nix of this machine.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

const CONFIG: &str = "substituters =\nsandbox = false\nbuild-users-group =\n\
                      experimental-features = nix-command";

/// A folder of its own for one test, and commands that run in it.
pub(crate) struct Nix {
    folder: TempDir,
}

impl Nix {
    /// Nothing, and a printed reason, where there is no Nix.
    pub(crate) fn find() -> Option<Self> {
        let there = Command::new("nix-store").arg("--version").output();
        if there.is_err() {
            println!("skipped: there is no nix-store on this machine");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        Some(Self { folder })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command in which `@` stands for this test's folder.
    pub(crate) fn run(&self, line: &[&str]) -> Output {
        let folder = self.folder.path().to_str().unwrap();
        let mut words = line.iter().map(|word| word.replace('@', folder));
        Command::new(words.next().unwrap())
            .args(words)
            .env("HOME", self.path("home"))
            .env("NIX_CONFIG", CONFIG)
            .env_remove("NIX_REMOTE")
            .output()
            .unwrap()
    }

    #[track_caller]
    pub(crate) fn must(&self, line: &[&str]) -> Vec<u8> {
        let output = self.run(line);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line:?}: {talk}");
        output.stdout
    }

    pub(crate) fn must_text(&self, line: &[&str]) -> String {
        let text = String::from_utf8(self.must(line)).unwrap();
        text.trim_end().to_owned()
    }
}

impl Drop for Nix {
    /// Store paths are read-only; without this they would stay behind.
    fn drop(&mut self) {
        let _ = Command::new("chmod")
            .args(["-R", "u+w"])
            .arg(self.folder.path())
            .status();
    }
}
