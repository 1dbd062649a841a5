//! Numbers, durations, sizes and sets of VLAN ids.

use super::{Refusal, Val};

/// Reads a number of a range; `range_name` is what the refusal of one outside calls it.
pub(super) fn read(
    text: &str,
    name: &str,
    range_name: &str,
    least: i64,
    most: i64,
) -> Result<Val, Refusal> {
    let number = parse(text, name, range_name)?;
    if number < least || number > most {
        return Err(Refusal::new(format!(
            "value of {range_name} out of range ({least}..{most})"
        )));
    }
    Ok(Val::Number(number))
}

fn parse(text: &str, name: &str, range_name: &str) -> Result<i64, Refusal> {
    let invalid = || Refusal::new(format!("invalid value for argument {name}"));
    if let Some(hex) = text.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).map_err(|_| invalid());
    }
    let end = text
        .char_indices()
        .find(|&(at, c)| !(c.is_ascii_digit() || at == 0 && c == '-'))
        .map_or(text.len(), |(at, _)| at);
    let number = text[..end].parse().map_err(|_| invalid())?;
    if end < text.len() {
        return Err(Refusal::new(format!(
            "value of {range_name} contains invalid trailing characters"
        )));
    }
    Ok(number)
}

/// VLAN ids and ranges of them.
pub(super) fn read_vlans(text: &str, name: &str, range_name: &str) -> Result<Val, Refusal> {
    let mut list = Vec::new();
    for part in text.split([',', ';']) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let first_number = number(read(first, name, range_name, 1, 4094)?);
        let last_number = number(read(last, name, range_name, 1, 4094)?);
        list.push(Val::text(if first_number == last_number {
            first_number.to_string()
        } else {
            format!("{first_number}-{last_number}")
        }));
    }
    Ok(Val::List(list))
}

fn number(value: Val) -> i64 {
    match value {
        Val::Number(number) => number,
        _ => 0,
    }
}

/// A size with its unit; bytes are shown as KiB where they fit.
pub(super) fn read_size(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().ok()?;
    match &text[digits.len()..] {
        "KiB" | "KiB " | "k" | "K" | "" => Some(format!("{number}KiB")),
        "MiB" | "M" => Some(format!("{}KiB", number * 1024)),
        _ => None,
    }
}

/// Reads `1h30m`, `1w2d03:04:05`, `00:30:00` or bare seconds.
pub(crate) fn parse_seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0_u64;
    let mut least = u64::MAX;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        if rest.contains(':') && !rest.contains(['w', 'd']) {
            return total.checked_add(clock(rest)?);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next().unwrap_or('s');
        let seconds = match unit {
            'w' => 7 * 86400,
            'd' => 86400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        if seconds >= least {
            return None;
        }
        least = seconds;
        total = total.checked_add(number.checked_mul(seconds)?)?;
        rest = rest.get(digits + 1..).unwrap_or("");
    }
    Some(total)
}

fn clock(text: &str) -> Option<u64> {
    let parts: Vec<u64> = text
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    match parts[..] {
        [hours, minutes] if minutes < 60 => Some(hours * 3600 + minutes * 60),
        [hours, minutes, seconds] if minutes < 60 && seconds < 60 => {
            Some(hours * 3600 + minutes * 60 + seconds)
        }
        _ => None,
    }
}
