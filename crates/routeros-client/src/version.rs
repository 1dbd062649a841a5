//! The version of RouterOS that a device runs.

use std::fmt;

/// A version such as `7.16` or `7.24.1`; the channel, a beta and a release
/// candidate are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 6 or 7.
    pub major: u16,
    /// The number that tells what the console understands.
    pub minor: u16,
    /// 0 where the device shows none.
    pub patch: u16,
}

impl Version {
    /// The oldest version that the tool supports: JSON with options and the
    /// dry run of `import` came with it.
    pub const LEAST: Version = Version::new(7, 16, 0);

    /// The version `major.minor.patch`.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Version {
            major,
            minor,
            patch,
        }
    }

    /// Reads what `/system/resource` and the head of an export show:
    /// `7.15.2 (stable)`, `7.16`, `7.21beta3`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let word = text.split_whitespace().next()?;
        let numbers = word.split(|c: char| c.is_ascii_alphabetic()).next()?;
        let mut parts = numbers.split('.').map(|part| part.parse::<u16>().ok());
        let version = Version {
            major: parts.next()??,
            minor: parts.next()??,
            patch: parts.next().unwrap_or(Some(0))?,
        };
        parts.next().is_none().then_some(version)
    }

    /// Whether this is RouterOS 7 at `minor` or later.
    #[must_use]
    pub fn at_least(self, minor: u16) -> bool {
        self >= Version::new(7, minor, 0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 {
            write!(f, ".{}", self.patch)?;
        }
        Ok(())
    }
}

impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_devices_show_them() {
        assert_eq!(
            Version::read("7.15.2 (stable)"),
            Some(Version::new(7, 15, 2))
        );
        assert_eq!(Version::read("7.16"), Some(Version::new(7, 16, 0)));
        assert_eq!(
            Version::read("7.21beta3 (testing)"),
            Some(Version::new(7, 21, 0))
        );
        assert_eq!(Version::read("RouterOS"), None);
        assert_eq!(Version::read(""), None);
        assert!(Version::new(7, 9, 2) < Version::LEAST);
        assert!(Version::new(7, 20, 8).at_least(20) && !Version::new(7, 19, 6).at_least(20));
        assert_eq!(Version::new(7, 24, 1).to_string(), "7.24.1");
        assert_eq!(Version::new(7, 16, 0).to_string(), "7.16");
    }
}
