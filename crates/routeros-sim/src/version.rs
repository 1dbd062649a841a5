//! Versions of RouterOS 7, and what differs between them.

use std::fmt;

/// A version of RouterOS 7, such as 7.16.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The number after `7.`.
    pub minor: u8,
    /// The third number; 0 is not printed.
    pub patch: u8,
}

impl Version {
    /// Version `7.minor`.
    pub const fn new(minor: u8) -> Self {
        Self { minor, patch: 0 }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "7.{}", self.minor)?;
        if self.patch > 0 {
            write!(f, ".{}", self.patch)?;
        }
        Ok(())
    }
}
