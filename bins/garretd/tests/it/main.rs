//! The program as people and scripts run it.

mod commands;
mod configuration;
mod serving;
mod support;
