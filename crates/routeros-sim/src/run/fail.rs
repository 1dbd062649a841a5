//! What ends a script early.

use crate::lang::Stmt;
use crate::state::Refusal;

/// A failure, and where it came about.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) text: String,
    /// `/interface/bridge/add` or `:error`, and its line.
    at: Option<(String, usize)>,
    /// Whether `:error` made it.
    pub(crate) raised: bool,
}

/// Why a script goes no further.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Failed(Failure),
    /// `:return`
    Return,
}

impl Failure {
    pub(crate) const fn new(text: String) -> Self {
        Self {
            text,
            at: None,
            raised: false,
        }
    }

    /// The text that a command line shows.
    pub(crate) fn plain(&self) -> &str {
        &self.text
    }

    /// The text that a script sees: with the command and its line.
    pub(crate) fn in_script(&self) -> String {
        let code = if self.text == "no such item" {
            " (4)"
        } else {
            ""
        };
        match &self.at {
            Some((command, line)) => format!("{}{code} ({command}; line {line})", self.text),
            None => format!("{}{code}", self.text),
        }
    }
}

impl Stop {
    /// An error that a script raises.
    pub(super) fn raised(text: String) -> Self {
        Self::Failed(Failure {
            raised: true,
            ..Failure::new(text)
        })
    }

    /// Notes the statement that failed, unless one within it did.
    pub(super) fn at(mut self, stmt: &Stmt, line: usize) -> Self {
        if let Self::Failed(failure) = &mut self {
            let command = match stmt {
                Stmt::Menu(command) => Some(format!("{}/{}", command.path, command.verb)),
                Stmt::Builtin(builtin) => Some(format!(":{}", builtin.name)),
                _ => None,
            };
            if let (None, Some(command)) = (&failure.at, command) {
                failure.at = Some((command.replace("//", "/"), line));
            }
        }
        self
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(Failure::new(refusal.0))
    }
}
