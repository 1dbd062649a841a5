//! Garret's client as a library: read the local Nix store, push to a cache, manage caches, tell
//! Nix about them.
//!
//! | module | what it is for |
//! |---|---|
//! | [`store`] | closures and facts of the local store, straight from Nix's database |
//! | [`dump`] | the NAR of a path |
//! | [`api`] | the v2 protocol: one method a route, retries, where a token may go |
//! | [`push()`](push::push) | plan, then send what is missing |
//! | [`nixconf`], [`netrc`], [`nixsettings`] | Nix's own files |
//! | [`commands`] | the commands of the `garret` program |
//!
//! The library reads neither clock nor environment: an [`Env`] says what is true.
//!
//! # Embedding
//!
//! ```no_run
//! # async fn example() -> cache_cli::Result<()> {
//! use std::sync::Arc;
//!
//! use cache_cli::api::Api;
//! use cache_cli::progress::Silent;
//! use cache_cli::push::{PushOptions, push};
//! use cache_cli::store::{LocalStore, StoreLocation};
//! use cache_cli::{Env, Secret};
//!
//! let env = Env::isolated("/home/ann".as_ref());
//! let store = LocalStore::open(StoreLocation::find(None, &env)?);
//! let roots = [store.resolve("./result")?];
//! let api = Api::new("http://10.0.0.10:8080".parse().expect("a URL"), Some(&Secret::new("eyJ…")))?;
//! let cache = "main".parse().expect("a name");
//! let report = push(&api, &cache, &store, &roots, &PushOptions::default(), Arc::new(Silent)).await?;
//! println!("{} paths sent, {} were there", report.tally.paths, report.present);
//! # Ok(())
//! # }
//! ```

pub mod api;
pub mod args;
pub mod commands;
pub mod config;
pub mod console;
pub mod dump;
pub mod env;
pub mod error;
pub mod files;
pub mod jwt;
pub mod netrc;
pub mod nixconf;
pub mod nixsettings;
pub mod progress;
pub mod push;
pub mod store;

pub use env::{Env, Secret};
pub use error::{CliError, ErrorKind, Result};
