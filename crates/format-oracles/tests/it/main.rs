//! The oracles over committed inputs and over random changes of them, so that
//! what the fuzz targets look for is looked for wherever tests run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod inputs;
mod random;
mod replay;
