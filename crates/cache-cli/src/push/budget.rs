//! How many bytes a push may hold in memory at once, chunks and frames together.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A number of bytes, given out in leases. Who asks for more than is left waits.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    waiting: usize,
    closed: bool,
}

/// Bytes that are in use until this is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    pub(super) fn new(limit: u64) -> Arc<Budget> {
        Arc::new(Budget {
            limit,
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Waits for `bytes`, blocking the thread; `None` when the budget was closed meanwhile.
    /// `before_waiting` is called at most once, before the thread blocks.
    pub(super) fn acquire(
        self: &Arc<Self>,
        bytes: u64,
        before_waiting: &mut dyn FnMut(),
    ) -> Option<Lease> {
        let mut state = self.lock();
        if !state.closed && !self.fits(&state, bytes) {
            // Counted before anybody is told, so that who is told sees it.
            state.waiting += 1;
            drop(state);
            before_waiting();
            state = self.lock();
            while !state.closed && !self.fits(&state, bytes) {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            state.waiting -= 1;
        }
        if state.closed {
            return None;
        }
        state.used += bytes;
        Some(Lease {
            budget: Arc::clone(self),
            bytes,
        })
    }

    /// Whether somebody waits.
    pub(super) fn is_short(&self) -> bool {
        self.lock().waiting > 0
    }

    /// Sends everybody who waits away, and everybody who comes later.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Alone, even what is larger than the whole budget fits: else it would wait for ever.
    fn fits(&self, state: &State, bytes: u64) -> bool {
        state.used == 0 || state.used + bytes <= self.limit
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Gives back all but `bytes`.
    pub(super) fn shrink(&mut self, bytes: u64) {
        let back = self.bytes.saturating_sub(bytes);
        self.bytes -= back;
        self.give_back(back);
    }

    fn give_back(&self, bytes: u64) {
        let mut state = self.budget.lock();
        state.used -= bytes;
        // Telling nobody costs a system call too, once a chunk.
        if state.waiting > 0 {
            self.budget.changed.notify_all();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(budget: &Budget) -> u64 {
        budget.lock().used
    }

    #[test]
    fn leases_come_and_go() {
        let budget = Budget::new(10);
        let mut never = || panic!("there was room");
        let mut a = budget.acquire(6, &mut never).expect("open");
        let b = budget.acquire(4, &mut never).expect("open");
        assert_eq!(used(&budget), 10);
        a.shrink(2);
        a.shrink(5);
        assert_eq!(used(&budget), 6);
        drop((a, b));
        assert_eq!(used(&budget), 0);
        assert_eq!(
            budget.acquire(99, &mut never).map(|lease| lease.bytes),
            Some(99),
            "alone, it fits"
        );
    }

    #[test]
    fn who_waits_is_known_and_gets_its_turn() {
        let budget = Budget::new(10);
        let held = budget.acquire(8, &mut || {}).expect("open");
        let (tell, told) = std::sync::mpsc::channel();
        let other = Arc::clone(&budget);
        let thread = std::thread::spawn(move || {
            other
                .acquire(8, &mut || tell.send(()).expect("somebody listens"))
                .map(|lease| lease.bytes)
        });
        told.recv().expect("told");
        assert!(budget.is_short());
        drop(held);
        assert_eq!(thread.join().expect("ended"), Some(8));
        assert!(!budget.is_short());
    }

    #[test]
    fn closing_sends_everybody_away() {
        let budget = Budget::new(1);
        let _held = budget.acquire(1, &mut || {}).expect("open");
        let (tell, told) = std::sync::mpsc::channel();
        let other = Arc::clone(&budget);
        let thread = std::thread::spawn(move || {
            other
                .acquire(1, &mut || tell.send(()).expect("heard"))
                .is_none()
        });
        told.recv().expect("told");
        budget.close();
        assert!(thread.join().expect("ended"));
        assert!(budget.acquire(0, &mut || {}).is_none());
    }
}
