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
//! The forms of printouts, exports and refusals are those of real devices; `tests/it/replay` and
//! `tests/it/dialogue` compare them where transcripts are. The following was never seen, and the
//! simulator answers all the same, because a device must answer something:
//!
//! - Figures of `/system/resource` and `/system/package`. Of the CRS326 the board, its processor
//!   and its memories are known; free memory and disk, load, bad blocks, sectors written, build
//!   time and the firmware of the factory are those of other boards or made up, and stand still.
//! - When things change between two versions of which both were seen: the place of
//!   `/ip dhcp-server` in an export is taken to move at 7.16 and at 7.20, and an unknown argument
//!   to be refused in the new words from 7.23 (the old ones were last seen in 7.19.6).
//! - The order in which a command's faults are found when it has several: words, names of
//!   arguments, enumerations, values, missing arguments, references, conflicts.
//! - Ids: every menu counts from 1, interfaces of all types together, and none comes back.
//! - The scheduler: an entry without `start-time` counts its interval from when it was made, and
//!   anew from every start; `start-time=startup` is 3 s after the start.
//! - Over exec `/system/reset-configuration` acts without asking; the questions of
//!   `/system/backup/load` are refused.
//! - Files: all survive a restart, there is no `flash/`, and TYPE is known of backups only.
//! - How long a start and a restart of the ports take ([`ssh::Options`]).
//! - The line of a block breaks two characters early before `loop-protect-status` and
//!   `multicast-router`: two printouts do so, and nobody knows why.

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
