//! The client's side of the v2 protocol.

mod body;
mod client;
mod error;
mod origin;
mod retry;
mod transport;

pub use body::Parts;
pub use client::Api;
pub use error::ApiError;
pub use origin::{Origin, OriginError};
pub use retry::Backoff;
