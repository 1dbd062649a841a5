//! The clocks that come in, and the stored clock that is made of them.
//!
//! The stored clock is in whole seconds. It never steps: it advances with
//! monotonic time, at twice that pace while it is behind wall time, whatever
//! the wall clock does. Ages in rows are measured by it, so that a machine
//! that wakes up in the wrong year expires nothing.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Wall and monotonic time, handed in so that nothing here reads them.
#[derive(Clone)]
pub struct Clock {
    wall: Arc<dyn Fn() -> u64 + Send + Sync>,
    mono: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl Clock {
    /// A clock of two functions: wall time in Unix seconds, and a time that
    /// only ever advances, from any start.
    pub fn new(
        wall: impl Fn() -> u64 + Send + Sync + 'static,
        mono: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self {
            wall: Arc::new(wall),
            mono: Arc::new(mono),
        }
    }

    /// A clock for tests that stands still until it is moved.
    pub fn manual(wall: u64) -> (Self, ManualClock) {
        let hands = ManualClock(Arc::new(Mutex::new((wall, Duration::ZERO))));
        let (w, m) = (hands.clone(), hands.clone());
        (Self::new(move || w.read().0, move || m.read().1), hands)
    }

    /// Wall time, in Unix seconds.
    pub fn wall(&self) -> u64 {
        (self.wall)()
    }

    /// Monotonic time, from any start.
    pub fn mono(&self) -> Duration {
        (self.mono)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock(wall: {}, mono: {:?})", self.wall(), self.mono())
    }
}

/// Moves a [`Clock::manual`].
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<(u64, Duration)>>);

impl ManualClock {
    /// Lets this much time go by on both clocks.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.0 += by.as_secs();
        now.1 += by;
    }

    /// Sets wall time alone, as a clock that is corrected does.
    pub fn set_wall(&self, wall: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = wall;
    }

    fn read(&self) -> (u64, Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stored clock as this process knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// The stored clock, with its fraction of a second.
    own: Duration,
    /// Monotonic time when `own` was right.
    seen: Duration,
}

impl Pace {
    /// Starts from what is stored; starting moves nothing.
    pub(crate) fn start(stored: i64, mono: Duration) -> Self {
        Self {
            own: seconds(stored),
            seen: mono,
        }
    }

    /// Whole seconds of the stored clock.
    pub(crate) fn now(&self) -> i64 {
        i64::try_from(self.own.as_secs()).unwrap_or(i64::MAX)
    }

    /// Lets the monotonic time go by that went by since the last call.
    #[must_use]
    pub(crate) fn advance(self, wall: u64, mono: Duration) -> Self {
        let elapsed = mono.saturating_sub(self.seen);
        let own = self.own.saturating_add(elapsed);
        let behind = Duration::from_secs(wall).saturating_sub(own);
        Self {
            own: own.saturating_add(behind.min(elapsed)),
            seen: mono.max(self.seen),
        }
    }

    /// Takes over what another process stored, where that is ahead. The time
    /// by which it is ahead went by here too since the last [`Pace::advance`];
    /// it must not be counted again by the next.
    #[must_use]
    pub(crate) fn at_least(self, stored: i64, mono: Duration) -> Self {
        let ahead = seconds(stored).saturating_sub(self.own);
        let uncounted = mono.saturating_sub(self.seen);
        Self {
            own: self.own.saturating_add(ahead),
            seen: self.seen.saturating_add(ahead.min(uncounted)),
        }
    }
}

fn seconds(stored: i64) -> Duration {
    Duration::from_secs(u64::try_from(stored).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn the_stored_clock_follows_the_rules_of_pace() {
        // (stored, seconds gone by, wall time then, stored clock then)
        let table = [
            (1000, 10, 1010, 1010),
            (1000, 10, 900, 1010), // ahead of wall time: monotonic pace
            (1000, 10, 4_000_000_000, 1020), // behind: twice the pace, no step
            (1000, 10, 1013, 1013), // catches up within the interval
            (1000, 0, 4_000_000_000, 1000),
            (0, 5, 5, 5),
        ];
        for (stored, gone, wall, expected) in table {
            let pace = Pace::start(stored, S(7)).advance(wall, S(7 + gone));
            assert_eq!(pace.now(), expected, "{stored} {gone} {wall}");
        }
    }

    #[test]
    fn fractions_of_a_second_add_up() {
        let mut pace = Pace::start(100, Duration::ZERO);
        for tick in 1..=40 {
            pace = pace.advance(0, Duration::from_millis(250) * tick);
        }
        assert_eq!(pace.now(), 110);
    }

    #[test]
    fn a_monotonic_clock_that_goes_back_moves_nothing() {
        let pace = Pace::start(100, S(50)).advance(0, S(20));
        assert_eq!((pace.now(), pace.seen), (100, S(50)));
    }

    #[test]
    fn a_clock_moves_up_to_what_is_stored_and_never_down() {
        let pace = Pace::start(100, S(0));
        assert_eq!(pace.at_least(150, S(0)).now(), 150);
        assert_eq!(pace.at_least(50, S(0)).now(), 100);
        assert_eq!(pace.at_least(-5, S(0)).now(), 100);
    }

    #[test]
    fn time_that_another_process_counted_is_not_counted_again() {
        // Two processes tick half a second apart, and each reads what the
        // other stored just before it ticks itself.
        let (mut one, mut other) = (Pace::start(100, S(0)), Pace::start(100, S(0)));
        for second in 1..=100 {
            let half = S(second) - Duration::from_millis(500);
            other = other.at_least(one.now(), half).advance(0, half);
            one = one.at_least(other.now(), S(second)).advance(0, S(second));
        }
        assert!((199..=200).contains(&one.now()), "{}", one.now());
        assert!((199..=200).contains(&other.now()), "{}", other.now());
        // One that was away for a while counts on from where the other is.
        let late = Pace::start(100, S(0)).at_least(150, S(20));
        assert_eq!(late.advance(0, S(21)).now(), 151);
    }
}
