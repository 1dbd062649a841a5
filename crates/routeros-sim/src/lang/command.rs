//! Commands of menus.

use super::shape::{Shape, shape};
use super::words::{Choice, Word, choose, word};
use super::{Arg, ArgValue, Command, Expr, Parsed, Parser, Stmt};
use crate::menu::{self, Menu, Type};

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

impl Parser {
    /// A path and a command, or a path alone, which changes the menu.
    pub(super) fn menu_statement(&mut self) -> Parsed<Stmt> {
        let mut path = if self.cursor.peek() == Some('/') {
            "/".to_owned()
        } else {
            self.menu.clone()
        };
        loop {
            while matches!(self.cursor.peek(), Some('/' | ' ' | '\t')) {
                self.cursor.next();
            }
            if self.at_end() {
                self.menu = path;
                return Ok(Stmt::Nothing);
            }
            let at = self.cursor.at();
            let name = self.cursor.while_of(is_word);
            match word(&path, &name, self.version) {
                Word::Menu(below) => path = below,
                Word::Verb(verb) => {
                    // Brackets among the arguments are about the same menu.
                    let menu = std::mem::replace(&mut self.menu, path.clone());
                    let command = self.command(path, verb);
                    self.menu = menu;
                    return command.map(Stmt::Menu);
                }
                Word::NotSimulated => {
                    return self.unknown(&format!("{name} of {path}"));
                }
                Word::Ambiguous => {
                    return self
                        .unknown(&format!("the beginning {name} of several words of {path}"));
                }
                Word::Nothing if path == self.menu && super::builtin::is_builtin(&name) => {
                    self.cursor.go(at);
                    return self.builtin();
                }
                Word::Nothing if name.is_empty() => return self.syntax(at),
                Word::Nothing => return self.error(&format!("bad command name {name}"), at),
            }
        }
    }

    fn command(&mut self, path: String, verb: &'static str) -> Parsed<Command> {
        let menu = menu::find(&path, self.version);
        let mut command = Command {
            path,
            menu,
            verb,
            args: Vec::new(),
            filter: None,
        };
        if verb == "find" {
            self.cursor.skip_blanks();
            self.take_word("where");
            command.filter = self.filter()?;
            return Ok(command);
        }
        let shape = shape(&command.path, menu, verb, self.version);
        let mut unnamed = shape.unnamed.iter();
        loop {
            self.cursor.skip_blanks();
            if self.at_end() {
                return Ok(command);
            }
            if shape.filter && self.take_word("where") {
                command.filter = self.filter()?;
                return Ok(command);
            }
            if let Some(arg) = self.argument(&command, &shape, &mut unnamed)? {
                command.args.push(arg);
            }
        }
    }

    /// Takes a word that stands alone.
    fn take_word(&mut self, word: &str) -> bool {
        let at = self.cursor.at();
        if self.cursor.while_of(is_word) == word && self.cursor.peek() != Some('=') {
            return true;
        }
        self.cursor.go(at);
        false
    }

    fn argument(
        &mut self,
        command: &Command,
        shape: &Shape,
        unnamed: &mut std::slice::Iter<'_, &'static str>,
    ) -> Parsed<Option<Arg>> {
        let start = self.cursor.at();
        let unset = self.cursor.take('!');
        let name_at = self.cursor.at();
        let word = self.cursor.while_of(is_word);
        let named = !word.is_empty() && self.cursor.peek() == Some('=');
        if named || unset {
            let after = self.cursor.at();
            let name = self.argument_name(command, shape, &word, name_at, after)?;
            if unset {
                return Ok(Some(Arg {
                    name,
                    value: ArgValue::Unset,
                }));
            }
            self.cursor.next();
            return self.named_value(command.menu, name);
        }
        if !word.is_empty() && self.ends_word() {
            if let Choice::One(flag) = choose(&shape.flags, &word) {
                let name = shape.flags.iter().find(|name| **name == flag).copied();
                return Ok(name.map(|name| Arg {
                    name,
                    value: ArgValue::Flag,
                }));
            }
            if let Choice::One(other) = choose(&shape.others, &word) {
                return self.unknown(&format!("{other} of {} {}", command.path, command.verb));
            }
        }
        self.cursor.go(start);
        let Some(name) = unnamed.next() else {
            return self.bad_argument(&word, start);
        };
        let value = ArgValue::Given(self.value(false)?);
        Ok(Some(Arg { name, value }))
    }

    fn ends_word(&self) -> bool {
        self.at_end() || matches!(self.cursor.peek(), Some(' ' | '\t'))
    }

    fn argument_name(
        &self,
        command: &Command,
        shape: &Shape,
        word: &str,
        start: usize,
        after: usize,
    ) -> Parsed<&'static str> {
        let all: Vec<&str> = shape.names.iter().chain(&shape.others).copied().collect();
        match choose(&all, word) {
            Choice::One(found) => match shape.names.iter().find(|name| **name == found) {
                Some(name) => Ok(name),
                None => self.unknown(&format!("{found} of {} {}", command.path, command.verb)),
            },
            Choice::Many => self.unknown(&format!(
                "the beginning {word} of several arguments of {}",
                command.path
            )),
            // Where the console gives up differs: a plain word on a command that sets is read to
            // its end first.
            Choice::None if command.verb == "print" || word.contains('-') => {
                self.bad_argument(word, start)
            }
            Choice::None => self.bad_argument(word, after),
        }
    }

    pub(super) fn bad_argument<T>(&self, word: &str, at: usize) -> Parsed<T> {
        match self.version.minor {
            ..20 => self.error("expected end of command", at),
            23.. if !word.is_empty() => self.error(&format!("bad parameter {word}"), at),
            _ => self.unknown(&format!("the refusal of {word:?} in {}", self.version)),
        }
    }

    fn named_value(
        &mut self,
        menu: Option<&'static Menu>,
        name: &'static str,
    ) -> Parsed<Option<Arg>> {
        let at = self.cursor.at();
        if self.at_end() {
            return Ok(None);
        }
        if matches!(self.cursor.peek(), Some(' ' | '\t')) {
            return self.syntax(at);
        }
        let value = self.value(false)?;
        let literal = match &value {
            Expr::Bare(text) | Expr::Text(text) => Some(text.as_str()),
            _ => None,
        };
        if let Some(text) = literal {
            let words = match menu.and_then(|menu| menu.prop(name, self.version)) {
                Some(prop) => match prop.ty {
                    Type::Word(words) => Some(words),
                    Type::Bool => Some(BOOLS),
                    _ => None,
                },
                None if name == "disabled" => Some(BOOLS),
                None => None,
            };
            if words.is_some_and(|words| !words.contains(&text)) {
                return self.syntax(at);
            }
        }
        Ok(Some(Arg {
            name,
            value: ArgValue::Given(value),
        }))
    }
}

const BOOLS: &[&str] = &["yes", "no", "true", "false"];
