//! What the surroundings (network, SSH, clock) need of a device.

use crate::device::{Event, Reply, Session};
use crate::reach::{Network, Operator};
use crate::system::files::Files;

/// How somebody proves to be a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// A password, possibly empty.
    Password(&'a str),
    /// A public key whose signature was checked, `ssh-ed25519 AAAA…`, without comment.
    Key(&'a str),
}

/// A device: the simulated switch, or a small one in a test of the surroundings.
pub trait Machine: Send + 'static {
    /// Runs one line.
    fn exec(&mut self, line: &str, session: &Session) -> Reply;

    /// Lets the device's clock run; what falls due is run.
    fn tick(&mut self, millis: u64) -> Vec<Event>;

    /// The device has started after a reboot.
    fn boot(&mut self) -> Vec<Event>;

    /// Whether a user may log in.
    fn admits(&self, user: &str, credential: Credential<'_>) -> bool;

    /// The files.
    fn files(&mut self) -> &mut Files;

    /// What decides who reaches the device.
    fn network(&self) -> Network;

    /// The name in the prompt.
    fn identity(&self) -> String;

    /// Frames of somebody come in by a port: seen there in the tables of hosts and of ARP.
    fn attach(&mut self, operator: &Operator);

    /// Which host key it has; every new one has another number.
    fn host_key(&self) -> u64;
}
