//! A simulated RouterOS 7 switch, for tests and for trying `routeros` without a switch.
//!
//! One [`Device`] is a pure state machine with its own clock: text of a command in, text out.
//! Nothing here shares code with `routeros-client`: a fault of its builder must not be hidden by
//! the same fault in the parser that reads what it built.
//!
//! What the simulator does not know it refuses loudly ([`UNKNOWN`]) rather than inventing an answer.

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
pub use ssh::Simulator;
pub use version::Version;

/// Begins the answer to anything that a real device may know and this one does not.
///
/// No RouterOS prints this, so a test that meets it cannot mistake it for a device's refusal.
pub const UNKNOWN: &str = "SIMULATOR: not simulated: ";
