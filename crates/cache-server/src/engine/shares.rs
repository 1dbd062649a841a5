//! A budget of which nobody takes all.
//!
//! Whoever holds some of it gets more only while at least as much as it then
//! holds stays free: one alone has half, two have a third each. So a newcomer
//! never waits for somebody who keeps what it holds for hours.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use cache_db::TokenKey;
use tokio::sync::oneshot;

/// The budget.
#[derive(Clone, Debug)]
pub(crate) struct Shares {
    total: u64,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    free: u64,
    held: HashMap<TokenKey, u64>,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    key: TokenKey,
    units: u64,
    grant: oneshot::Sender<Share>,
}

/// A part of the budget; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    from: Shares,
    key: TokenKey,
    units: u64,
}

impl Shares {
    pub(crate) fn new(total: u64) -> Self {
        let total = total.max(1);
        let state = State {
            free: total,
            held: HashMap::new(),
            waiting: VecDeque::new(),
        };
        Self {
            total,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Waits for `units`, in order of arrival among those who may have more.
    /// What is larger than the budget gets all of it. `None` is never seen
    /// while the budget is there.
    pub(crate) async fn take(&self, key: TokenKey, units: u64) -> Option<Share> {
        let units = units.min(self.total);
        let (grant, granted) = oneshot::channel();
        let waiting = Waiting { key, units, grant };
        self.lock().waiting.push_back(waiting);
        self.settle();
        granted.await.ok()
    }

    /// Gives what can be given.
    fn settle(&self) {
        let mut granted = Vec::new();
        let mut state = self.lock();
        while let Some(Waiting { key, units, grant }) = state.next() {
            state.free -= units;
            *state.held.entry(key).or_default() += units;
            let from = self.clone();
            granted.push((grant, Share { from, key, units }));
        }
        drop(state);
        for (grant, share) in granted {
            // Who no longer waits gives it back here.
            drop(grant.send(share));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }
}

impl State {
    /// The first that may have what it waits for. One that only has to wait
    /// keeps its turn before those behind it, and one that may not yet have
    /// more keeps it before those of its own key: else a large request would
    /// wait for ever while small ones of the same token come.
    fn next(&mut self) -> Option<Waiting> {
        self.waiting.retain(|waiting| !waiting.grant.is_closed());
        let mut held_back = HashSet::new();
        let may = |waiting: &Waiting| {
            let held = self.held.get(&waiting.key).copied().unwrap_or(0);
            let has_room = held == 0 || held + 2 * waiting.units <= self.free;
            let may = has_room && !held_back.contains(&waiting.key);
            if !may {
                held_back.insert(waiting.key);
            }
            may
        };
        let first = self.waiting.iter().position(may)?;
        let fits = self.waiting[first].units <= self.free;
        fits.then(|| self.waiting.remove(first)).flatten()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.from.lock();
        state.free += self.units;
        if let Some(held) = state.held.get_mut(&self.key) {
            *held -= self.units;
            if *held == 0 {
                state.held.remove(&self.key);
            }
        }
        drop(state);
        self.from.settle();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const GREEDY: TokenKey = [1; 32];
    const MODEST: TokenKey = [2; 32];

    fn now(shares: &Shares, key: TokenKey, units: u64) -> Option<Share> {
        shares.take(key, units).now_or_never().flatten()
    }

    #[test]
    fn one_that_takes_all_it_can_leaves_half_to_others() {
        let shares = Shares::new(16);
        let greedy: Vec<_> = std::iter::from_fn(|| now(&shares, GREEDY, 1)).collect();
        assert_eq!(greedy.len(), 8);
        let modest: Vec<_> = std::iter::from_fn(|| now(&shares, MODEST, 1)).collect();
        assert_eq!(modest.len(), 4, "a third of what both may have");
        assert!(now(&shares, [3; 32], 1).is_some(), "and still some is free");
        drop((greedy, modest));
        assert!(shares.lock().held.is_empty(), "no memory is kept");
        assert_eq!(shares.lock().free, 16);
    }

    #[test]
    fn what_does_not_fit_waits_and_keeps_its_turn() {
        let shares = Shares::new(4);
        let first = now(&shares, GREEDY, 3).expect("free");
        let mut large = Box::pin(shares.take(MODEST, 3));
        assert!((&mut large).now_or_never().is_none());
        assert!(now(&shares, [3; 32], 1).is_none(), "it came later");
        drop(first);
        assert!((&mut large).now_or_never().flatten().is_some());
    }

    #[test]
    fn a_large_request_is_not_passed_by_small_ones_of_its_own_token() {
        let shares = Shares::new(16);
        let mut small: Vec<_> = std::iter::from_fn(|| now(&shares, GREEDY, 2)).collect();
        assert_eq!(small.len(), 4);
        let mut large = Box::pin(shares.take(GREEDY, 6));
        assert!((&mut large).now_or_never().is_none());
        let mut later = Box::pin(shares.take(GREEDY, 2));
        assert!((&mut later).now_or_never().is_none());
        small.truncate(2);
        assert!((&mut later).now_or_never().is_none(), "it came later");
        assert!(now(&shares, MODEST, 2).is_some(), "others do not wait");
        small.truncate(1);
        assert!((&mut large).now_or_never().flatten().is_some());
    }

    #[test]
    fn the_oversized_gets_all_and_who_left_gets_nothing() {
        let shares = Shares::new(4);
        let all = now(&shares, GREEDY, u64::MAX).expect("free");
        let mut gone = Box::pin(shares.take(MODEST, 2));
        assert!((&mut gone).now_or_never().is_none());
        drop(gone);
        drop(all);
        assert_eq!(shares.lock().free, 4);
        // Granted, but nobody listens any more.
        let all = now(&shares, GREEDY, 4).expect("free");
        let mut late = Box::pin(shares.take(MODEST, 4));
        assert!((&mut late).now_or_never().is_none());
        drop(all);
        assert_eq!(shares.lock().free, 0);
        drop(late);
        assert_eq!(shares.lock().free, 4);
    }
}
