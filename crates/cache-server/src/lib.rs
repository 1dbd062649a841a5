//! The Garret engine and its HTTP server.

pub mod engine;
