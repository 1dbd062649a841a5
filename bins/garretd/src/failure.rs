//! How the program ends when something is wrong.

use std::process::ExitCode;

/// What kind of trouble; each has its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Failed while working.
    Work = 1,
    /// The command line asks for what cannot be.
    Usage = 2,
    /// The configuration or the signing key is wrong.
    Config = 3,
    /// The address to listen on cannot be had.
    Listen = 4,
    /// The database or the storage cannot be used.
    Store = 5,
}

/// Trouble, with the kind that picks the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    error: anyhow::Error,
    hint: Option<String>,
}

impl Failure {
    /// Trouble of a kind.
    pub(crate) fn new(kind: Kind, error: impl Into<anyhow::Error>) -> Self {
        Self {
            kind,
            error: error.into(),
            hint: None,
        }
    }

    /// Trouble of a kind, in words.
    pub(crate) fn say(kind: Kind, message: impl std::fmt::Display) -> Self {
        Self::new(kind, anyhow::anyhow!("{message}"))
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Prints the chain of causes and the hint, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("error: {:#}", self.error);
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
        ExitCode::from(self.kind as u8)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Kind::Work, error)
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::new(Kind::Config, error)
    }
}
