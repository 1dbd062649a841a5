//! What everything above needs of a way to a device, whatever it is made of.

use std::net::IpAddr;
use std::time::Duration;

use crate::failure::Result;

/// The connection ended before a command's answer was whole. Whether the
/// command ran is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Lost(pub String);

/// Why a file was not carried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The connection ended.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// The device refused.
    #[error("{0}")]
    Refused(String),
}

/// A connection to a device.
pub trait Session {
    /// The address that this machine has on it, where that is known.
    fn own_address(&self) -> Option<IpAddr> {
        None
    }

    /// Runs one line and returns what it printed, with LF line ends.
    ///
    /// # Errors
    /// Where the answer did not come whole.
    fn exec(&mut self, line: &str) -> Result<String, Lost>;

    /// Writes a file of the device.
    ///
    /// # Errors
    /// Where the device refused, or the connection ended.
    fn put_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), FileError>;

    /// Reads a file of the device.
    ///
    /// # Errors
    /// Where the device refused, or the connection ended.
    fn get_file(&mut self, name: &str) -> Result<Vec<u8>, FileError>;
}

/// Makes connections to one device.
pub trait Connector {
    /// A new connection.
    ///
    /// # Errors
    /// Where the device does not answer, is not trusted, or does not accept
    /// the user.
    fn connect(&mut self) -> Result<Box<dyn Session>>;
}

/// Time, handed in.
pub trait Patience {
    /// How long it is since some moment before the program's first question.
    fn now(&self) -> Duration;

    /// Waits.
    fn pause(&mut self, time: Duration);
}
