//! Devices for tests, and what they answer.

use routeros_sim::device::{Event, Session};
use routeros_sim::{Device, Version};

/// A device and somebody who types on it.
pub(crate) struct Lab {
    pub(crate) device: Device,
    session: Session,
}

impl Lab {
    pub(crate) fn chr(minor: u8) -> Self {
        Self::of(Device::chr(Version::new(minor), 8))
    }

    pub(crate) fn factory(minor: u8) -> Self {
        Self::of(Device::factory(Version::new(minor)))
    }

    pub(crate) fn of(device: Device) -> Self {
        let session = Session {
            user: "admin".into(),
            from: None,
        };
        Self { device, session }
    }

    /// What a line prints.
    pub(crate) fn type_in(&mut self, line: &str) -> String {
        self.device.exec(line, &self.session).text
    }

    /// Lines that print nothing.
    pub(crate) fn quietly(&mut self, lines: &[&str]) {
        for line in lines {
            assert_eq!(self.type_in(line), "", "{line}");
        }
    }

    /// What a line asks of the surroundings.
    pub(crate) fn events(&mut self, line: &str) -> Vec<Event> {
        self.device.exec(line, &self.session).events
    }

    /// The exit status of a line.
    pub(crate) fn status(&mut self, line: &str) -> u32 {
        self.device.exec(line, &self.session).status
    }
}
