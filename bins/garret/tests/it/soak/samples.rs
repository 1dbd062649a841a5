//! What a server holds, looked at each second, and whether it grows.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(1);

/// What the server holds at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    pub(crate) at: Duration,
    pub(crate) rss: u64,
    pub(crate) fds: u64,
    pub(crate) threads: u64,
    pub(crate) wal: u64,
    pub(crate) tmp_files: u64,
    pub(crate) tmp_bytes: u64,
}

/// Where to look.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pid: u32,
    data: PathBuf,
}

impl Place {
    pub(crate) fn new(pid: u32, data: &Path) -> Self {
        let data = data.to_owned();
        Self { pid, data }
    }

    pub(crate) fn look(&self, at: Duration) -> Sample {
        let proc = PathBuf::from(format!("/proc/{}", self.pid));
        let status = fs::read_to_string(proc.join("status")).expect("the server runs");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let word = line.and_then(|line| line.split_whitespace().next());
            word.and_then(|word| word.parse().ok()).unwrap_or(0)
        };
        let (tmp_files, tmp_bytes) = folder(&self.data.join("storage/tmp"));
        Sample {
            at,
            rss: field("VmRSS:") << 10,
            fds: folder(&proc.join("fd")).0,
            threads: field("Threads:"),
            wal: fs::metadata(self.data.join("garret.db-wal")).map_or(0, |meta| meta.len()),
            tmp_files,
            tmp_bytes,
        }
    }

    /// Looks each second until `stop`.
    pub(crate) fn watch(&self, stop: &AtomicBool) -> Vec<Sample> {
        let started = Instant::now();
        let mut samples = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            samples.push(self.look(started.elapsed()));
            std::thread::sleep(EVERY);
        }
        samples
    }

    /// Waits until the server holds no more than it did when `idle`.
    pub(crate) fn settle(&self, idle: Sample, longest: Duration) -> Sample {
        let started = Instant::now();
        loop {
            let now = self.look(started.elapsed());
            if now.fds <= idle.fds && now.threads <= idle.threads && now.tmp_files == 0 {
                return now;
            }
            assert!(now.at < longest, "not idle again: {now:?}, before {idle:?}");
            std::thread::sleep(EVERY);
        }
    }
}

/// Entries of a folder and their bytes; files may vanish meanwhile.
fn folder(path: &Path) -> (u64, u64) {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.fold((0, 0), |(files, bytes), entry| {
        let len = entry.metadata().map_or(0, |meta| meta.len());
        (files + 1, bytes + len)
    })
}

/// A value's name, how to take it, and what it may rise by.
type Slack = (&'static str, fn(&Sample) -> u64, u64);

/// Growth that is no leak: what a value may rise from the second fifth of a run
/// to the last, in bytes or pieces, beside a tenth of itself.
const SLACK: [Slack; 6] = [
    ("resident memory", |sample| sample.rss, 16 << 20),
    ("file descriptors", |sample| sample.fds, 24),
    ("threads", |sample| sample.threads, 24),
    // SQLite reuses it up to the 64 MiB that the server lets it keep.
    ("write-ahead log", |sample| sample.wal, 64 << 20),
    ("temporary files", |sample| sample.tmp_files, 16),
    ("temporary bytes", |sample| sample.tmp_bytes, 64 << 20),
];

/// A shorter run is still warming up: four times the slack.
const WARM: Duration = Duration::from_secs(600);

/// What rose, each in words.
pub(crate) fn growth(samples: &[Sample]) -> Vec<String> {
    let fifth = samples.len() / 5;
    let (early, late) = (&samples[fifth..2 * fifth], &samples[4 * fifth..]);
    let is_warm = samples.last().is_some_and(|sample| sample.at > WARM);
    let times = if is_warm { 1 } else { 4 };
    let check = |(name, of, slack): &Slack| {
        let (before, after) = (median(early, of), median(late, of));
        let grown = after > before + before / 10 + times * slack;
        grown.then(|| format!("{name} rose from {before} to {after}"))
    };
    SLACK.iter().filter_map(check).collect()
}

fn median(samples: &[Sample], of: &fn(&Sample) -> u64) -> u64 {
    let mut values: Vec<_> = samples.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// A dozen of the samples, a line each.
pub(crate) fn table(samples: &[Sample]) -> String {
    let mut text = "    s  MB mem   fds threads  MB wal tmp files  MB tmp\n".to_owned();
    let mega = |bytes: u64| bytes as f64 / 1e6;
    for sample in samples.iter().step_by((samples.len() / 12).max(1)) {
        text.push_str(&format!(
            "{:5} {:7.1} {:5} {:7} {:7.1} {:9} {:7.1}\n",
            sample.at.as_secs(),
            mega(sample.rss),
            sample.fds,
            sample.threads,
            mega(sample.wal),
            sample.tmp_files,
            mega(sample.tmp_bytes),
        ));
    }
    text
}

#[test]
fn a_leak_of_a_megabyte_a_minute_is_seen_in_an_hour() {
    let hour = |leak: u64| -> Vec<Sample> {
        let sample = |second: u64| Sample {
            at: Duration::from_secs(second),
            rss: (100 << 20) + second * leak / 60 + ((second % 7) << 20),
            ..Sample::default()
        };
        (0..3600).map(sample).collect()
    };
    assert!(growth(&hour(0)).is_empty());
    assert_eq!(growth(&hour(1 << 20)).len(), 1);
}
