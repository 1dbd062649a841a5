//! From a configuration to an open engine.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use cache_api::Limits;
use cache_db::{Clock, Db, DbConfig};
use cache_server::engine::{Engine, EngineConfig};
use chunk_store::blob::{LocalStore, make_private_folder};

use crate::cli::Global;
use crate::config::{self, Config, Env, Source};
use crate::failure::{Failure, Kind};

/// The clocks of this machine.
pub(crate) fn clock() -> Clock {
    let started = Instant::now();
    Clock::new(unix_now, move || started.elapsed())
}

/// Wall time in Unix seconds; 0 for a clock that stands before 1970.
pub(crate) fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Fills a slice with randomness fit for secrets.
///
/// # Panics
/// When the kernel has none, without which nothing here would be safe.
pub(crate) fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the kernel gives randomness");
}

/// Locates and loads the configuration, and logs its warnings.
pub(crate) fn load(global: &Global, env: &Env) -> Result<(Source, Config), Failure> {
    let source = locate(global, env)?;
    let config = config::load(&source, env)?;
    for warning in &config.warnings {
        tracing::warn!("{}: {warning}", source.name());
    }
    Ok((source, config))
}

/// Locates the configuration.
pub(crate) fn locate(global: &Global, env: &Env) -> Result<Source, Failure> {
    let file = global.config.as_deref();
    Ok(config::locate(
        file,
        global.data_dir.as_deref(),
        env,
        is_root(),
    )?)
}

/// Whether this process is root: it owns its own entry below `/proc`.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

/// Makes a folder for its owner alone, and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<(), Failure> {
    let made = make_private_folder(path);
    made.with_context(|| format!("cannot make the folder {}", path.display()))
        .map_err(|error| Failure::new(Kind::Store, error))
}

/// Opens database, blob store and engine.
pub(crate) async fn engine(config: &Config, clock: &Clock) -> Result<Engine, Failure> {
    if let Some(folder) = config
        .database
        .parent()
        .filter(|path| !path.as_os_str().is_empty())
    {
        make_folder(folder)?;
    }
    let db = Db::open(&DbConfig::new(&config.database), clock.clone())
        .with_context(|| format!("cannot open the database {}", config.database.display()))
        .map_err(|error| Failure::new(Kind::Store, error))?;
    let blobs = LocalStore::open(&config.storage)
        .await
        .with_context(|| format!("cannot open the storage {}", config.storage.display()))
        .map_err(|error| Failure::new(Kind::Store, error))?;
    let mut settings = EngineConfig::new(db, Arc::new(blobs), clock.clone(), Arc::new(random));
    settings.limits = Limits {
        max_nar_size: config.max_nar_size,
        max_unpublished: config.max_unpublished,
        ..Limits::default()
    };
    settings.compression_level = config.compression_level;
    settings.grace = config.grace;
    settings.removed_grace = config.removed_grace;
    settings.upload_memory = config.server.upload_memory;
    settings.narinfo_memory = usize::try_from(config.server.narinfo_memory).unwrap_or(usize::MAX);
    Engine::open(settings)
        .await
        .context("cannot open the engine")
        .map_err(|error| Failure::new(Kind::Store, error))
}

/// A runtime for one command.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
        .map_err(Failure::from)
}
