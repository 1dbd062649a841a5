//! Garret's client.

pub mod api;
pub mod config;
pub mod dump;
pub mod env;
pub mod error;
pub mod files;
pub mod netrc;
pub mod nixconf;
pub mod store;

pub use env::{Env, Secret};
pub use error::{CliError, ErrorKind, Result};
