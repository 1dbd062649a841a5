//! A real Nix with a chroot store, a home and a configuration of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A chroot store and the Nix that works on it. Nothing of this machine's
/// store, configuration or caches plays a part.
pub(crate) struct Nix {
    dir: TempDir,
    /// What `--store` is given, where it is not below `dir`.
    store: Option<PathBuf>,
}

/// What a Nix program said.
pub(crate) struct Said {
    pub(crate) ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Nix {
    /// An empty store.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(dir.path().join("home/etc")).expect("a home");
        Self { dir, store: None }
    }

    /// A store that is there already.
    pub(crate) fn over(store: &Path) -> Self {
        let mut nix = Self::empty();
        nix.store = Some(store.to_owned());
        nix
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.store
            .clone()
            .unwrap_or_else(|| self.dir.path().join("store"))
    }

    /// Where `path` of the store lies on disk.
    pub(crate) fn real(&self, path: &str) -> PathBuf {
        self.store().join(path.trim_start_matches('/'))
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// A Nix program that reads nothing but `settings`, lines of nix.conf.
    pub(crate) fn command(&self, program: &str, settings: &str) -> Command {
        let home = self.dir.path().join("home");
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &home)
            .env("NIX_CONF_DIR", home.join("etc"))
            .env("NIX_USER_CONF_FILES", "")
            .env(
                "NIX_CONFIG",
                format!(
                    "experimental-features = nix-command\nbuild-users-group =\n\
                     substituters =\ndownload-attempts = 1\n{settings}"
                ),
            )
            .args(["--store".as_ref(), self.store().as_os_str()]);
        command
    }

    pub(crate) fn say(&self, program: &str, settings: &str, args: &[&str]) -> Said {
        said(
            &self
                .command(program, settings)
                .args(args)
                .output()
                .expect("nix starts"),
        )
    }

    /// As `say`, and it must succeed.
    pub(crate) fn run(&self, program: &str, settings: &str, args: &[&str]) -> String {
        let said = self.say(program, settings, args);
        assert!(said.ok, "{program} {args:?}\n{}{}", said.out, said.err);
        said.out
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.say("nix-store", "", &["--check-validity", path]).ok
    }

    /// Hashes every file again and compares with what Nix's database says.
    pub(crate) fn verify(&self) {
        let said = self.say("nix-store", "", &["--verify", "--check-contents"]);
        assert!(said.ok && !said.err.contains("error"), "{}", said.err);
    }

    pub(crate) fn dump(&self, path: &str) -> Vec<u8> {
        // A file of the disk, not a path of the store, is what it dumps.
        let output = Command::new("nix-store")
            .arg("--dump")
            .arg(self.real(path))
            .output()
            .expect("nix-store starts");
        assert!(output.status.success());
        output.stdout
    }

    /// Substitutes `path` from `url` with signatures checked.
    pub(crate) fn realise(&self, url: &str, key: &str, path: &str) -> Said {
        let settings = format!("substituters = {url}\ntrusted-public-keys = {key}");
        self.say("nix-store", &settings, &["--realise", path])
    }
}

fn said(output: &Output) -> Said {
    Said {
        ok: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Whether Nix is there; says so if it is not.
pub(crate) fn is_here() -> bool {
    let here = Command::new("nix-store")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !here {
        eprintln!("skipped: nix-store is not installed (Debian: nix-bin)");
    }
    here
}

impl Drop for Nix {
    fn drop(&mut self) {
        // Store paths are read-only folders: a plain removal would fail for
        // anybody but root.
        let _ = Command::new("chmod")
            .args(["-R", "u+w"])
            .arg(self.dir.path())
            .output();
    }
}
