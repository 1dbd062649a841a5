//! Spans of time: `1h30m`, `00:30:00`, `1w2d03:04:05`, `4ms847us`.

use std::fmt;

use super::{ValueError, read::malformed};

/// A span of time, to the microsecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    micros: u64,
}

const SECOND: u64 = 1_000_000;
/// From the largest: the order in which the device writes them.
const UNITS: [(&str, u64); 7] = [
    ("w", 7 * 86_400 * SECOND),
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000),
    ("us", 1),
];

impl Duration {
    /// A span of whole seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Duration {
            micros: seconds.saturating_mul(SECOND),
        }
    }

    /// Its whole seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.micros / SECOND
    }

    /// Reads every form that the console takes and shows; a bare number is
    /// seconds.
    ///
    /// # Errors
    /// Where the text is no span of time, or too long a one.
    pub fn read(text: &str) -> Result<Self, ValueError> {
        let micros = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            text.parse::<u64>()
                .ok()
                .and_then(|seconds| seconds.checked_mul(SECOND))
        } else {
            parts(text)
        };
        micros
            .map(|micros| Duration { micros })
            .ok_or_else(|| malformed("a span of time", text))
    }

    /// Reads the date counted from 1970 that JSON shows in place of some
    /// spans of time: `1970-01-02 00:00:00` is one day.
    #[must_use]
    pub fn from_epoch_date(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(' ')?;
        let mut numbers = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let days = u64::try_from(days_since_1970(year, month, day)?).ok()?;
        let micros = clock(time)?.checked_add(days.checked_mul(UNITS[1].1)?)?;
        Some(Duration { micros })
    }
}

/// `1w2d` and then perhaps `03:04:05`; each unit once, from the largest.
fn parts(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        if after.starts_with(':') {
            return total.checked_add(clock(rest)?);
        }
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(letters);
        let (_, micros) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*micros)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

/// `03:04:05` or `03:04:05.250`, in microseconds.
fn clock(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut numbers = whole.split(':').map(|part| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u64>().ok())?
    });
    let (hours, minutes, seconds) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let valid = numbers.next().is_none() && minutes < 60 && seconds < 60;
    if !valid
        || fraction.is_empty()
        || fraction.len() > 6
        || !fraction.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let fraction = format!("{fraction:0<6}").parse::<u64>().ok()?;
    Some((hours * 3_600 + minutes * 60 + seconds) * SECOND + fraction)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let before =
        [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][usize::try_from(month - 1).ok()?];
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    Some(years + before + i64::from(leap && month > 2) + day - 1)
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.micros;
        if left == 0 {
            return f.write_str("0s");
        }
        for (name, micros) in UNITS {
            let number = left / micros;
            left %= micros;
            if number > 0 {
                write!(f, "{number}{name}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> u64 {
        Duration::read(text).expect(text).seconds()
    }

    #[test]
    fn every_form_of_the_console_is_the_same_span() {
        for text in ["1h", "01:00:00", "60m", "3600", "3600s", "59m60s"] {
            assert_eq!(seconds(text), 3_600, "{text}");
        }
        assert_eq!(seconds("1w2d03:04:05"), 9 * 86_400 + 3 * 3_600 + 4 * 60 + 5);
        assert_eq!(
            Duration::read("4ms847us").expect("reads").to_string(),
            "4ms847us"
        );
        assert_eq!(
            Duration::read("00:00:00.200").expect("reads").to_string(),
            "200ms"
        );
        assert_eq!(Duration::from_seconds(93_784).to_string(), "1d2h3m4s");
        assert_eq!(Duration::default().to_string(), "0s");
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "1x",
            "h",
            "1h2w",
            "1:2:3",
            "00:61:00",
            "never",
            "1h ",
            "-1s",
            "99999999999999999w",
            "00:00:00.",
            "1m1m",
        ] {
            assert!(Duration::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_counted_from_1970_is_a_span() {
        let read = |text| Duration::from_epoch_date(text).map(|span| span.to_string());
        assert_eq!(read("1970-01-02 00:00:00").as_deref(), Some("1d"));
        assert_eq!(read("1970-01-01 00:10:00").as_deref(), Some("10m"));
        assert_eq!(read("1972-03-01 00:00:00").as_deref(), Some("112w6d"));
        assert_eq!(read("1d"), None);
        assert_eq!(read("1970-13-01 00:00:00"), None);
    }
}
