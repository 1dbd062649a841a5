//! Which device it is.

use super::Device;
use super::question::{body, marked};
use crate::failure::{Code, Failure, Result};
use crate::link::{Lost, Session};
use crate::refusal::Refusal;
use crate::value::Duration;
use crate::version::Version;

/// The oldest version whose answers can be read at all.
const OLDEST: Version = Version::new(7, 12, 0);

const SERIAL: &str = "[/system/routerboard/get serial-number]";

/// What tells one device from another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Facts {
    /// Its name.
    pub identity: String,
    /// What it is: `CRS326-24G-2S+`.
    pub board: String,
    /// Its serial number; empty where it has none, as a virtual machine.
    pub serial: String,
    /// What it runs.
    pub version: Version,
}

impl Facts {
    /// Whether both are the same device, whatever its name is now.
    #[must_use]
    pub fn is_same_device(&self, other: &Facts) -> bool {
        self.serial == other.serial && self.board == other.board
    }
}

/// Makes sure that a new connection leads to the device of this serial number.
pub(super) fn recognise(session: &mut dyn Session, serial: &str) -> Result<()> {
    let answer = session.exec(&marked(&format!(":put {SERIAL}")));
    let lost = |why: &str| Failure::new(Code::ConnectionLost, why);
    let answer = answer.map_err(|Lost(why)| lost(&why))?;
    let found = match body(&answer) {
        Some(found) => found,
        // A virtual machine is no board.
        None if Refusal::of_reading(&answer).is_some() => "",
        None => return Err(lost("the answer was cut off")),
    };
    if found == serial {
        return Ok(());
    }
    let message =
        format!("another device answers: its serial number is {found:?} instead of {serial:?}");
    Err(Failure::new(Code::WrongDevice, message)
        .hint("nothing was sent to it; is the cable in the right switch?"))
}

impl Device<'_> {
    /// Which device it is.
    ///
    /// # Errors
    /// Where it is not reached, or its version is too old.
    pub fn facts(&mut self) -> Result<Facts> {
        let shown = self.ask_text("[/system/resource/get version]")?;
        let Some(version) = Version::read(&shown) else {
            let message = format!("the device's version is not understood: {shown:?}");
            return Err(Failure::new(Code::NotUnderstood, message).hint("is it a MikroTik device?"));
        };
        if version < OLDEST {
            let message =
                format!("the device runs RouterOS {version}; {OLDEST} is the oldest that works");
            return Err(Failure::new(Code::UnsupportedVersion, message)
                .hint("upgrade it, best to a long-term release of RouterOS 7"));
        }
        let facts = Facts {
            identity: self.identity()?,
            board: self.ask_text("[/system/resource/get board-name]")?,
            serial: self.serial()?,
            version,
        };
        self.serial.get_or_insert_with(|| facts.serial.clone());
        Ok(facts)
    }

    /// Its name.
    ///
    /// # Errors
    /// Where it is not reached.
    pub fn identity(&mut self) -> Result<String> {
        self.ask_text("[/system/identity/get name]")
    }

    fn serial(&mut self) -> Result<String> {
        match self.ask_text(SERIAL) {
            // A virtual machine is no board.
            Err(failure) if failure.code == Code::CommandRefused => Ok(String::new()),
            other => other,
        }
    }

    /// The time by its own clock, as it shows points in time.
    ///
    /// # Errors
    /// Where it is not reached.
    pub(crate) fn clock(&mut self) -> Result<String> {
        self.ask_text("([/system/clock/get date] . \" \" . [/system/clock/get time])")
    }

    /// How long it has been up.
    ///
    /// # Errors
    /// Where it is not reached or the answer is no time.
    pub fn uptime(&mut self) -> Result<Duration> {
        let shown = self.ask_text("[/system/resource/get uptime]")?;
        Duration::read(&shown)
            .map_err(|error| Failure::new(Code::NotUnderstood, format!("the uptime: {error}")))
    }
}
