//! How durations and points in time are written.

/// `1w2d3h4m5s`, the form of `print`.
pub(crate) fn duration_short(seconds: u64) -> String {
    let parts = [
        (seconds / 604_800, 'w'),
        (seconds / 86400 % 7, 'd'),
        (seconds / 3600 % 24, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ];
    let text: String = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if text.is_empty() { "0s".into() } else { text }
}

/// `1w2d03:04:05`, the form of scripts.
pub(crate) fn duration_clock(seconds: u64) -> String {
    let mut text = String::new();
    if seconds >= 604_800 {
        text.push_str(&format!("{}w", seconds / 604_800));
    }
    if !(seconds / 86400).is_multiple_of(7) {
        text.push_str(&format!("{}d", seconds / 86400 % 7));
    }
    let day = seconds % 86400;
    text.push_str(&format!(
        "{:02}:{:02}:{:02}",
        day / 3600,
        day / 60 % 60,
        day % 60
    ));
    text
}

/// `2026-09-22 00:43:37` of milliseconds since 1970.
pub(crate) fn timestamp(millis: u64) -> String {
    date_time(millis / 1000)
}

/// The same of seconds since 1970.
pub(crate) fn date_time(seconds: u64) -> String {
    let (year, month, day) = date(seconds / 86400);
    let rest = seconds % 86400;
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Year, month and day of a number of days since 1970.
const fn date(days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    let mut left = days;
    while left >= year_days(year) {
        left -= year_days(year);
        year += 1;
    }
    let mut month = 1;
    while left >= month_days(year, month) {
        left -= month_days(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

const fn leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

const fn year_days(year: u64) -> u64 {
    if leap(year) { 366 } else { 365 }
}

const fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_leave_out_what_is_zero() {
        for (seconds, expected) in [
            (0, "0s"),
            (59, "59s"),
            (600, "10m"),
            (86_400, "1d"),
            (604_800, "1w"),
            (694_861, "1w1d1h1m1s"),
        ] {
            assert_eq!(duration_short(seconds), expected);
        }
    }

    #[test]
    fn a_clock_has_weeks_and_days_only_where_there_are_any() {
        for (seconds, expected) in [
            (0, "00:00:00"),
            (1_800, "00:30:00"),
            (5_415, "01:30:15"),
            (86_400, "1d00:00:00"),
            (604_800, "1w00:00:00"),
            (788_645, "1w2d03:04:05"),
        ] {
            assert_eq!(duration_clock(seconds), expected);
        }
    }

    #[test]
    fn points_in_time_count_from_1970() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00"),
            (86_400, "1970-01-02 00:00:00"),
            (604_800 + 61, "1970-01-08 00:01:01"),
            (31 * 86_400, "1970-02-01 00:00:00"),
            (1_709_164_800, "2024-02-29 00:00:00"),
            (4_107_542_400, "2100-03-01 00:00:00"),
        ] {
            assert_eq!(date_time(seconds), expected);
        }
    }
}
