//! Log lines on stderr.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::cli::LogFormat;
use crate::config::Env;

/// Starts logging. `GARRET_LOG`, else `RUST_LOG`, else `info` says what is logged.
pub(crate) fn start(format: LogFormat, env: &Env) {
    let wanted = env.get("GARRET_LOG").or_else(|| env.get("RUST_LOG"));
    let filter = wanted.as_deref().unwrap_or("info");
    let (filter, wrong) = match EnvFilter::try_new(filter) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    if let Some(error) = wrong {
        tracing::warn!(%error, "GARRET_LOG or RUST_LOG is malformed, logging at info");
    }
}
