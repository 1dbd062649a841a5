//! The language of the command line: text in, commands out, errors with their column.

mod ast;
mod builtin;
mod command;
mod cursor;
mod expr;
mod shape;
mod text;
mod words;

pub(crate) use ast::{Arg, ArgValue, Builtin, Command, Expr, Op, Script, Stmt};

use std::sync::Arc;

use crate::Version;
use cursor::Cursor;

/// A text that cannot be read; nothing of it was executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseError(pub(crate) String);

type Parsed<T> = Result<T, ParseError>;

/// Reads a script.
pub(crate) fn parse(text: &str, version: Version) -> Parsed<Script> {
    Parser::new(text, version).script(None)
}

/// Reads the statements before the first error, and that.
pub(crate) fn parse_prefix(text: &str, version: Version) -> (Script, Option<ParseError>) {
    let mut stmts = Vec::new();
    let error = Parser::new(text, version)
        .statements(None, &mut stmts)
        .err();
    (Arc::new(stmts), error)
}

/// How deep brackets may stand in each other.
const DEEPEST: usize = 60;

struct Parser {
    cursor: Cursor,
    version: Version,
    /// The menu that a bare path has changed to.
    menu: String,
    depth: usize,
}

impl Parser {
    fn new(text: &str, version: Version) -> Self {
        Self {
            cursor: Cursor::new(text),
            version,
            menu: "/".into(),
            depth: 0,
        }
    }

    fn error<T>(&self, text: &str, at: usize) -> Parsed<T> {
        let (line, column) = self.cursor.place(at);
        Err(ParseError(format!("{text} (line {line} column {column})")))
    }

    fn syntax<T>(&self, at: usize) -> Parsed<T> {
        self.error("syntax error", at)
    }

    fn unknown<T>(&self, what: &str) -> Parsed<T> {
        Err(ParseError(format!("{}{what}", crate::UNKNOWN)))
    }

    /// Statements up to the closing bracket, or to the end of the text.
    fn script(&mut self, close: Option<char>) -> Parsed<Script> {
        self.deeper()?;
        let mut stmts = Vec::new();
        self.statements(close, &mut stmts)?;
        self.depth -= 1;
        Ok(Arc::new(stmts))
    }

    /// Notes one more bracket within brackets.
    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.unknown("brackets as deep as these");
        }
        Ok(())
    }

    fn statements(&mut self, close: Option<char>, stmts: &mut Vec<(usize, Stmt)>) -> Parsed<()> {
        loop {
            self.cursor.skip_separators();
            let at = self.cursor.at();
            match self.cursor.peek() {
                None if close.is_none() => return Ok(()),
                None => return self.syntax(at),
                Some('#') => self.cursor.skip_line(),
                Some(c) if Some(c) == close => {
                    self.cursor.next();
                    return Ok(());
                }
                Some(']' | '}' | ')') => return self.syntax(at),
                Some(_) => {
                    let line = self.cursor.place(at).0;
                    let stmt = self.statement()?;
                    self.end_of_statement(close)?;
                    stmts.push((line, stmt));
                }
            }
        }
    }

    fn end_of_statement(&mut self, close: Option<char>) -> Parsed<()> {
        self.cursor.skip_blanks();
        let at = self.cursor.at();
        match self.cursor.peek() {
            None | Some(';' | '\n' | '#') => Ok(()),
            Some(c) if Some(c) == close => Ok(()),
            Some(_) => self.error("expected end of command", at),
        }
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        match self.cursor.peek() {
            Some('{') => {
                self.cursor.next();
                let menu = self.menu.clone();
                let script = self.script(Some('}'))?;
                self.menu = menu;
                Ok(Stmt::Block(script))
            }
            Some(':') => {
                self.cursor.next();
                self.builtin()
            }
            Some('(' | '$' | '[' | '"') => Ok(Stmt::Value(self.value(true)?)),
            _ => self.menu_statement(),
        }
    }

    /// Whether a command ends here.
    fn at_end(&self) -> bool {
        matches!(
            self.cursor.peek(),
            None | Some(';' | '\n' | ']' | '}' | ')' | '#')
        )
    }
}
