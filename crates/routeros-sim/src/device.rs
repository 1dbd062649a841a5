//! The device: its state, and the text that a command makes of it.

use crate::Version;

/// Who runs a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The user's name.
    pub user: String,
    /// The address that the user comes from; absent for the scheduler.
    pub from: Option<std::net::Ipv4Addr>,
}

/// What the surroundings must do after a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The device restarts; every connection ends.
    Reboot,
    /// The ports are down for a moment; connections stall.
    PortsRestart,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What is printed, with LF line ends.
    pub text: String,
    /// The exit status of the channel.
    pub status: u32,
    /// What the surroundings must do.
    pub events: Vec<Event>,
}

/// A simulated switch.
#[derive(Clone, Debug)]
pub struct Device {
    version: Version,
}

impl Device {
    /// A CRS326-24G-2S+ as it leaves the factory.
    pub fn factory(version: Version) -> Self {
        Self { version }
    }

    /// Its version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Runs one line.
    pub fn exec(&mut self, _line: &str, _session: &Session) -> Reply {
        Reply {
            text: format!("{}everything\n", crate::UNKNOWN),
            status: 0,
            events: Vec::new(),
        }
    }

    /// Lets the device's clock run by `millis`; scheduler entries that fall due are run.
    pub fn tick(&mut self, _millis: u64) -> Vec<Event> {
        Vec::new()
    }
}
