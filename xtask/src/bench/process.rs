//! What the system knows of a process: its peak memory, its CPU time.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cleanup::Child;
use crate::shell;

/// How often a running client is looked at; its peak only grows.
const EVERY: Duration = Duration::from_millis(10);
/// Clock ticks a second in `/proc`: the same for all programs on Linux.
const TICKS: f64 = 100.0;

/// The most memory a process has had, in bytes (`VmHWM`).
///
/// # Errors
/// If there is no such process.
pub(crate) fn peak_memory(pid: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("looking at process {pid}"))?;
    peak(&text).with_context(|| format!("process {pid} has no memory"))
}

fn peak(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Seconds of CPU that processes have used, user and system together.
///
/// # Errors
/// If one is not there.
pub(crate) fn cpu_seconds(pids: &[u32]) -> Result<f64> {
    let mut sum = 0.0;
    for pid in pids {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))
            .with_context(|| format!("looking at process {pid}"))?;
        sum += ticks(&text).context("reading the CPU time of a process")? / TICKS;
    }
    Ok(sum)
}

/// User and system time out of `/proc/PID/stat`; the program's name before them
/// may have spaces and brackets.
fn ticks(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The processes that `pid` has started and that still run.
///
/// # Errors
/// If it is not there.
pub(crate) fn children(pid: u32) -> Result<Vec<u32>> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))
        .with_context(|| format!("looking at process {pid}"))?;
    Ok(text.split_whitespace().flat_map(str::parse).collect())
}

/// How a command ended that was watched.
#[derive(Debug)]
pub(crate) struct Watched {
    /// What it wrote to stdout.
    pub(crate) stdout: String,
    /// The most memory it had, as far as it was seen.
    pub(crate) peak_memory: u64,
    /// From its start until it had written everything.
    pub(crate) seconds: f64,
}

/// Runs a command, and looks at its memory while it runs.
///
/// # Errors
/// If it cannot be started or fails.
pub(crate) fn watch(command: &mut Command) -> Result<Watched> {
    let start = Instant::now();
    let mut child = Child::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let pid = child.id();
    let mut stdout = child.inner().stdout.take().context("opening a pipe")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        let read = stdout.read_to_string(&mut text);
        read.map(|_| (text, start.elapsed()))
    });
    let mut most = 0;
    while child.inner().try_wait().context("waiting")?.is_none() {
        most = most.max(peak_memory(pid).unwrap_or(0));
        std::thread::sleep(EVERY);
    }
    let ended = child.wait()?;
    let text = reader
        .join()
        .map_err(|_| anyhow::anyhow!("a thread died"))?;
    if !ended.success() {
        bail!("{} ended with {ended}", shell::display(command));
    }
    let (stdout, time) = text.context("reading the output of a program")?;
    Ok(Watched {
        stdout,
        peak_memory: most,
        seconds: time.as_secs_f64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_and_times_are_read() {
        assert_eq!(
            peak("Name:\tx\nVmHWM:\t   12 kB\nVmRSS:\t 4 kB\n"),
            Some(12 * 1024)
        );
        assert_eq!(peak("Name:\tzombie\n"), None);
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4 1 2 3 4 150 50 9 9 20 0";
        assert_eq!(ticks(stat), Some(200.0));
        assert_eq!(ticks("7 (a"), None);
    }

    #[test]
    fn a_running_process_has_both() {
        let me = std::process::id();
        assert!(peak_memory(me).unwrap() > 1 << 20);
        assert!(cpu_seconds(&[me]).unwrap() >= 0.0);
    }

    #[test]
    fn a_command_is_watched_to_its_end() {
        let watched = watch(Command::new("sh").args(["-c", "sleep 0.1; echo done"])).unwrap();
        assert_eq!(watched.stdout, "done\n");
        assert!(watched.peak_memory > 0);
        assert!(watched.seconds >= 0.1, "{watched:?}");
        assert!(watch(Command::new("sh").args(["-c", "exit 3"])).is_err());
    }
}
