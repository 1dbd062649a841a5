//! What the device says instead of doing what it was told. It ends such
//! commands with status 0, so only the text and its place tell.

mod recognise;
#[cfg(test)]
mod tests;

use std::fmt;

/// Why the device refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no such menu or command.
    UnknownCommand {
        /// The word.
        word: String,
    },
    /// There is no such argument; older builds do not name it.
    UnknownArgument {
        /// Its name.
        name: Option<String>,
    },
    /// It cannot be parsed: a word outside an enumeration, broken quotes.
    Syntax,
    /// The console waited for something else.
    Expected {
        /// What it waited for.
        what: String,
    },
    /// Arguments are missing.
    Missing {
        /// Their names.
        arguments: Vec<String>,
    },
    /// A value does not parse.
    InvalidValue {
        /// The argument.
        argument: String,
    },
    /// Something is named that is not there.
    NoMatch {
        /// Of what: `interface`, `interface-list`.
        of: Vec<String>,
    },
    /// An abbreviation means several things.
    Ambiguous,
    /// A number is too small or too large.
    OutOfRange {
        /// The argument, or what it is made of.
        of: String,
        /// The bounds, as the device shows them: `1..4094`.
        bounds: String,
    },
    /// The item is not there, or no longer.
    NoSuchItem,
    /// Such an item is there already.
    AlreadyExists,
    /// A port is named twice in one entry of the VLAN table.
    RepeatedInterface,
    /// The item is the device's own.
    Dynamic,
    /// The device is in a mode that forbids it.
    DeviceMode,
    /// The user may not.
    NotPermitted,
    /// A file is not there.
    MissingFile,
    /// A file that was imported holds errors.
    Import,
    /// The time is up: a hung menu, a script with a limit.
    Timeout,
    /// A script gave up by itself, or a text that is not known.
    Other,
}

/// A refusal by the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Line and column of what was sent, both from 1.
    pub place: Option<(u32, u32)>,
    /// Where in a script it happened, innermost first:
    /// `/interface/bridge/add; line 2`.
    pub context: Vec<String>,
    /// What the device printed.
    pub text: String,
}

impl Refusal {
    /// Of a command that prints nothing when it succeeds (`add`, `set`,
    /// `remove`, `enable`, `disable`, `move`, `unset`, `comment`): any text
    /// is a refusal, whatever it says.
    #[must_use]
    pub fn of_silent(answer: &str) -> Option<Self> {
        let text = tidy(answer);
        (!text.is_empty()).then(|| recognise::refusal(&text))
    }

    /// Of a command that prints something when it succeeds: only a text that
    /// is known to be a refusal, from the start of the answer.
    #[must_use]
    pub fn of_reading(answer: &str) -> Option<Self> {
        Refusal::of_silent(answer).filter(|refusal| refusal.reason != Reason::Other)
    }
}

/// The text without the blanks around it and with plain line ends.
fn tidy(answer: &str) -> String {
    answer
        .replace("\r\n", "\n")
        .trim_matches(['\n', ' ', '\r'])
        .to_owned()
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}
