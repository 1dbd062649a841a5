//! `/system reboot` and `/system reset-configuration`.

use std::collections::BTreeMap;

use super::keep::known;
use crate::device::{Device, Event};
use crate::state::{Refusal, State};

/// How long the script of `run-after-reset` may take, in milliseconds.
pub(super) const AFTER_RESET: u64 = 120_000;

impl Device {
    /// The device restarts; files stay.
    pub(crate) fn reboot(&mut self) {
        self.events.push(Event::Reboot);
    }

    /// The configuration is the factory's, or none, after a restart.
    ///
    /// At a terminal it asks first; over exec and from scripts it is taken to act.
    pub(crate) fn reset(
        &mut self,
        arguments: &BTreeMap<&'static str, String>,
    ) -> Result<(), Refusal> {
        let taken = [
            "keep-users",
            "no-defaults",
            "skip-backup",
            "run-after-reset",
        ];
        known(arguments, &taken)?;
        let flag = |name: &str| arguments.get(name).is_some_and(|value| value != "no");
        let after = arguments.get("run-after-reset");
        let after = after.filter(|name| !name.is_empty());
        if let Some(name) = after.filter(|name| self.files.get(name).is_none()) {
            return Err(Refusal::unknown(format_args!(
                "run-after-reset={name}, which is not there"
            )));
        }
        if !flag("skip-backup") {
            let contents = self.around.snapshots.save(self.state.clone(), "");
            self.write_file("auto-before-reset.backup", contents)?;
        }
        let (version, board) = (self.state.version, self.state.board);
        let mut next = if flag("no-defaults") {
            State::bare(version, board, &self.around.sticker)
        } else {
            State::factory(version, board, &self.around.sticker)
        };
        next.unplugged.clone_from(&self.state.unplugged);
        if flag("keep-users") {
            for path in ["/user", "/user/ssh-keys"] {
                *next.table_mut(path) = self.state.items(path).to_vec();
            }
        }
        self.around.next = Some(next);
        self.around.run_after_reset = after.cloned();
        self.around.resets += 1;
        self.reboot();
        Ok(())
    }
}
