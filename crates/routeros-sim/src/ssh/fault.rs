//! What goes wrong on request.

/// What happens around one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends before the command runs.
    CutBefore,
    /// The connection ends after the command ran, before its answer.
    CutAfter,
    /// The command runs, and its answer never comes.
    Stall,
    /// The answer comes, and the channel closes without a status.
    CloseWithoutStatus,
    /// So many bytes of the answer come, then the channel closes.
    Truncate(usize),
    /// The command runs, then the power fails: silence, a boot, and old connections are refused.
    Reboot,
    /// The answer takes so many device milliseconds.
    Slow(u64),
}

/// Faults that wait for their command.
#[derive(Debug, Default)]
pub(super) struct Faults {
    waiting: Vec<(u64, Fault)>,
}

impl Faults {
    /// `fault` happens at the `nth` command from now on, counted from 1.
    pub(super) fn add(&mut self, nth: u64, fault: Fault) {
        self.waiting.push((nth, fault));
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// A command has come: what is to happen to it.
    pub(super) fn next(&mut self) -> Vec<Fault> {
        for (left, _) in &mut self.waiting {
            *left = left.saturating_sub(1);
        }
        let (now, later) = self.waiting.drain(..).partition(|(left, _)| *left == 0);
        self.waiting = later;
        let now: Vec<(u64, Fault)> = now;
        now.into_iter().map(|(_, fault)| fault).collect()
    }
}
