//! The comments at the top of an export.

use crate::version::Version;

/// What an export says of its device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The lines as they were.
    pub lines: Vec<String>,
    /// What it ran.
    pub version: Option<Version>,
    /// The date as it was written; its form is another before 7.10.
    pub date: Option<String>,
    /// The board; absent on a virtual machine.
    pub model: Option<String>,
    /// The serial number; absent on a virtual machine.
    pub serial: Option<String>,
}

impl Head {
    /// Takes a line of it.
    pub(super) fn take(&mut self, line: &str) {
        self.lines.push(line.to_owned());
        if let Some((date, version)) = line.trim_start_matches("# ").split_once(" by RouterOS ") {
            self.date = Some(date.to_owned());
            self.version = Version::read(version);
        } else if let Some(model) = line.strip_prefix("# model = ") {
            self.model = Some(model.to_owned());
        } else if let Some(serial) = line.strip_prefix("# serial number = ") {
            self.serial = Some(serial.to_owned());
        }
    }
}
