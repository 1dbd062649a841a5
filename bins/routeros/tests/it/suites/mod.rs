//! Suites of scripted cases, with transcripts that are known to be right.

mod dry_run;
mod mask;
mod queries;
mod script;
mod triggering;
mod validation;
