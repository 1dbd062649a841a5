//! Numeric dates of claims: seconds, often whole, sometimes not.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// A point in time as a token writes it, in unix seconds.
///
/// Fractions are kept apart because they round to the narrower side: an end
/// down, a beginning up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NumericDate {
    Whole(u64),
    Fraction(f64),
}

impl NumericDate {
    /// As the end of a time, in whole seconds.
    pub(crate) fn as_end(self) -> u64 {
        match self {
            Self::Whole(seconds) => seconds,
            Self::Fraction(seconds) => seconds.floor() as u64,
        }
    }

    /// As the beginning of a time, in whole seconds.
    pub(crate) fn as_start(self) -> u64 {
        match self {
            Self::Whole(seconds) => seconds,
            Self::Fraction(seconds) => seconds.ceil() as u64,
        }
    }
}

struct DateVisitor;

impl Visitor<'_> for DateVisitor {
    type Value = NumericDate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of seconds")
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<NumericDate, E> {
        Ok(NumericDate::Whole(seconds))
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<NumericDate, E> {
        Ok(NumericDate::Whole(u64::try_from(seconds).unwrap_or(0)))
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<NumericDate, E> {
        Ok(NumericDate::Fraction(seconds))
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DateVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_round_to_the_narrower_side() {
        let table = [
            ("0", 0, 0),
            ("1700000000", 1_700_000_000, 1_700_000_000),
            ("1700000000.0", 1_700_000_000, 1_700_000_000),
            ("1700000000.25", 1_700_000_000, 1_700_000_001),
            ("1.7e9", 1_700_000_000, 1_700_000_000),
            ("-5", 0, 0),
            ("-5.5", 0, 0),
            ("1e300", u64::MAX, u64::MAX),
            ("18446744073709551615", u64::MAX, u64::MAX),
        ];
        for (json, end, start) in table {
            let date: NumericDate = serde_json::from_str(json).unwrap();
            assert_eq!((date.as_end(), date.as_start()), (end, start), "{json}");
        }
        for json in ["\"1700000000\"", "true", "null", "[1]", "{}", "1e999"] {
            assert!(serde_json::from_str::<NumericDate>(json).is_err(), "{json}");
        }
    }
}
