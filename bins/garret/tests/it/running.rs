//! A `garret push` that runs, and can be killed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::logs;
use crate::proxy::Packs;
use crate::world::{World, summary};

/// Far beyond what any push here takes: one that hangs fails its test.
const HANGS: Duration = Duration::from_secs(300);

/// Its output goes to files, which say what it had said when it was killed.
pub(crate) struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
    started: Instant,
    /// The proxy's account when it was started.
    pub(crate) before: Packs,
}

impl Running {
    pub(crate) fn start(
        world: &World,
        store: &Path,
        cache: &str,
        top: &str,
        before: Packs,
    ) -> Self {
        let [out, err] = ["push.out", "push.err"].map(|name| world.home().join(name));
        let file = |path: &PathBuf| Stdio::from(File::create(path).expect("a file"));
        let child = world
            .garret()
            .args(["push", "--json", "--store"])
            .arg(store)
            .args([cache, top])
            .stdin(Stdio::null())
            .stdout(file(&out))
            .stderr(file(&err))
            .spawn()
            .expect("garret starts");
        Self {
            child,
            out,
            err,
            started: Instant::now(),
            before,
        }
    }

    /// Whether it still runs when `reached` first says so.
    pub(crate) fn runs_until(&mut self, reached: impl Fn() -> bool) -> bool {
        while self.child.try_wait().expect("a child").is_none() {
            if reached() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        false
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// `kill -9`. Whether it was alive until then.
    pub(crate) fn kill(&mut self) -> bool {
        self.child.kill().expect("killed");
        !self.child.wait().expect("a child").success()
    }

    /// Waits for its end, which must be a good one; answers its last line.
    pub(crate) fn finish(&mut self, secrets: &[String]) -> Value {
        let end = Instant::now() + HANGS;
        let hangs = self.runs_until(|| Instant::now() > end);
        assert!(!hangs, "a push hangs:\n{}", self.talk());
        let status = self.child.wait().expect("a child");
        let talk = self.talk();
        assert!(status.success(), "a push ended with {status}:\n{talk}");
        logs::check(&talk, secrets);
        summary(&fs::read_to_string(&self.out).expect("its output"))
    }

    /// The base names of the paths that it has said are published.
    pub(crate) fn published(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(&self.out).expect("its output");
        // A kill may leave half a line.
        let whole = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        let events = whole.map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        events
            .filter(|event| event["event"] == "published")
            .map(|event| event["path"].as_str().expect("a path").to_owned())
            .collect()
    }

    fn talk(&self) -> String {
        fs::read_to_string(&self.err).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
