//! When scripts of the scheduler run.

use std::collections::BTreeMap;

/// What an entry says about its times, in milliseconds of the device's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// How often; 0 is once.
    pub interval: u64,
    /// When first.
    pub start: Start,
}

/// When an entry runs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Not said: one interval after it was made, or after the device started.
    Unsaid,
    /// At a time of the device's clock.
    At(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timer {
    when: When,
    next: Option<u64>,
    runs: u32,
}

/// The timers of the scheduler, by the ids of their entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    timers: BTreeMap<u32, Timer>,
}

impl Schedule {
    /// Takes over the enabled entries: new or changed ones count from `now`, absent ones are forgotten.
    pub fn sync(&mut self, entries: &BTreeMap<u32, When>, now: u64) {
        self.timers
            .retain(|id, timer| entries.get(id) == Some(&timer.when));
        for (id, when) in entries {
            self.timers.entry(*id).or_insert(Timer {
                when: *when,
                next: first(*when, now),
                runs: 0,
            });
        }
    }

    /// The device has started at `now`: what counts from then is counted anew.
    pub fn boot(&mut self, now: u64) {
        for timer in self.timers.values_mut() {
            timer.runs = 0;
            timer.next = first(timer.when, now);
        }
    }

    /// The entry that has waited longest among those due by `now`; its next run is set.
    pub fn due(&mut self, now: u64) -> Option<u32> {
        let (id, timer) = self
            .timers
            .iter_mut()
            .filter(|(_, timer)| timer.next.is_some_and(|next| next <= now))
            .min_by_key(|(id, timer)| (timer.next, **id))?;
        timer.runs += 1;
        timer.next = match timer.when.interval {
            0 => None,
            interval => timer.next.map(|next| next.saturating_add(interval)),
        };
        Some(*id)
    }

    /// When an entry runs next.
    pub fn next_run(&self, id: u32) -> Option<u64> {
        self.timers.get(&id).and_then(|timer| timer.next)
    }

    /// How often it ran.
    pub fn run_count(&self, id: u32) -> u32 {
        self.timers.get(&id).map_or(0, |timer| timer.runs)
    }
}

fn first(when: When, now: u64) -> Option<u64> {
    match (when.start, when.interval) {
        (Start::At(at), _) if at >= now => Some(at),
        (Start::At(_) | Start::Unsaid, 0) => None,
        (Start::At(at), interval) => Some(at + (now - at).div_ceil(interval) * interval),
        (Start::Unsaid, interval) => Some(now.saturating_add(interval)),
    }
}
