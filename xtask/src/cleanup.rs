//! Nothing stays behind: temporary folders and child processes are written
//! down here, and go away when the task ends, fails or is interrupted.
//!
//! Normal ends run the `Drop` of [`TempDir`] and [`Child`]. A signal (INT, TERM,
//! HUP) is taken by a thread of its own, which ends the children by their
//! process ids, waits for them, removes the folders and exits.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How long a child may take to end after SIGTERM before it is killed.
const PATIENCE: Duration = Duration::from_secs(15);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static LEFT: Mutex<Left> = Mutex::new(Left {
    pids: BTreeSet::new(),
    dirs: BTreeSet::new(),
});

/// What would be left behind if the process ended now.
struct Left {
    pids: BTreeSet<u32>,
    dirs: BTreeSet<PathBuf>,
}

fn left() -> MutexGuard<'static, Left> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the thread that cleans up on a signal.
///
/// # Errors
/// If the handlers cannot be installed or the thread cannot be started.
pub(crate) fn install() -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("installing signal handlers")?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                INTERRUPTED.store(true, Ordering::SeqCst);
                eprintln!("xtask: interrupted, cleaning up");
                let (pids, dirs) = {
                    let left = left();
                    (left.pids.clone(), left.dirs.clone())
                };
                end_all(&pids);
                for dir in dirs {
                    remove_tree(&dir);
                }
                std::process::exit(128 + signal);
            }
        })
        .context("starting the signal thread")?;
    Ok(())
}

/// Blocks for ever once a signal has come: the signal thread ends the process,
/// and nothing may be started or reported beside it.
pub(crate) fn park_if_interrupted() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

fn end_all(pids: &BTreeSet<u32>) {
    for pid in pids {
        send("TERM", *pid);
    }
    let start = Instant::now();
    while pids.iter().any(|pid| is_running(*pid)) && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    for pid in pids.iter().filter(|pid| is_running(**pid)) {
        send("KILL", *pid);
    }
}

/// Sends a signal through the shell's own `kill`: the standard library has no
/// safe call for it, and a bare machine may lack `/bin/kill`.
fn send(signal: &str, pid: u32) {
    let _ignored = Command::new("sh")
        .args(["-c", &format!("kill -{signal} {pid} 2>/dev/null")])
        .status();
}

/// Whether the process exists and is no zombie.
fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| {
            stat.rsplit_once(") ")
                .map(|(_, rest)| !rest.starts_with('Z'))
        })
        .unwrap_or(false)
}

/// Removes a folder with the read-only folders of a Nix store in it.
pub(crate) fn remove_tree(dir: &Path) {
    if std::fs::remove_dir_all(dir).is_ok() || !dir.exists() {
        return;
    }
    let _ignored = Command::new("chmod")
        .args(["-R", "u+rwX"])
        .arg(dir)
        .status();
    if let Err(error) = std::fs::remove_dir_all(dir)
        && error.kind() != io::ErrorKind::NotFound
    {
        eprintln!("xtask: could not remove {}: {error}", dir.display());
    }
}

/// A temporary folder, readable by its owner alone, removed when dropped.
pub(crate) struct TempDir {
    path: PathBuf,
    kept: bool,
}

impl TempDir {
    /// Makes a folder below the system's temporary folder.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn new(prefix: &str) -> Result<Self> {
        Self::within(&std::env::temp_dir(), prefix)
    }

    /// Makes a folder below `base`.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn within(base: &Path, prefix: &str) -> Result<Self> {
        park_if_interrupted();
        let nanos = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.subsec_nanos());
        let name = format!("{prefix}-{}-{nanos:09}", std::process::id());
        let path = base.join(name);
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("making {}", path.display()))?;
        left().dirs.insert(path.clone());
        Ok(Self { path, kept: false })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the folder where it is.
    pub(crate) fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.path.clone()
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        park_if_interrupted();
        if !self.kept {
            remove_tree(&self.path);
        }
        left().dirs.remove(&self.path);
    }
}

/// A child process that is ended when dropped.
pub(crate) struct Child {
    inner: std::process::Child,
    kept: bool,
}

impl Child {
    /// Starts `command`.
    ///
    /// # Errors
    /// If it cannot be started, with the program's name.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        park_if_interrupted();
        let mut left = left();
        let inner = command
            .spawn()
            .with_context(|| format!("starting {}", command.get_program().display()))?;
        left.pids.insert(inner.id());
        Ok(Self { inner, kept: false })
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.inner.id()
    }

    /// The process's own handle, for its pipes.
    pub(crate) fn inner(&mut self) -> &mut std::process::Child {
        &mut self.inner
    }

    /// Waits for the process to end by itself.
    ///
    /// # Errors
    /// If the system cannot say how it ended.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.inner.wait().context("waiting for a child process")?;
        left().pids.remove(&self.inner.id());
        park_if_interrupted();
        Ok(status)
    }

    /// Asks the process to end (SIGTERM), and kills it if it does not.
    ///
    /// # Errors
    /// If the system cannot say how it ended.
    pub(crate) fn stop(&mut self) -> Result<ExitStatus> {
        end_all(&BTreeSet::from([self.inner.id()]));
        self.wait()
    }

    /// Leaves the process running.
    pub(crate) fn keep(mut self) {
        self.kept = true;
        left().pids.remove(&self.inner.id());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        park_if_interrupted();
        if !self.kept && left().pids.contains(&self.inner.id()) {
            let _ignored = self.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_goes_with_read_only_folders_in_it() {
        let dir = TempDir::new("xtask-test").unwrap();
        let path = dir.path().to_path_buf();
        std::fs::create_dir_all(path.join("a/b")).unwrap();
        std::fs::write(path.join("a/b/c"), "x").unwrap();
        let status = Command::new("chmod")
            .args(["-R", "a-w"])
            .arg(path.join("a"))
            .status();
        assert!(status.unwrap().success());
        drop(dir);
        assert!(!path.exists());
    }

    #[test]
    fn a_dropped_child_is_gone() {
        let child = Child::spawn(Command::new("sleep").arg("600")).unwrap();
        let pid = child.id();
        assert!(is_running(pid));
        drop(child);
        assert!(!is_running(pid));
    }
}
