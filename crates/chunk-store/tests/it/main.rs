//! The formats and stores of chunk-store, from the outside.

#![expect(clippy::unwrap_used, reason = "tests may panic, their helpers too")]

mod chunker;
mod golden;
mod local;
mod pack;
mod support;
