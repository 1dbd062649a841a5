//! How a simulator behaves.

use crate::Version;

/// What a channel says at the end of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// 1 after `:error`, else 0, as measured.
    #[default]
    OnError,
    /// Always 0.
    Zero,
    /// Nothing.
    Unsaid,
}

/// What an interactive session is asked first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompts {
    /// Whether the licence is offered.
    pub licence: bool,
    /// Whether a new password is asked for.
    pub new_password: bool,
}

/// How a simulator behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Its version, for a factory device.
    pub version: Version,
    /// How many device seconds pass in a real one; 0 moves the clock by hand only.
    pub speed: u32,
    /// How long it takes to start, in device milliseconds.
    pub boot: u64,
    /// How long ports are down when a bridge restarts them, in device milliseconds.
    pub ports_restart: u64,
    /// What a channel says at the end.
    pub status: Status,
    /// Whether the status comes before the text, as it may.
    pub status_first: bool,
    /// Prompts of interactive sessions.
    pub prompts: Prompts,
    /// Chooses the host key.
    pub host_key_seed: u64,
    /// How long a wrong password waits, in real milliseconds.
    pub wrong_password: u64,
    /// The TCP port of the first `dial`; 0 for any. Later dials take any.
    pub tcp_port: u16,
}

impl Options {
    /// A device of a version, whose clock moves with real time.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            speed: 1,
            boot: 60_000,
            ports_restart: 3_000,
            status: Status::default(),
            status_first: false,
            prompts: Prompts::default(),
            host_key_seed: 0,
            wrong_password: 30,
            tcp_port: 0,
        }
    }
}
