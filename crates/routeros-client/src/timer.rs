//! Timers on the device: entries of its scheduler that run one command.

use crate::command::quote::quoted;
use crate::device::Device;
use crate::failure::Result;
use crate::value::Duration;

/// What a timer may do: as much as is restored.
const POLICY: &str = "ftp,reboot,read,write,policy,test,password,sensitive";

/// A timer of this name, there or not.
pub(crate) struct Timer(pub(crate) &'static str);

impl Timer {
    /// Whether it is there.
    pub(crate) fn is_pending(&self, device: &mut Device<'_>) -> Result<bool> {
        let count = device.ask_number(&format!(
            "[:len [/system/scheduler/find where name=\"{}\"]]",
            self.0
        ))?;
        Ok(count > 0)
    }

    /// When it runs, by the device's clock.
    pub(crate) fn next_run(&self, device: &mut Device<'_>) -> Result<String> {
        device.ask_text(&format!(
            "[/system/scheduler/get {} next-run]",
            self.found()
        ))
    }

    /// The command that starts it.
    pub(crate) fn addition(&self, interval: Duration, event: &str) -> String {
        format!(
            "/system/scheduler add name={} interval={interval} policy={POLICY} on-event={} comment=attic",
            self.0,
            quoted(event)
        )
    }

    /// The command that stops it.
    pub(crate) fn removal(&self) -> String {
        format!("/system/scheduler remove {}", self.found())
    }

    fn found(&self) -> String {
        format!("[find where name={}]", quoted(self.0))
    }
}

/// Whether a timer runs when it is meant to: it was started after `since` and
/// before `now`, both by the device's clock, and is to run `within` later.
pub(crate) fn is_in_time(
    since: &str,
    now: &str,
    within: std::time::Duration,
    next_run: &str,
) -> bool {
    let (Some(since), Some(now), Some(next)) = (moment(since), moment(now), moment(next_run))
    else {
        return false;
    };
    let within = within.as_secs();
    // The clock's fractions of a second are not shown.
    (since + within..=now + within + 1).contains(&next)
}

/// A point in time as seconds: `2026-09-22 00:43:37`, or `sep/22/2026 00:43:37`
/// as until 7.9.
fn moment(shown: &str) -> Option<u64> {
    let (date, time) = shown.trim().split_once(' ')?;
    let mut time = time.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    Some(((days(date)? * 24 + hour) * 60 + minute) * 60 + second)
}

/// The days from the year 0 to a date.
fn days(date: &str) -> Option<u64> {
    const MONTHS: &str = "janfebmaraprmayjunjulaugsepoctnovdec";
    let parts: Vec<&str> = date.split(['-', '/']).collect();
    let [first, second, third] = parts[..] else {
        return None;
    };
    let (year, month, day) = match MONTHS.find(first) {
        Some(place) if first.len() == 3 && place % 3 == 0 => (third, place as u64 / 3 + 1, second),
        _ => (first, second.parse().ok()?, third),
    };
    let (year, day): (u64, u64) = (year.parse().ok()?, day.parse().ok()?);
    // Counted from March, so that the day of leap years is the last.
    let (year, month) = match month {
        1 | 2 => (year.checked_sub(1)?, month + 9),
        3..=12 => (year, month - 3),
        _ => return None,
    };
    Some(year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration as Span;

    #[test]
    fn days_follow_each_other() {
        for (one, next) in [
            ("2024-02-28", "2024-02-29"),
            ("2024-02-29", "2024-03-01"),
            ("2026-02-28", "2026-03-01"),
            ("2100-02-28", "2100-03-01"),
            ("2026-12-31", "2027-01-01"),
            ("2026-04-30", "2026-05-01"),
            ("1970-01-31", "feb/01/1970"),
        ] {
            assert_eq!(days(one).map(|day| day + 1), days(next), "{one}");
        }
        for (first, last) in [("2026-01-01", "2027-01-01"), ("2025-09-01", "2026-09-01")] {
            assert_eq!(days(first).map(|day| day + 365), days(last));
        }
        for none in [
            "",
            "2026-09",
            "2026-13-01",
            "sept/01/2026",
            "a-b-c",
            "2026-00-01",
        ] {
            assert_eq!(days(none), None, "{none}");
        }
    }

    #[test]
    fn a_timer_that_would_not_run_when_it_is_meant_to_is_seen() {
        let (since, now) = ("2026-12-31 23:58:00", "2026-12-31 23:58:04");
        let is_in_time = |next: &str| is_in_time(since, now, Span::from_secs(180), next);
        for meant in [
            "2027-01-01 00:01:00",
            "2027-01-01 00:01:04",
            "jan/01/2027 00:01:02",
        ] {
            assert!(is_in_time(meant), "{meant}");
        }
        // At once, too early, a day late, a year ago, never, or nobody knows.
        for other in [
            "2026-12-31 23:58:02",
            "2027-01-01 00:00:59",
            "2027-01-02 00:01:02",
            "2026-01-01 00:01:02",
            "",
            "00:01:02",
            "startup",
        ] {
            assert!(!is_in_time(other), "{other}");
        }
    }
}
