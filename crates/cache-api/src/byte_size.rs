//! Sizes as people write them: `40 GiB`, `500MB`, `1.5 TiB`, `4096`.
//!
//! A number, at most one decimal point, spaces or none, a unit or none, in any
//! case. `K`, `M`, `G`, `T` (alone or with `iB`) are powers of 1024; `kB`, `MB`,
//! `GB`, `TB` are powers of 1000; `B` or nothing is bytes.

use crate::duration::{Amount, AmountError};

const UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
    ("t", 1 << 40),
    ("tib", 1 << 40),
    ("tb", 1_000_000_000_000),
];

/// Bytes of a size as people write it.
///
/// # Errors
/// When the text is no size, or is one of 2^63 bytes or more.
pub fn parse(text: &str) -> Result<u64, AmountError> {
    let (amount, rest) = Amount::take(text.trim())?;
    let bytes = amount.times(lookup(UNITS, rest.trim())?)?;
    Ok(bytes)
}

fn lookup(units: &[(&str, u64)], unit: &str) -> Result<u64, AmountError> {
    let lower = unit.to_ascii_lowercase();
    units
        .iter()
        .find(|(name, _)| *name == lower)
        .map(|(_, factor)| *factor)
        .ok_or_else(|| AmountError::Unit(unit.to_owned()))
}

/// A size for people, in the largest binary unit that it reaches: `40 GiB`,
/// `1.5 MiB`, `999 B`. Rounded to one decimal, so not always parsed back equal.
pub fn format(bytes: u64) -> String {
    const NAMES: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1 << 10 {
        return format!("{bytes} B");
    }
    // Rounding may reach the next unit: 1023.96 KiB is 1.0 MiB.
    let mut tenths = u128::from(bytes) * 10;
    let mut unit = 0;
    loop {
        let rounded = (tenths + 512) >> 10;
        if rounded < 10_240 || unit + 1 == NAMES.len() {
            let (whole, tenth) = (rounded / 10, rounded % 10);
            let tenth = if tenth == 0 {
                String::new()
            } else {
                format!(".{tenth}")
            };
            return format!("{whole}{tenth} {}", NAMES[unit]);
        }
        tenths >>= 10;
        unit += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_that_are() {
        let table = [
            ("0", 0),
            ("4096", 4096),
            ("1 B", 1),
            ("40 GiB", 40 << 30),
            ("40GiB", 40 << 30),
            ("40gib", 40 << 30),
            ("40G", 40 << 30),
            ("40 GB", 40_000_000_000),
            ("1.5 TiB", 3 << 39),
            ("0.5k", 512),
            ("1.0001 B", 1),
            ("  2 MiB\n", 2 << 20),
            ("007", 7),
            ("1.50000000000000000000000 KiB", 1536),
            ("9223372036854775807", i64::MAX as u64),
        ];
        for (text, bytes) in table {
            assert_eq!(parse(text), Ok(bytes), "{text:?}");
        }
    }

    #[test]
    fn sizes_that_are_not() {
        use AmountError::*;
        let table = [
            ("", Empty),
            (" ", Empty),
            ("GiB", Number("GiB".into())),
            ("-1", Number("-1".into())),
            ("+1", Number("+1".into())),
            (".5 G", Number(".5 G".into())),
            ("5. G", Number("5. G".into())),
            ("1.2.3", Number("1.2.3".into())),
            ("1 GiBs", Unit("GiBs".into())),
            ("1 parsec", Unit("parsec".into())),
            ("1 GiB 2", Unit("GiB 2".into())),
            ("1e9", Unit("e9".into())),
            ("0x10", Unit("x10".into())),
            ("1,5 G", Unit(",5 G".into())),
            ("9223372036854775808", TooLarge),
            ("18446744073709551616", TooLarge),
            ("99999999999 TiB", TooLarge),
            ("123456789012345678901234567890", TooLarge),
        ];
        for (text, error) in table {
            assert_eq!(parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn sizes_for_people() {
        let table = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (1_048_575, "1 MiB"),
            (40 << 30, "40 GiB"),
            (1_280_000_000, "1.2 GiB"),
            (u64::MAX, "16 EiB"),
        ];
        for (bytes, text) in table {
            assert_eq!(format(bytes), text);
        }
    }

    proptest! {
        #[test]
        fn a_formatted_size_is_nearly_itself(bytes in 0..1_u64 << 49) {
            let back = parse(&format(bytes));
            prop_assert!(back.is_ok_and(|back| back.abs_diff(bytes) <= bytes / 16));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9.]{0,30} ?[a-zA-Zµ ]{0,6}|.{0,20}") {
            let _ = parse(&text);
        }
    }
}
