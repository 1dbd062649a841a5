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
