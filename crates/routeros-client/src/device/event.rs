//! What happens meanwhile, for people and programs that watch.

use std::fmt;

use super::Facts;
use crate::plan::Step;
use crate::words::counted;

/// Something that happened. Seconds are whole.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The device is known.
    Connected {
        /// Which one it is.
        #[serde(flatten)]
        facts: Facts,
    },
    /// A copy of a file of the device is kept here.
    Kept {
        /// Where.
        path: String,
    },
    /// The device will go back on its own unless it is told not to.
    Armed {
        /// In how many seconds.
        within: u64,
        /// When, by the device's own clock.
        next_run: String,
    },
    /// A step is sent.
    Step {
        /// Which, from 1.
        number: usize,
        /// Of how many.
        of: usize,
        /// What it does.
        #[serde(flatten)]
        step: Box<Step>,
    },
    /// An answer was lost; the device's state decides how to go on.
    Lost {
        /// How.
        why: String,
    },
    /// There is a connection again.
    Reconnected {
        /// For how many seconds there was none.
        after: u64,
    },
    /// The device refused a command.
    Refused {
        /// The command.
        command: String,
        /// What it said.
        text: String,
    },
    /// A step is taken back.
    TakingBack {
        /// The command.
        command: String,
    },
    /// The declared state is there, seen over a new connection.
    Confirmed {
        /// How many of the declared items the device counted itself.
        items: usize,
    },
    /// The device will not go back any more.
    Disarmed,
    /// The device is awaited.
    Waiting {
        /// For what.
        what: String,
        /// At most how many seconds.
        at_most: u64,
    },
    /// Something else to know.
    Note {
        /// What.
        text: String,
    },
}

impl Event {
    /// Something else to know.
    pub fn note(text: impl Into<String>) -> Self {
        Event::Note { text: text.into() }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Connected { facts } => {
                write!(
                    f,
                    "connected to {}: {} with RouterOS {}",
                    facts.identity, facts.board, facts.version
                )
            }
            Event::Kept { path } => write!(f, "kept {path}"),
            Event::Armed { within, next_run } => {
                write!(
                    f,
                    "the device goes back on its own in {within} s (at {next_run} by its clock) unless confirmed"
                )
            }
            Event::Step { number, of, step } => write!(f, "[{number}/{of}] {}", step.command),
            Event::Lost { why } => write!(f, "lost an answer ({why}); looking what became of it"),
            Event::Reconnected { after } => write!(f, "connected again after {after} s"),
            Event::Refused { command, text } => write!(f, "refused: {command}: {text}"),
            Event::TakingBack { command } => write!(f, "taking back: {command}"),
            Event::Confirmed { items: 0 } => {
                f.write_str("confirmed over a new connection: nothing is left to do")
            }
            Event::Confirmed { items } => {
                write!(
                    f,
                    "confirmed over a new connection: nothing is left to do, and the device's own count of {} agrees",
                    counted(*items, "item")
                )
            }
            Event::Disarmed => f.write_str("the timer is stopped: the device stays as it is now"),
            Event::Waiting { what, at_most } => {
                write!(f, "waiting for {what}, at most {at_most} s")
            }
            Event::Note { text } => f.write_str(text),
        }
    }
}
