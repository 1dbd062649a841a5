//! A simulated RouterOS 7 switch, for tests and for trying `routeros` without a switch.
//!
//! One [`Device`] is a pure state machine with its own clock: text of a command in, text out.
//! Nothing here shares code with `routeros-client`: a fault of its builder must not be hidden by
//! the same fault in the parser that reads what it built.
//!
//! What the simulator does not know it refuses loudly ([`UNKNOWN`]) rather than inventing an answer.
//!
//! # What is inferred
//!
//! The forms of printouts, exports and refusals are those of real devices: `tests/it/claims` lists
//! each with the transcript or the rule that ties it, and `tests/it/replay` and `tests/it/dialogue`
//! compare them where transcripts are. The following was never seen, and the simulator answers all
//! the same, because a client cannot do without:
//!
#![doc = include_str!("inferred.md")]

pub mod device;
pub mod export;
mod lang;
pub mod machine;
mod menu;
pub mod mode;
pub mod print;
pub mod reach;
mod run;
pub mod ssh;
mod state;
pub mod system;
mod time;
pub mod version;
pub mod view;

pub use device::Device;
pub use menu::menus;
pub use ssh::Simulator;
pub use version::Version;

/// Begins the answer to anything that a real device may know and this one does not.
///
/// No RouterOS prints this, so a test that meets it cannot mistake it for a device's refusal.
pub const UNKNOWN: &str = "SIMULATOR: not simulated: ";
