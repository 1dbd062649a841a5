//! What a device does beside its configuration: files, timers, backups, users, restarts.

pub mod backup;
mod clock;
pub mod files;
mod keep;
mod operators;
mod reset;
pub mod schedule;
pub(crate) mod surroundings;
pub mod users;
