//! The one error of this crate: what kind of trouble, what failed, why, and what to do about it.

use std::error::Error as StdError;
use std::fmt;

/// What kind of trouble it is. Decides the exit code, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Some of the work failed, the rest was done (exit code 1).
    Partial,
    /// A file or the operating system refused (exit code 1).
    Io,
    /// The command line asks for something that cannot be (exit code 2).
    Usage,
    /// Not logged in, or the configuration file is wrong (exit code 3).
    Config,
    /// The server does not accept the token, or the token lacks a permission (exit code 4).
    Access,
    /// The server was not reached (exit code 5).
    Network,
    /// The server answered, but not what was hoped for (exit code 6).
    Server,
    /// The local Nix store cannot be read or lacks the path (exit code 7).
    Store,
}

impl ErrorKind {
    /// Every kind, in the order of the exit codes (for the reference page).
    pub const ALL: [ErrorKind; 8] = [
        ErrorKind::Partial,
        ErrorKind::Io,
        ErrorKind::Usage,
        ErrorKind::Config,
        ErrorKind::Access,
        ErrorKind::Network,
        ErrorKind::Server,
        ErrorKind::Store,
    ];

    /// The exit code of a command that ends with this kind.
    pub fn exit_code(self) -> u8 {
        match self {
            ErrorKind::Partial | ErrorKind::Io => 1,
            ErrorKind::Usage => 2,
            ErrorKind::Config => 3,
            ErrorKind::Access => 4,
            ErrorKind::Network => 5,
            ErrorKind::Server => 6,
            ErrorKind::Store => 7,
        }
    }

    /// One sentence for the reference page.
    pub fn meaning(self) -> &'static str {
        match self {
            ErrorKind::Partial => "some of the work failed, the rest was done",
            ErrorKind::Io => "a file or the operating system refused",
            ErrorKind::Usage => "the command line asks for something that cannot be",
            ErrorKind::Config => "not logged in, or the configuration file is wrong",
            ErrorKind::Access => "the token is not accepted, or lacks a permission",
            ErrorKind::Network => "the server was not reached",
            ErrorKind::Server => "the server refused the request or is too old",
            ErrorKind::Store => "the local Nix store cannot be read or lacks the path",
        }
    }
}

/// What failed (`Display`, this level only), why (`source`), and how to go on (`hints`).
#[derive(Debug)]
pub struct CliError {
    /// The kind of trouble.
    pub kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// Remedies, each a whole sentence or a command to type.
    pub hints: Vec<String>,
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = CliError> = std::result::Result<T, E>;

impl CliError {
    /// An error without a cause.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        CliError {
            kind,
            message: message.into(),
            source: None,
            hints: Vec::new(),
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Keeps its own cause if it has one, else takes this.
    #[must_use]
    pub(crate) fn or_because(self, source: CliError) -> Self {
        match self.source {
            Some(_) => self.hint(format!("first tried: {}", source.one_line())),
            None => self.because(source),
        }
    }

    /// All remedies of this error and of the errors below it, without repetition.
    pub fn all_hints(&self) -> Vec<&str> {
        let mut hints: Vec<&str> = self.hints.iter().map(String::as_str).collect();
        let mut next = self.source();
        while let Some(error) = next {
            if let Some(cli) = error.downcast_ref::<CliError>() {
                hints.extend(cli.hints.iter().map(String::as_str));
            }
            next = error.source();
        }
        let mut seen = std::collections::HashSet::new();
        hints.retain(|hint| seen.insert(*hint));
        hints
    }

    /// The whole chain on one line, for lists of failed paths.
    pub fn one_line(&self) -> String {
        let mut text = self.message.clone();
        let mut next = self.source();
        while let Some(error) = next {
            text.push_str(": ");
            text.push_str(&error.to_string());
            next = error.source();
        }
        text
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for CliError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// Says which file an IO error is about.
pub(crate) fn io_error(what: &str, path: &std::path::Path, source: std::io::Error) -> CliError {
    CliError::new(ErrorKind::Io, format!("cannot {what} {}", path.display())).because(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_of_the_whole_chain_are_told_once() {
        let inner = CliError::new(ErrorKind::Network, "connection refused").hint("is it up?");
        let outer = CliError::new(ErrorKind::Server, "cannot ask")
            .hint("try again")
            .hint("is it up?")
            .because(inner);
        assert_eq!(outer.all_hints(), ["try again", "is it up?"]);
        assert_eq!(outer.one_line(), "cannot ask: connection refused");
        assert_eq!(outer.to_string(), "cannot ask");
    }
}
