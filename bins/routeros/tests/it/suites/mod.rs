//! Suites of scripted cases, with transcripts that are known to be right.

mod connection;
mod dry_run;
mod errors;
pub(crate) mod mask;
mod queries;
mod script;
mod triggering;
mod validation;
