//! The sweep's planner: what is reachable, what is in grace, what is garbage.
//!
//! A pure function of rows and a list of blobs.

use crate::Seq;

/// All rows at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The commit order then: what is newer was not seen.
    pub mark: Seq,
}
