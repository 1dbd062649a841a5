//! Values: words, text in quotes, brackets.

use super::{Expr, Parsed, Parser};

/// What a word without quotes may not hold.
const fn is_special(c: char) -> bool {
    matches!(
        c,
        '"' | '$' | '\\' | '=' | '[' | '(' | '{' | '#' | '?' | '~' | '<' | '>' | '&'
    )
}

const fn ends_value(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | ';' | ']' | ')' | '}')
}

impl Parser {
    /// A value of an argument; `array` tells what a brace begins.
    pub(super) fn value(&mut self, array: bool) -> Parsed<Expr> {
        let at = self.cursor.at();
        let value = match self.cursor.peek() {
            Some('"') => self.quoted()?,
            Some('$') => self.variable()?,
            Some('[') => self.sub()?,
            Some('(') => {
                self.cursor.next();
                let inner = self.expression(false)?;
                self.close(')')?;
                inner
            }
            Some('{') if array => self.array()?,
            Some('{') => self.code()?,
            _ => return self.bare(at),
        };
        let after = self.cursor.at();
        match self.cursor.peek() {
            None => Ok(value),
            Some(c) if ends_value(c) => Ok(value),
            Some(_) => self.syntax(after),
        }
    }

    fn bare(&mut self, at: usize) -> Parsed<Expr> {
        let text = self.cursor.while_of(|c| !ends_value(c) && !is_special(c));
        let after = self.cursor.at();
        if self.cursor.peek().is_some_and(is_special) {
            return self.syntax(after);
        }
        if text.is_empty() {
            return self.syntax(at);
        }
        Ok(Expr::Bare(text))
    }

    pub(super) fn close(&mut self, bracket: char) -> Parsed<()> {
        self.cursor.skip_separators();
        let at = self.cursor.at();
        if self.cursor.take(bracket) {
            return Ok(());
        }
        self.syntax(at)
    }

    /// `[command]`
    pub(super) fn sub(&mut self) -> Parsed<Expr> {
        self.cursor.next();
        let menu = self.menu.clone();
        let script = self.script(Some(']'))?;
        self.menu = menu;
        Ok(Expr::Sub(script))
    }

    /// `{ commands }`
    pub(super) fn code(&mut self) -> Parsed<Expr> {
        self.cursor.next();
        let from = self.cursor.at();
        let menu = self.menu.clone();
        let script = self.script(Some('}'))?;
        self.menu = menu;
        let text = self.cursor.between(from, self.cursor.at() - 1);
        Ok(Expr::Code(script, text))
    }

    /// `{1;2}`
    pub(super) fn array(&mut self) -> Parsed<Expr> {
        self.cursor.next();
        self.deeper()?;
        let mut values = Vec::new();
        loop {
            self.cursor.skip_separators();
            if self.cursor.take('}') {
                self.depth -= 1;
                return Ok(Expr::Array(values));
            }
            values.push(self.value(true)?);
        }
    }

    /// `$name`
    pub(super) fn variable(&mut self) -> Parsed<Expr> {
        self.cursor.next();
        let at = self.cursor.at();
        if self.cursor.peek() == Some('"') {
            return self.unknown("a variable whose name is in quotes");
        }
        let name = self.cursor.while_of(|c| c.is_ascii_alphanumeric());
        if name.is_empty() {
            return self.syntax(at);
        }
        Ok(Expr::Var(name))
    }

    /// Text in quotes, with variables and brackets in it.
    pub(super) fn quoted(&mut self) -> Parsed<Expr> {
        self.cursor.next();
        let mut parts = Vec::new();
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let at = self.cursor.at();
            match self.cursor.peek() {
                None => return self.syntax(at),
                Some('"') => {
                    self.cursor.next();
                    break;
                }
                Some('\\') => {
                    self.cursor.next();
                    bytes.push(self.escape(at)?);
                }
                Some('$') => {
                    parts.push(Expr::Text(lossy(&mut bytes)));
                    parts.push(self.inside()?);
                }
                Some(c) => {
                    self.cursor.next();
                    bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
                }
            }
        }
        let last = lossy(&mut bytes);
        if parts.is_empty() {
            return Ok(Expr::Text(last));
        }
        parts.push(Expr::Text(last));
        Ok(Expr::Join(parts))
    }

    /// A variable or a bracket inside quotes.
    fn inside(&mut self) -> Parsed<Expr> {
        match self.cursor.look(1) {
            Some('[') => {
                self.cursor.next();
                self.sub()
            }
            Some('(') => {
                self.cursor.next();
                self.cursor.next();
                let inner = self.expression(false)?;
                self.close(')')?;
                Ok(inner)
            }
            _ => self.variable(),
        }
    }

    fn escape(&mut self, at: usize) -> Parsed<u8> {
        let hex = |c: char| c.is_ascii_digit() || matches!(c, 'A'..='F');
        let Some(c) = self.cursor.next() else {
            return self.syntax(at);
        };
        if hex(c) {
            let Some(low) = self.cursor.next().filter(|c| hex(*c)) else {
                return self.syntax(at);
            };
            let digits: String = [c, low].into_iter().collect();
            return u8::from_str_radix(&digits, 16).or_else(|_| self.syntax(at));
        }
        match c {
            '"' | '\\' | '$' | '?' => Ok(c as u8),
            'n' => Ok(b'\n'),
            'r' => Ok(b'\r'),
            't' => Ok(b'\t'),
            '_' => Ok(b' '),
            'a' => Ok(7),
            'b' => Ok(8),
            'f' => Ok(12),
            'v' => Ok(11),
            _ => self.syntax(at),
        }
    }
}

fn lossy(bytes: &mut Vec<u8>) -> String {
    String::from_utf8_lossy(&std::mem::take(bytes)).into_owned()
}
