//! `nix-cache-info`: what a binary cache says of itself.

use std::fmt;
use std::str::FromStr;

use crate::{Error, StoreDir};

/// Greatest length of a `nix-cache-info`, in bytes.
pub const MAX_LEN: usize = 64 * 1024;

/// The fields of a `nix-cache-info` that Nix reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheInfo {
    /// The store directory of every path in the cache.
    pub store_dir: StoreDir,
    /// Whether clients may ask for many paths at once, as `nix-env -qas` does.
    pub want_mass_query: bool,
    /// The lower, the sooner a client asks this cache.
    pub priority: i32,
}

/// What Nix takes a cache for that says nothing.
impl Default for CacheInfo {
    fn default() -> Self {
        Self {
            store_dir: StoreDir::default(),
            want_mass_query: false,
            priority: 50,
        }
    }
}

/// Lines without a colon and unknown fields are passed over, and the last of
/// repeated fields counts, as in Nix.
impl FromStr for CacheInfo {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_LEN {
            return Err(Error::CacheInfo("too long"));
        }
        let mut info = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match name {
                "StoreDir" => info.store_dir = value.parse()?,
                "WantMassQuery" => info.want_mass_query = value == "1",
                "Priority" => {
                    let number = value.parse();
                    info.priority = number.map_err(|_| Error::CacheInfo("invalid priority"))?;
                }
                _ => {}
            }
        }
        Ok(info)
    }
}

impl fmt::Display for CacheInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "StoreDir: {}", self.store_dir)?;
        writeln!(f, "WantMassQuery: {}", u8::from(self.want_mass_query))?;
        writeln!(f, "Priority: {}", self.priority)
    }
}

#[cfg(test)]
mod tests {
    use super::{CacheInfo, MAX_LEN};

    fn info(store_dir: &str, want_mass_query: bool, priority: i32) -> CacheInfo {
        CacheInfo {
            store_dir: store_dir.parse().unwrap(),
            want_mass_query,
            priority,
        }
    }

    #[test]
    fn parses_as_nix_does() {
        let table = [
            ("", info("/nix/store", false, 50)),
            ("StoreDir: /nix/store\n", info("/nix/store", false, 50)),
            (
                "StoreDir: /s\nWantMassQuery: 1\nPriority: 40\n",
                info("/s", true, 40),
            ),
            ("Priority:-1", info("/nix/store", false, -1)),
            (
                "WantMassQuery: true\nno colon\nOther: x\n\n",
                info("/nix/store", false, 50),
            ),
            (
                "Priority: 1\r\nPriority: 2\r\n",
                info("/nix/store", false, 2),
            ),
        ];
        for (text, want) in table {
            assert_eq!(text.parse(), Ok(want), "{text:?}");
        }
        let long = "x".repeat(MAX_LEN + 1);
        for text in [
            "Priority: x",
            "Priority: 99999999999",
            "StoreDir: nix",
            &long,
        ] {
            assert!(text.parse::<CacheInfo>().is_err());
        }
    }

    #[test]
    fn prints() {
        let sample = info("/nix/store", true, 41);
        let text = "StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 41\n";
        assert_eq!(sample.to_string(), text);
        assert_eq!(text.parse(), Ok(sample));
    }
}
