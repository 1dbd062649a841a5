//! The program as people and scripts run it.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail like the tests themselves"
)]

mod commands;
mod configuration;
mod serving;
mod support;
