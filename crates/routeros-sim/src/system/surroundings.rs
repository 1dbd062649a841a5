//! What a device keeps beside its configuration, and how the surroundings use it.

use super::backup::Snapshots;
use super::files::Files;
use super::schedule::Schedule;
use crate::device::{Device, Event, Reply, Session};
use crate::machine::{Credential, Machine};
use crate::reach::{Network, Operator};
use crate::state::State;

/// Kept when the configuration is replaced or reset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) schedule: Schedule,
    pub(crate) snapshots: Snapshots<State>,
    /// Who is plugged in.
    pub(crate) operators: Vec<Operator>,
    /// The first password, which a reset brings back.
    pub(crate) sticker: String,
    /// The state to go on with after the restart that was ordered.
    pub(crate) next: Option<State>,
    /// The script that runs once after that restart.
    pub(crate) run_after_reset: Option<String>,
    /// When a running script must have ended, in milliseconds since the start.
    pub(crate) deadline: Option<u64>,
    /// How far `:delay` has moved the device's clock ahead of the surroundings'.
    pub(crate) ahead: u64,
    /// How often the configuration was reset: each time makes a new host key.
    pub(crate) resets: u64,
}

impl Surroundings {
    pub(crate) fn new(sticker: &str) -> Self {
        Self {
            sticker: sticker.to_owned(),
            ..Self::default()
        }
    }
}

impl Machine for Device {
    fn exec(&mut self, line: &str, session: &Session) -> Reply {
        self.see_operators(session);
        let reply = Self::exec(self, line, session);
        self.keep_timers();
        reply
    }

    fn tick(&mut self, millis: u64) -> Vec<Event> {
        Self::tick(self, millis)
    }

    fn boot(&mut self) -> Vec<Event> {
        Self::boot(self)
    }

    fn admits(&self, user: &str, credential: Credential<'_>) -> bool {
        self.state
            .login(user)
            .is_some_and(|user| user.admits(credential))
    }

    fn files(&mut self) -> &mut Files {
        &mut self.files
    }

    fn network(&self) -> Network {
        self.state.network()
    }

    fn identity(&self) -> String {
        let items = self.state.items("/system/identity");
        let name = items.first().and_then(|item| item.text("name"));
        name.unwrap_or("MikroTik").to_owned()
    }

    fn attach(&mut self, operator: &Operator) {
        self.set_link(&operator.port, true);
        // A machine is in one place: what a port learned goes with its link.
        let elsewhere = |known: &Operator| known.address != operator.address;
        self.around.operators.retain(elsewhere);
        self.around.operators.push(operator.clone());
    }

    fn host_key(&self) -> u64 {
        self.around.resets
    }
}
