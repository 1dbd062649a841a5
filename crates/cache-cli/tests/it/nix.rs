//! A real Nix on a chroot store of its own; tests that want it skip where there is none.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A chroot store and a home, gone when dropped.
pub(crate) struct Nix {
    pub(crate) dir: TempDir,
}

impl Nix {
    /// An empty store, or `None`, said aloud, where Nix is not installed.
    pub(crate) fn new() -> Option<Nix> {
        if Command::new("nix-store").arg("--version").output().is_err() {
            eprintln!("skipped: nix is not installed");
            return None;
        }
        Some(Nix {
            dir: tempfile::tempdir().expect("a folder"),
        })
    }

    /// The store's folder, for `--store`.
    pub(crate) fn store(&self) -> &str {
        self.dir.path().to_str().expect("utf-8")
    }

    /// Adds a file or folder as a path without references; answers the store path.
    pub(crate) fn add(&self, path: &Path) -> String {
        let path = path.to_str().expect("utf-8");
        text(self.run("nix-store", &["--add", path]))
    }

    /// Adds text that names other paths, as `builtins.toFile` does; answers the store path.
    pub(crate) fn add_text(&self, name: &str, words: &str, references: &[&str]) -> String {
        let context: Vec<String> = references
            .iter()
            .map(|path| format!("${{builtins.storePath {path}}}"))
            .collect();
        let expression = format!(
            "builtins.toFile \"{name}\" \"{words} {}\"",
            context.join(" ")
        );
        text(self.run(
            "nix-instantiate",
            &["--eval", "--read-write-mode", "--strict", "-E", &expression],
        ))
        .trim_matches('"')
        .to_owned()
    }

    /// `nix-store --dump` of a path of the store.
    pub(crate) fn dump(&self, real: &Path) -> Vec<u8> {
        self.run("nix-store", &["--dump", real.to_str().expect("utf-8")])
            .stdout
    }

    pub(crate) fn run(&self, program: &str, args: &[&str]) -> Output {
        let output = Command::new(program)
            .args(["--store", self.store()])
            .args(args)
            .env("HOME", self.dir.path())
            .env_remove("NIX_REMOTE")
            .env(
                "NIX_CONFIG",
                "substituters =\nsandbox = false\nbuild-users-group =\nexperimental-features = nix-command",
            )
            .output()
            .expect("nix starts");
        assert!(
            output.status.success(),
            "{program} {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }
}

impl Drop for Nix {
    fn drop(&mut self) {
        // Nix makes its paths read-only, folders too.
        let _ = Command::new("chmod")
            .args(["-R", "u+w"])
            .arg(self.dir.path())
            .status();
    }
}

fn text(output: Output) -> String {
    String::from_utf8(output.stdout)
        .expect("utf-8")
        .trim()
        .to_owned()
}
