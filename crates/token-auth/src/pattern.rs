//! Patterns of cache names.

use std::fmt;
use std::str::FromStr;

use cache_api::CacheName;

/// The longest pattern, in characters.
const MAX_LEN: usize = 50;

/// A cache name in which `*` stands for any run of characters, an empty one
/// too. 1 to 50 of `A-Za-z0-9_+*-`, beginning with a letter, a digit or `*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CachePattern(String);

/// Why a text is no [`CachePattern`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a cache pattern has 1 to 50 of the characters A-Z a-z 0-9 _ + - * and begins with a letter, digit or *"
)]
pub struct CachePatternError;

impl CachePattern {
    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this very name, and no pattern.
    pub fn is_exactly(&self, cache: &CacheName) -> bool {
        self.0 == cache.as_str()
    }

    /// Whether `cache` fits it.
    pub fn matches(&self, cache: &CacheName) -> bool {
        glob(self.0.as_bytes(), cache.as_str().as_bytes())
    }
}

/// Whether `text` fits `pattern`. On a mismatch only the last `*` takes one more
/// byte, so the work is at most the product of both lengths.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            last_star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star, taken)) = last_star {
            last_star = Some((star, taken + 1));
            p = star + 1;
            t = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&b| b == b'*')
}

impl FromStr for CachePattern {
    type Err = CachePatternError;

    fn from_str(text: &str) -> Result<Self, CachePatternError> {
        let bytes = text.as_bytes();
        let valid = bytes.len() <= MAX_LEN
            && bytes
                .first()
                .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'*')
            && bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"_+-*".contains(b));
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(CachePatternError)
        }
    }
}

impl From<&CacheName> for CachePattern {
    fn from(cache: &CacheName) -> Self {
        Self(cache.to_string())
    }
}

impl fmt::Display for CachePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_and_names() {
        let table = [
            ("*", "a", true),
            ("*", "team-main", true),
            ("a", "a", true),
            ("a", "b", false),
            ("a", "A", false),
            ("a", "aa", false),
            ("a*", "a", true),
            ("a*", "ab", true),
            ("a*", "ba", false),
            ("*a", "ba", true),
            ("*a", "ab", false),
            ("dev-*-x", "dev--x", true),
            ("dev-*-x", "dev-a-x", true),
            ("dev-*-x", "dev-x", false),
            ("a*b*c", "abbbc", true),
            ("a*b*c", "acb", false),
            ("**", "a", true),
            ("a**b", "ab", true),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "aab", false),
            ("+", "a", false),
            ("a+", "a", false),
        ];
        for (pattern, name, fits) in table {
            let Ok(pattern) = pattern.parse::<CachePattern>() else {
                assert_eq!((pattern, fits), ("+", false));
                continue;
            };
            assert_eq!(
                pattern.matches(&name.parse().unwrap()),
                fits,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn texts_that_are_no_patterns() {
        let long = "*".repeat(51);
        for text in [
            "",
            "_a",
            "-",
            "+a",
            "a.b",
            "a?",
            "[a]",
            "a b",
            "ä",
            "a\n",
            long.as_str(),
        ] {
            assert_eq!(
                text.parse::<CachePattern>(),
                Err(CachePatternError),
                "{text:?}"
            );
        }
    }

    /// The meaning of `*` written down as plainly as possible.
    fn by_definition(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|n| by_definition(rest, &text[n..])),
            Some((byte, rest)) => text
                .split_first()
                .is_some_and(|(first, text)| first == byte && by_definition(rest, text)),
        }
    }

    proptest! {
        #[test]
        fn globs_mean_what_the_definition_says(pattern in "[ab*]{0,7}", text in "[ab]{0,9}") {
            let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
            prop_assert_eq!(glob(pattern, text), by_definition(pattern, text));
        }
    }
}
