//! One push of a closure that is new to a cache, watched.

use std::process::Stdio;

use anyhow::{Result, bail};

use super::MIB;
use super::process::watch;
use crate::corpus::Corpus;
use crate::garret::{Client, Pushed};

/// What a push cost the client.
pub(crate) struct Cost {
    /// Seconds of the whole command.
    pub(crate) seconds: f64,
    /// MiB that it had at most.
    pub(crate) peak: f64,
}

/// Pushes all of a closure.
///
/// # Errors
/// If the client fails, or the cache had some of it.
pub(crate) fn all(client: &Client, cache: &str, corpus: &Corpus) -> Result<Cost> {
    let mut command = client.push_command(cache, &corpus.store, &[&corpus.top])?;
    let watched = watch(command.stderr(Stdio::null()))?;
    let pushed = Pushed::parse(&watched.stdout)?;
    if usize::try_from(pushed.paths_pushed) != Ok(corpus.paths.len()) {
        bail!("only {} paths were pushed", pushed.paths_pushed);
    }
    Ok(Cost {
        seconds: watched.seconds,
        peak: watched.peak_memory as f64 / MIB,
    })
}
