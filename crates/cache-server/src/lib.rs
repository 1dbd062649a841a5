//! A Nix binary cache: the [`engine`], through which bytes come in and go out,
//! and the [`http`] server that speaks for it.
//!
//! The engine works without any HTTP. It is handed everything it stands on,
//! and reads no clock, file or environment of its own:
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//!
//! use cache_api::CreateCache;
//! use cache_db::{Clock, Db, DbConfig};
//! use cache_server::engine::{Engine, EngineConfig, Readiness};
//! use chunk_store::blob::LocalStore;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let clock = Clock::new(|| 1_800_000_000, || Duration::ZERO);
//! let db = Db::open(&DbConfig::new(folder.path().join("rows.db")), clock.clone())?;
//! let blobs = Arc::new(LocalStore::open(folder.path().join("blobs")).await?);
//! # let random = Arc::new(|bytes: &mut [u8]| bytes.fill(7));
//! let engine = Engine::open(EngineConfig::new(db, blobs, clock, random)).await?;
//! assert_eq!(engine.readiness(), Readiness::Ready);
//!
//! let name = "team".parse()?;
//! let made = engine.create_cache(&name, &CreateCache::default(), "http://localhost/").await?;
//! assert!(!made.settings.is_public);
//!
//! // Nothing is there yet, and the engine says so.
//! let cache = engine.cache(&name).await?.expect("it was just made");
//! let path = "0123456789abcdfghijklmnpqrsvwxyz".parse()?;
//! assert!(engine.narinfo(&cache, path).await.is_none());
//! assert_eq!(engine.paths_missing(&cache, &[path]).await?, [path]);
//! # Ok(())
//! # }
//! ```
//!
//! `examples/embed.rs` goes on from here: it pushes a NAR, publishes it and
//! reads it back.

pub mod engine;
pub mod http;
pub mod metrics;
