//! Versions of RouterOS 7, and what differs between them.

use std::fmt;
use std::str::FromStr;

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

    /// An internal id as the command line writes it: `*1F` from 7.20, `*1f` before.
    pub(crate) fn id_text(self, id: u32) -> String {
        if self.minor >= 20 {
            format!("*{id:X}")
        } else {
            format!("*{id:x}")
        }
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

/// Not a version of RouterOS 7.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a version of RouterOS 7, such as 7.20 or 7.16.2: {0:?}")]
pub struct NotAVersion(String);

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not = || NotAVersion(text.to_owned());
        let rest = text.strip_prefix("7.").ok_or_else(not)?;
        let (minor, patch) = rest.split_once('.').unwrap_or((rest, "0"));
        Ok(Self {
            minor: minor.parse().map_err(|_| not())?,
            patch: patch.parse().map_err(|_| not())?,
        })
    }
}
