//! Log lines on stderr.

mod buffer;

use std::io::{IsTerminal as _, Stderr, stderr};

use tracing_subscriber::EnvFilter;

use crate::cli::LogFormat;
use crate::config::Env;
use buffer::Lines;

/// Writes out the last lines when it is dropped.
pub(crate) struct Guard(Lines<Stderr>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// Starts logging. `GARRET_LOG`, else `RUST_LOG`, else `info` says what is logged.
#[must_use]
pub(crate) fn start(format: LogFormat, env: &Env) -> Guard {
    let wanted = env.get("GARRET_LOG").or_else(|| env.get("RUST_LOG"));
    let filter = wanted.as_deref().unwrap_or("info");
    let (filter, wrong) = match EnvFilter::try_new(filter) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let lines = Lines::to(stderr());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines.clone())
        .with_ansi(stderr().is_terminal());
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    if let Some(error) = wrong {
        tracing::warn!(%error, "GARRET_LOG or RUST_LOG is malformed, logging at info");
    }
    Guard(lines)
}
