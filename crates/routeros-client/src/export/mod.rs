//! The configuration as text: what `/export` prints.

mod head;
mod join;
mod parse;
mod rows;
mod token;
mod write;

pub use head::Head;
pub use parse::{parse, parse_command};
pub use token::Token;
pub use write::{export_quoted, wrapped};

/// Why a text is no export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}: {text:?}")]
pub struct ExportError {
    /// The line where it starts, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: &'static str,
    /// The text.
    pub text: String,
}

/// A whole export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// The comments before the first menu.
    pub head: Head,
    /// What follows.
    pub statements: Vec<Statement>,
}

/// One line of an export, unwrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// A menu that the following commands are for: `/ip address`.
    Section(String),
    /// A comment: a problem of the item below it.
    Comment(String),
    /// A menu that the device could not read: the export is not whole.
    Hung {
        /// The menu.
        menu: String,
        /// The line.
        text: String,
    },
    /// A command.
    Command {
        /// The menu, written in the line itself where the export is terse.
        path: String,
        /// Whether the menu was written in the line itself.
        inline: bool,
        /// `add`, `set`, …
        verb: String,
        /// Targets and properties.
        tokens: Vec<Token>,
    },
}

impl Export {
    /// Whether it holds the whole configuration of its menus.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self
            .statements
            .iter()
            .any(|statement| matches!(statement, Statement::Hung { .. }))
    }
}
