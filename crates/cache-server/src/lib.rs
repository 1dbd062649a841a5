//! The Garret engine and its HTTP server.

pub mod engine;
pub mod http;
pub mod metrics;
