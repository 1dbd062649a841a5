//! Suites of scripted cases, with transcripts that are known to be right.

mod mask;
mod script;
mod triggering;
