//! Amounts of memory.

use std::fmt;

use super::{ValueError, read::malformed};

const UNITS: [(&str, u64); 4] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

/// Reads `2048KiB`; a bare number is KiB, as the console takes it.
pub(super) fn read(text: &str) -> Result<u64, ValueError> {
    let error = || malformed("an amount of memory", text);
    let (number, unit) = UNITS
        .iter()
        .find_map(|(name, bytes)| text.strip_suffix(name).map(|number| (number, *bytes)))
        .unwrap_or((text, 1 << 10));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| {
        !part.is_empty() && part.len() <= 12 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole) || !digits(fraction) {
        return Err(error());
    }
    let tenths = fraction
        .bytes()
        .next()
        .map_or(0, |digit| u64::from(digit - b'0'));
    let whole = whole
        .parse::<u64>()
        .ok()
        .and_then(|whole| whole.checked_mul(unit))
        .ok_or_else(error)?;
    whole.checked_add(tenths * unit / 10).ok_or_else(error)
}

/// Writes KiB where it can, as the device does.
pub(super) fn write(f: &mut fmt::Formatter<'_>, bytes: u64) -> fmt::Result {
    if bytes.is_multiple_of(1 << 10) {
        write!(f, "{}KiB", bytes >> 10)
    } else {
        write!(f, "{bytes}B")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_every_unit() {
        assert_eq!(read("2048KiB"), read("2048"));
        assert_eq!(read("2048KiB"), read("2MiB"));
        assert_eq!(read("1.5KiB"), Ok(1536));
        assert!(read("KiB").is_err() && read("1,5KiB").is_err() && read("99999999999GiB").is_err());
        assert_eq!(super::super::Value::Size(2048 << 10).to_string(), "2048KiB");
    }
}
