//! Spans of time as people write them: `90 days`, `24h`, `1h 30m`, `0`.
//!
//! One or more pairs of number and unit, with or without spaces between. Units
//! are seconds (`s`, `sec`, `second`), minutes (`m`, `min`, `minute`), hours
//! (`h`, `hr`, `hour`), days (`d`, `day`), weeks (`w`, `week`), months (`M`,
//! `month`: 30.44 days) and years (`y`, `year`: 365.25 days), each with a plural
//! `s` too. A number alone is accepted only for 0.

/// Why a text is no size or no span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// It is empty.
    #[error("nothing is written")]
    Empty,
    /// A number is wanted and something else stands there.
    #[error("{0:?} does not begin with a number")]
    Number(String),
    /// The unit is none that is known.
    #[error("{0:?} is not a known unit")]
    Unit(String),
    /// A number other than 0 has no unit.
    #[error("the number {0} needs a unit")]
    NoUnit(String),
    /// It does not fit into 63 bits.
    #[error("the amount is too large")]
    TooLarge,
}

/// The most digits of a number; all that 63 bits hold, and no more work.
const MAX_DIGITS: usize = 19;

/// A decimal number as written, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    /// The number without its decimal point.
    digits: u64,
    /// How many of its digits stand behind the point.
    decimals: u32,
}

impl Amount {
    /// The number that `text` begins with, and what follows it.
    pub(crate) fn take(text: &str) -> Result<(Self, &str), AmountError> {
        if text.is_empty() {
            return Err(AmountError::Empty);
        }
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, rest) = text.split_at(end);
        let wrong = || AmountError::Number(text.to_owned());
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
            return Err(wrong());
        }
        let fraction = fraction.trim_end_matches('0');
        if whole.len() + fraction.len() > MAX_DIGITS {
            return Err(AmountError::TooLarge);
        }
        let digits = format!("{whole}{fraction}")
            .parse()
            .map_err(|_| AmountError::TooLarge)?;
        Ok((
            Self {
                digits,
                decimals: fraction.len() as u32,
            },
            rest,
        ))
    }

    /// The number times `factor`, rounded down.
    pub(crate) fn times(self, factor: u64) -> Result<u64, AmountError> {
        let product = u128::from(self.digits) * u128::from(factor) / 10_u128.pow(self.decimals);
        i64::try_from(product)
            .map(i64::unsigned_abs)
            .map_err(|_| AmountError::TooLarge)
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
const MONTH: u64 = 2_630_016;
const YEAR: u64 = 31_557_600;

/// Seconds of a span of time as people write it.
///
/// # Errors
/// When the text is no span of time, or is one of 2^63 seconds or more.
pub fn parse_seconds(text: &str) -> Result<u64, AmountError> {
    let mut rest = text.trim();
    if rest == "0" {
        return Ok(0);
    }
    let mut total: u64 = 0;
    loop {
        let (amount, after) = Amount::take(rest)?;
        let after = after.trim_start();
        let end = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        if unit.is_empty() {
            return Err(AmountError::NoUnit(rest.to_owned()));
        }
        let seconds = amount.times(unit_seconds(unit)?)?;
        total = total
            .checked_add(seconds)
            .filter(|&total| i64::try_from(total).is_ok())
            .ok_or(AmountError::TooLarge)?;
        rest = next.trim_start();
        if rest.is_empty() {
            return Ok(total);
        }
    }
}

fn unit_seconds(unit: &str) -> Result<u64, AmountError> {
    if unit == "M" {
        return Ok(MONTH);
    }
    match unit.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Ok(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Ok(MINUTE),
        "h" | "hr" | "hrs" | "hour" | "hours" => Ok(HOUR),
        "d" | "day" | "days" => Ok(DAY),
        "w" | "week" | "weeks" => Ok(WEEK),
        "month" | "months" => Ok(MONTH),
        "y" | "year" | "years" => Ok(YEAR),
        _ => Err(AmountError::Unit(unit.to_owned())),
    }
}

/// A span of time for people, in units from days down: `90 days`, `1 day 2
/// hours`, `0 seconds`. [`parse_seconds`] reads it back equal.
pub fn format_seconds(seconds: u64) -> String {
    let units = [
        (DAY, "day"),
        (HOUR, "hour"),
        (MINUTE, "minute"),
        (1, "second"),
    ];
    let mut rest = seconds;
    let mut words = Vec::new();
    for (length, name) in units {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            words.push(format!(
                "{count} {name}{}",
                if count == 1 { "" } else { "s" }
            ));
        }
    }
    if words.is_empty() {
        "0 seconds".to_owned()
    } else {
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_that_are() {
        let table = [
            ("0", 0),
            ("0s", 0),
            ("90 days", 90 * DAY),
            ("90days", 90 * DAY),
            ("90 DAYS", 90 * DAY),
            ("180d", 180 * DAY),
            ("24h", DAY),
            ("24 hours", DAY),
            ("1h 30m", 5400),
            ("1h30m", 5400),
            ("1 day 2 hours", 26 * HOUR),
            ("2w", 14 * DAY),
            ("1.5h", 5400),
            ("1 month", MONTH),
            ("1M", MONTH),
            ("1m", MINUTE),
            ("2 years", 2 * YEAR),
            (" 5 min\n", 300),
            ("0.0001s", 0),
        ];
        for (text, seconds) in table {
            assert_eq!(parse_seconds(text), Ok(seconds), "{text:?}");
        }
    }

    #[test]
    fn spans_that_are_not() {
        use AmountError::*;
        let table = [
            ("", Empty),
            ("  ", Empty),
            ("90", NoUnit("90".into())),
            ("1h 30", NoUnit("30".into())),
            ("days", Number("days".into())),
            ("-1 day", Number("-1 day".into())),
            ("1h, 30m", Number(", 30m".into())),
            ("1..5h", Number("1..5h".into())),
            ("3 fortnights", Unit("fortnights".into())),
            ("3 ms", Unit("ms".into())),
            ("3 hours_", Number("_".into())),
            ("1e3 s", Unit("e".into())),
            ("\u{663} days", Number("\u{663} days".into())),
            ("9223372036854775808s", TooLarge),
            ("9223372036854775807s 1s", TooLarge),
            ("999999999999999999 years", TooLarge),
            ("12345678901234567890123s", TooLarge),
        ];
        for (text, error) in table {
            assert_eq!(parse_seconds(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn spans_for_people() {
        let table = [
            (0, "0 seconds"),
            (1, "1 second"),
            (60, "1 minute"),
            (DAY, "1 day"),
            (90 * DAY, "90 days"),
            (26 * HOUR + 61, "1 day 2 hours 1 minute 1 second"),
        ];
        for (seconds, text) in table {
            assert_eq!(format_seconds(seconds), text);
        }
    }

    proptest! {
        #[test]
        fn a_formatted_span_is_itself(seconds in 0..i64::MAX as u64) {
            prop_assert_eq!(parse_seconds(&format_seconds(seconds)), Ok(seconds));
        }

        #[test]
        fn no_text_makes_it_panic(text in "([0-9.]{0,30} ?[a-zA-Zµ]{0,6} ?){0,4}|.{0,20}") {
            let _ = parse_seconds(&text);
        }
    }
}
