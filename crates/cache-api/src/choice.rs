//! Settings that a request names by a word or a number.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// How long a path stays after its last use, as a request names it. In JSON
/// `"default"` or a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// What the server is set to.
    Default,
    /// This many seconds; 0 = for ever.
    Seconds(u64),
}

/// How many bytes a cache may hold, as a request names it. In JSON `"none"` or
/// a number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeLimit {
    /// Any number.
    None,
    /// At most this many.
    Bytes(u64),
}

impl Retention {
    /// As [`crate::CacheSettings::retention`] holds it.
    pub fn to_setting(self) -> Option<u64> {
        match self {
            Self::Default => None,
            Self::Seconds(seconds) => Some(seconds),
        }
    }
}

impl SizeLimit {
    /// As [`crate::CacheSettings::max_size`] holds it.
    pub fn to_setting(self) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}

/// Reads one word or a number, which is how both types above look in JSON.
struct WordOrNumber {
    word: &'static str,
    expecting: &'static str,
}

impl Visitor<'_> for WordOrNumber {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Self::Value, E> {
        if word == self.word {
            Ok(None)
        } else {
            Err(E::invalid_value(Unexpected::Str(word), &self))
        }
    }
}

impl Serialize for Retention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Default => serializer.serialize_str("default"),
            Self::Seconds(seconds) => serializer.serialize_u64(*seconds),
        }
    }
}

impl<'de> Deserialize<'de> for Retention {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = WordOrNumber {
            word: "default",
            expecting: "\"default\" or a number of seconds",
        };
        let value = deserializer.deserialize_any(visitor)?;
        Ok(value.map_or(Self::Default, Self::Seconds))
    }
}

impl Serialize for SizeLimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_str("none"),
            Self::Bytes(bytes) => serializer.serialize_u64(*bytes),
        }
    }
}

impl<'de> Deserialize<'de> for SizeLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = WordOrNumber {
            word: "none",
            expecting: "\"none\" or a number of bytes",
        };
        let value = deserializer.deserialize_any(visitor)?;
        Ok(value.map_or(Self::None, Self::Bytes))
    }
}
