//! The client against the simulated switch, in one process and without SSH.

mod exports;
mod injection;
mod refusals;
mod rows;
mod samples;
mod traps;

use std::fmt::Display;

use routeros_client::read::strategy;
use routeros_client::row::{Id, Row};
use routeros_client::schema::Kind;
use routeros_client::version::Version;
use routeros_sim::Device;
use routeros_sim::device::Session;

/// The minor versions that differ in what they show.
const MINORS: [u16; 4] = [12, 16, 20, 23];

/// A device, and an operator who types on it.
#[derive(Clone)]
struct Lab {
    device: Device,
    version: Version,
}

impl Lab {
    /// A machine with nothing configured.
    fn blank(minor: u16) -> Self {
        Self::of(minor, |version| Device::chr(version, 8))
    }

    /// The switch as it leaves the factory.
    fn factory(minor: u16) -> Self {
        Self::of(minor, Device::factory)
    }

    fn of(minor: u16, device: impl Fn(routeros_sim::Version) -> Device) -> Self {
        let simulated = routeros_sim::Version::new(u8::try_from(minor).expect("a minor version"));
        Lab {
            device: device(simulated),
            version: Version::new(7, minor, 0),
        }
    }

    /// What a line prints.
    fn say(&mut self, line: impl Display) -> String {
        let operator = Session {
            user: "admin".into(),
            from: None,
        };
        self.device.exec(&line.to_string(), &operator).text
    }

    /// Lines that print nothing.
    fn quietly<L: Display>(&mut self, lines: impl IntoIterator<Item = L>) {
        for line in lines {
            let line = line.to_string();
            assert_eq!(self.say(&line), "", "{}: {line}", self.version);
        }
    }

    /// The items of a kind, as the client reads them.
    fn rows(&mut self, kind: Kind) -> Vec<Row> {
        let strategy = strategy(kind, self.version);
        let answers: Vec<_> = strategy
            .commands
            .iter()
            .map(|line| self.say(line))
            .collect();
        strategy
            .read(&answers)
            .unwrap_or_else(|error| panic!("{} {kind}: {error}: {answers:?}", self.version))
    }

    /// The ids of a kind.
    fn ids(&mut self, kind: Kind) -> Vec<Option<Id>> {
        self.rows(kind).into_iter().map(|row| row.id).collect()
    }
}
