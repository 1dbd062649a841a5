//! The one place where the program reads the environment and the clock.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use routeros_client::link::Patience;

/// A variable; nothing where it is not set.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Where host keys are remembered, as OpenSSH does.
pub(crate) fn known_hosts() -> Option<PathBuf> {
    Some(home()?.join(".ssh/known_hosts"))
}

/// Where copies of backups go.
pub(crate) fn backups() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").filter(|value| !value.is_empty());
    let state = match state {
        Some(state) => PathBuf::from(state),
        None => home()?.join(".local/state"),
    };
    Some(state.join("routeros"))
}

fn home() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").filter(|value| !value.is_empty());
    home.map(PathBuf::from)
}

/// The real clock.
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Clock(Instant::now())
    }
}

impl Patience for Clock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn pause(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}
