//! How often, and after which waits, a request is tried again.

use std::time::Duration;

/// Longest wait that a server's `Retry-After` is believed.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Waits that double, up to a limit, a little different for each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Tries in all, the first one included.
    pub tries: u32,
    /// The first wait.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Backoff {
    /// For a command that somebody waits for: 3 tries, some 0.7 s.
    pub const BRIEF: Backoff = Backoff {
        tries: 3,
        first: Duration::from_millis(200),
        longest: Duration::from_secs(2),
    };

    /// For a push, which has work to lose: 8 tries, some 40 s.
    pub const PATIENT: Backoff = Backoff {
        tries: 8,
        first: Duration::from_millis(250),
        longest: Duration::from_secs(15),
    };

    /// The wait after the try number `tried` (from 1) failed, `None` when that was the last.
    /// `salt` spreads those that failed together, by up to a quarter.
    pub fn wait(&self, tried: u32, asked: Option<Duration>, salt: u64) -> Option<Duration> {
        if tried >= self.tries {
            return None;
        }
        let doubled = self
            .first
            .saturating_mul(1 << (tried - 1).min(16))
            .min(self.longest);
        let spread = doubled / 4 * ((salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as u32) / 16;
        let wait = doubled + spread;
        Some(asked.map_or(wait, |asked| asked.min(MAX_RETRY_AFTER).max(wait)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit_and_end() {
        let backoff = Backoff {
            tries: 6,
            first: Duration::from_millis(100),
            longest: Duration::from_millis(500),
        };
        let waits: Vec<_> = (1..=6).map(|tried| backoff.wait(tried, None, 0)).collect();
        let millis = |ms| Some(Duration::from_millis(ms));
        assert_eq!(
            waits,
            [
                millis(100),
                millis(200),
                millis(400),
                millis(500),
                millis(500),
                None
            ]
        );
    }

    #[test]
    fn the_server_may_ask_for_longer_but_not_for_ever() {
        let secs = |secs| Some(Duration::from_secs(secs));
        assert_eq!(Backoff::BRIEF.wait(1, secs(5), 0), secs(5));
        assert_eq!(
            Backoff::BRIEF.wait(1, secs(86_400), 0),
            Some(MAX_RETRY_AFTER)
        );
        assert_eq!(
            Backoff::BRIEF.wait(1, secs(0), 0),
            Some(Backoff::BRIEF.first)
        );
        assert_eq!(Backoff::BRIEF.wait(3, secs(5), 0), None);
    }

    #[test]
    fn salt_spreads_by_at_most_a_quarter() {
        let waits: std::collections::BTreeSet<_> = (0..64)
            .filter_map(|salt| Backoff::PATIENT.wait(1, None, salt))
            .collect();
        assert!(waits.len() > 8);
        assert!(
            waits
                .iter()
                .all(|wait| (250..=313).contains(&wait.as_millis()))
        );
    }
}
