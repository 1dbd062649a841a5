//! A device that can be asked and told, over connections that may end at any
//! moment.

mod event;
mod facts;
mod place;
mod question;
mod state;

pub use event::Event;
pub use facts::Facts;
pub use place::Place;
pub use question::text;

use std::time::Duration;

use crate::failure::{Code, Failure, Result};
use crate::link::{Connector, FileError, Lost, Patience, Session};
use crate::refusal::Refusal;

/// How often a question is asked again over a new connection.
const TRIES: u32 = 4;
/// How long to wait between two attempts to connect.
const PAUSE: Duration = Duration::from_secs(1);

/// A device. It connects when it is first asked, and again whenever the
/// connection is gone.
pub struct Device<'a> {
    connector: &'a mut dyn Connector,
    patience: &'a mut dyn Patience,
    hear: &'a mut dyn FnMut(&Event),
    session: Option<Box<dyn Session>>,
    /// The serial number of the device that was asked first.
    serial: Option<String>,
    /// Whether a connection was lost since: another device may answer then.
    in_doubt: bool,
    /// How many connections were lost.
    losses: u32,
}

/// How a command that changes something ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was done.
    Done,
    /// The device refused it; nothing was changed by it.
    Refused(Refusal),
    /// Its answer was lost: whether it was done, only the device knows.
    Unknown(Lost),
}

impl<'a> Device<'a> {
    /// A device at the end of a connector. `hear` is told what happens.
    pub fn new(
        connector: &'a mut dyn Connector,
        patience: &'a mut dyn Patience,
        hear: &'a mut dyn FnMut(&Event),
    ) -> Self {
        Device {
            connector,
            patience,
            hear,
            session: None,
            serial: None,
            in_doubt: false,
            losses: 0,
        }
    }

    /// Tells what happens.
    pub fn say(&mut self, event: &Event) {
        (self.hear)(event);
    }

    /// The time, as the one who waits counts it.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.patience.now()
    }

    /// Waits.
    pub fn pause(&mut self, time: Duration) {
        self.patience.pause(time);
    }

    /// Gives up the connection, so that the next question opens another.
    pub fn hang_up(&mut self) {
        self.session = None;
    }

    /// Makes sure that there is a connection.
    ///
    /// # Errors
    /// Where there is none and none can be made.
    pub fn connect(&mut self) -> Result<()> {
        self.session().map(drop)
    }

    /// The address that this machine has on the connection there is.
    fn own_address(&self) -> Option<std::net::IpAddr> {
        self.session.as_ref()?.own_address()
    }

    fn lose(&mut self) {
        self.hang_up();
        self.in_doubt = true;
        self.losses += 1;
    }

    /// How many connections were lost. Where it is the same before and after
    /// several questions, the device has not restarted between them.
    pub(crate) fn losses(&self) -> u32 {
        self.losses
    }

    fn session(&mut self) -> Result<&mut dyn Session> {
        if self.session.is_none() {
            let mut session = self.connector.connect()?;
            if let Some(serial) = self.serial.as_ref().filter(|_| self.in_doubt) {
                facts::recognise(session.as_mut(), serial)?;
            }
            self.in_doubt = false;
            self.session = Some(session);
        }
        match &mut self.session {
            Some(session) => Ok(session.as_mut()),
            None => Err(Failure::new(Code::ConnectionLost, "there is no connection")),
        }
    }

    /// Connects, again and again until `deadline` has come.
    ///
    /// # Errors
    /// The last attempt's, or at once where waiting cannot help.
    pub fn connect_until(&mut self, deadline: Duration) -> Result<()> {
        loop {
            match self.connect() {
                Err(failure) if failure.is_passing() && self.now() < deadline => self.pause(PAUSE),
                other => return other,
            }
        }
    }

    /// Asks something that changes nothing. A question whose answer is lost
    /// is asked again.
    ///
    /// # Errors
    /// Where the device is not reached, or loses every answer.
    pub fn ask(&mut self, line: &str) -> Result<String> {
        self.insist(|session| session.exec(line))
    }

    /// Reads a file; as [`Self::ask`].
    ///
    /// # Errors
    /// Where it is not there, or the device is not reached.
    pub fn get_file(&mut self, name: &str) -> Result<Vec<u8>> {
        let read = self.insist(|session| match session.get_file(name) {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(FileError::Refused(why)) => Ok(Err(why)),
            Err(FileError::Lost(lost)) => Err(lost),
        })?;
        read.map_err(|why| file_refused("read", name, &why))
    }

    /// Writes a file; as [`Self::ask`].
    ///
    /// # Errors
    /// Where the device refuses it or is not reached.
    pub fn put_file(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let written = self.insist(|session| match session.put_file(name, bytes) {
            Ok(()) => Ok(Ok(())),
            Err(FileError::Refused(why)) => Ok(Err(why)),
            Err(FileError::Lost(lost)) => Err(lost),
        })?;
        written.map_err(|why| file_refused("written", name, &why))
    }

    fn insist<T>(
        &mut self,
        mut try_it: impl FnMut(&mut dyn Session) -> Result<T, Lost>,
    ) -> Result<T> {
        let mut tries = 1;
        loop {
            let failure = match self.session().map(&mut try_it) {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(lost)) => Failure::new(
                    Code::ConnectionLost,
                    format!("the connection was lost: {lost}"),
                ),
                Err(failure) => failure,
            };
            self.lose();
            if !failure.is_passing() {
                return Err(failure);
            }
            if tries == TRIES {
                return Err(failure.hint("nothing was changed by this question; try again"));
            }
            tries += 1;
            self.pause(PAUSE);
        }
    }

    /// Sends a command that prints nothing when it succeeds, once. What proves
    /// that it was run is a mark behind it.
    ///
    /// # Errors
    /// Where there is no connection and none can be made: then it was not sent.
    pub fn tell(&mut self, line: &str) -> Result<Told> {
        let sent = question::marked(line);
        let told = match self.session()?.exec(&sent) {
            Ok(answer) => question::told(&answer),
            Err(lost) => Told::Unknown(lost),
        };
        if matches!(told, Told::Unknown(_)) {
            self.lose();
        }
        Ok(told)
    }
}

fn file_refused(what: &str, name: &str, why: &str) -> Failure {
    Failure::new(
        Code::CommandRefused,
        format!("the device does not let its file {name} be {what}: {why}"),
    )
    .hint("the user's group needs the policy `ftp` for files over SSH")
}
