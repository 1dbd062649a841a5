//! Configuration: found, read, checked, given its meaning.

mod check;
mod database;
pub(crate) mod keys;
mod raw;
mod resolve;
pub(crate) mod secret;
mod source;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use source::{Source, locate};

/// The environment as it was when the program started.
#[derive(Clone, Default)]
pub(crate) struct Env {
    variables: BTreeMap<String, String>,
    called: Called,
}

/// By which name the program was called.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Called {
    #[default]
    Garret,
    Attic,
}

impl Env {
    /// The variables of this process; those that are not Unicode are left out.
    pub(crate) fn of_process() -> Self {
        let pairs = std::env::vars_os();
        let text =
            |(k, v): (OsString, OsString)| Some((k.into_string().ok()?, v.into_string().ok()?));
        Self {
            variables: pairs.filter_map(text).collect(),
            called: Called::Garret,
        }
    }

    /// Notes that the program was called by a name of Attic's.
    pub(crate) fn call_attic(&mut self) {
        self.called = Called::Attic;
    }

    /// Whether it was.
    pub(crate) fn is_attic(&self) -> bool {
        self.called == Called::Attic
    }

    /// A variable; set but empty counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.variables
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    }

    #[cfg(test)]
    pub(crate) fn with(pairs: &[(&str, &str)]) -> Self {
        let owned = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
        Self {
            variables: pairs.iter().map(owned).collect(),
            called: Called::Garret,
        }
    }
}

/// What is wrong with a configuration: every message says where.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub(crate) struct ConfigError(pub(crate) Vec<String>);

impl ConfigError {
    pub(crate) fn one(message: impl Into<String>) -> Self {
        Self(vec![message.into()])
    }
}

/// The configuration with its meaning: every default filled in.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) api_endpoint: Option<String>,
    pub(crate) substituter_endpoint: Option<String>,
    pub(crate) allowed_hosts: Vec<String>,
    /// SQLite file.
    pub(crate) database: PathBuf,
    /// Folder of the blobs.
    pub(crate) storage: PathBuf,
    pub(crate) compression_level: i32,
    /// `None` keeps for ever.
    pub(crate) default_retention: Option<Duration>,
    pub(crate) grace: Duration,
    pub(crate) removed_grace: Duration,
    pub(crate) issuer: Option<String>,
    pub(crate) audiences: Vec<String>,
    /// `None` where no key was found.
    pub(crate) signing: Option<secret::Secret>,
    pub(crate) max_nar_size: u64,
    pub(crate) max_unpublished: u64,
    pub(crate) server: ServerLimits,
    pub(crate) metrics: Metrics,
    /// One line for each reason why something in the file has no effect.
    pub(crate) warnings: Vec<String>,
}

/// Timeouts and caps of the HTTP server.
#[derive(Debug, Clone)]
pub(crate) struct ServerLimits {
    pub(crate) header_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) stall_timeout: Duration,
    pub(crate) body_least_rate: u64,
    pub(crate) body_grace: Duration,
    pub(crate) shutdown_deadline: Duration,
    pub(crate) max_connections: usize,
    pub(crate) max_connections_per_address: usize,
    pub(crate) max_requests_per_token: usize,
    pub(crate) upload_memory: u64,
    pub(crate) narinfo_memory: u64,
}

/// Where metrics are served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metrics {
    pub(crate) enabled: bool,
    pub(crate) listen: SocketAddr,
    /// Written in the file, so that a busy port is an error.
    pub(crate) configured: bool,
}

/// Reads and resolves the configuration that `source` names.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn load(source: &Source, env: &Env) -> Result<Config, ConfigError> {
    let text = source.text()?;
    let table: toml::Table = text
        .parse()
        .map_err(|error| ConfigError::one(format!("{}: {error}", source.name())))?;
    let warnings = check::check(&table).map_err(|errors| source.errors(errors))?;
    let raw: raw::Raw = table
        .try_into()
        .map_err(|error: toml::de::Error| source.errors(vec![error.message().to_owned()]))?;
    let mut config = resolve::resolve(&raw, source, env).map_err(|errors| source.errors(errors))?;
    config.warnings.splice(0..0, warnings);
    Ok(config)
}
