//! The name of a cache.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest cache name, in characters.
const MAX_LEN: usize = 50;

/// The name of a cache: 1 to 50 of `A-Za-z0-9_+-`, beginning with a letter or
/// a digit. Attic's rule, so its caches and tokens keep their names; `_api`
/// and names with dots can therefore never be caches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CacheName(String);

/// Why a text is no [`CacheName`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a cache name has 1 to 50 of the characters A-Z a-z 0-9 _ + - and begins with a letter or digit"
)]
pub struct CacheNameError;

impl CacheName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` follows the rule of [`CacheName`].
fn is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= MAX_LEN
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(b))
}

impl FromStr for CacheName {
    type Err = CacheNameError;

    fn from_str(text: &str) -> Result<Self, CacheNameError> {
        if is_valid(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CacheNameError)
        }
    }
}

impl TryFrom<String> for CacheName {
    type Error = CacheNameError;

    fn try_from(text: String) -> Result<Self, CacheNameError> {
        if is_valid(&text) {
            Ok(Self(text))
        } else {
            Err(CacheNameError)
        }
    }
}

impl From<CacheName> for String {
    fn from(name: CacheName) -> Self {
        name.0
    }
}

impl AsRef<str> for CacheName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CacheName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_valid() {
        let longest = "a".repeat(50);
        for name in ["a", "0", "n3x", "A+b_c-d", "team+main", longest.as_str()] {
            assert_eq!(
                name.parse::<CacheName>().map(|n| n.to_string()),
                Ok(name.to_owned())
            );
        }
    }

    #[test]
    fn names_that_are_not() {
        let long = "a".repeat(51);
        for name in [
            "",
            "_api",
            "-a",
            "+a",
            "a.b",
            "a/b",
            "a b",
            "ä",
            "a\n",
            "a\0",
            "..",
            "*",
            long.as_str(),
        ] {
            assert_eq!(name.parse::<CacheName>(), Err(CacheNameError), "{name:?}");
            let json = serde_json::to_string(name).unwrap();
            assert!(
                serde_json::from_str::<CacheName>(&json).is_err(),
                "{name:?}"
            );
        }
    }
}
