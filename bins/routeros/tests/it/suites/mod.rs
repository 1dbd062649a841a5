//! Suites of scripted cases, with transcripts that are known to be right.

mod application;
mod cleanup;
mod connection;
mod dry_run;
mod errors;
mod failures;
mod idempotency;
mod login;
pub(crate) mod mask;
mod purge;
mod queries;
mod script;
pub(crate) mod triggering;
mod validation;
