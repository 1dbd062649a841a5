//! Who may log in, and when scripts run: what the surroundings read of the state.

use std::collections::BTreeMap;

use super::value::parse_seconds;
use super::{Item, Refusal, State, Val};
use crate::system::schedule::{Start, When};
use crate::system::users::User;

const DAY: u64 = 86_400;

impl State {
    /// What decides whether a user is let in.
    ///
    /// A key shuts out the password: `/ip/ssh` keeps its default, `yes-if-no-key`.
    pub(crate) fn login(&self, name: &str) -> Option<User> {
        let of = |path, property, name: &str| {
            let items = self.items(path).iter();
            items
                .filter(|item| item.text(property) == Some(name))
                .collect::<Vec<&Item>>()
        };
        let users = of("/user", "name", name);
        let user = users.first()?;
        Some(User {
            password: user.text("password").unwrap_or_default().to_owned(),
            keys: of("/user/ssh-keys", "user", name)
                .iter()
                .filter_map(|key| key.text("key"))
                .map(str::to_owned)
                .collect(),
            disabled: !Self::enabled(user),
            password_beside_key: false,
        })
    }

    /// When the enabled entries of the scheduler run, by their ids, in milliseconds since 1970.
    pub(crate) fn timers(&self) -> BTreeMap<u32, When> {
        let now = self.started + self.uptime;
        self.items("/system/scheduler")
            .iter()
            .filter(|item| Self::enabled(item))
            .filter_map(|item| Some((item.id, when(item, now).ok()?)))
            .collect()
    }
}

/// When an entry runs; dates and times of other forms than `2026-01-31` and `12:00:00` are refused.
pub(crate) fn when(item: &Item, now: u64) -> Result<When, Refusal> {
    let interval = match item.values.get("interval") {
        Some(Val::Seconds(seconds)) => seconds * 1000,
        _ => 0,
    };
    let time = item.text("start-time").unwrap_or_default();
    let date = item.text("start-date").unwrap_or_default();
    let start = match (date, time) {
        ("", "") => Start::Unsaid,
        (date, time) => {
            let today = now / 1000 / DAY;
            let day = if date.is_empty() {
                Some(today)
            } else {
                days(date)
            };
            let second = if time.is_empty() {
                Some(0)
            } else {
                parse_seconds(time)
            };
            match (day, second) {
                (Some(day), Some(second)) if second < DAY => Start::At((day * DAY + second) * 1000),
                _ => return Err(Refusal::unknown(format!("a start at {date:?} {time:?}"))),
            }
        }
    };
    Ok(When { interval, start })
}

/// Days from 1970 to a date.
fn days(date: &str) -> Option<u64> {
    let mut parts = date.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let sane = (1970..2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !sane || parts.next().is_some() {
        return None;
    }
    // March is the first month, so that the leap day is the last of its year.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year / 4 - year / 100 + year / 400;
    Some(year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468)
}
