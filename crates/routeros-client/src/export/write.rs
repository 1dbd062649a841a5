//! From statements to text, wrapped as the device wraps it.

use std::fmt;

use super::{Export, Statement, Token};
use crate::command::quote::Escaped;

/// How long a line may be when a word is joined to it.
const JOINED: usize = 77;
/// How long a line may be before the `\` that ends it.
const FILLED: usize = 78;
const INDENT: &str = "    ";

/// A value as exports write it: bare wherever the console can read it so.
#[must_use]
pub fn export_quoted(text: &str) -> String {
    if is_bare(text) {
        text.to_owned()
    } else {
        format!("\"{}\"", Escaped(text))
    }
}

fn is_bare(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:,!*%@+|^".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Argument { name, value } => write!(f, "{name}={}", export_quoted(value)),
            Token::Word(word) => f.write_str(&export_quoted(word)),
            Token::Find(inner) => {
                f.write_str("[ find")?;
                inner.iter().try_for_each(|token| write!(f, " {token}"))?;
                f.write_str(" ]")
            }
        }
    }
}

impl fmt::Display for Statement {
    /// On one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Statement::Section(text) | Statement::Comment(text) | Statement::Hung { text, .. } => {
                f.write_str(text)
            }
            Statement::Command {
                path,
                inline,
                verb,
                tokens,
            } => {
                if *inline {
                    write!(f, "{path} ")?;
                }
                f.write_str(verb)?;
                tokens.iter().try_for_each(|token| write!(f, " {token}"))
            }
        }
    }
}

impl fmt::Display for Export {
    /// As the device prints it: terse where the menus stand in the lines,
    /// else wrapped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.head.lines {
            writeln!(f, "{line}")?;
        }
        for statement in &self.statements {
            match statement {
                Statement::Command {
                    inline: false,
                    verb,
                    tokens,
                    ..
                } => writeln!(f, "{}", wrapped(verb, tokens))?,
                other => writeln!(f, "{other}")?,
            }
        }
        Ok(())
    }
}

/// A command of a section, wrapped.
#[must_use]
pub fn wrapped(verb: &str, tokens: &[Token]) -> String {
    let mut page = Page {
        done: String::new(),
        line: verb.to_owned(),
    };
    for token in tokens {
        page.put(token);
    }
    page.done + &page.line
}

struct Page {
    done: String,
    line: String,
}

impl Page {
    fn put(&mut self, token: &Token) {
        match token {
            Token::Argument { name, value } => self.property(name, value),
            other => self.word(&other.to_string()),
        }
    }

    /// The line as it is before the next word.
    fn before(&self) -> usize {
        if self.line == INDENT {
            self.line.len()
        } else {
            self.line.len() + 1
        }
    }

    fn word(&mut self, text: &str) {
        if self.line != INDENT && self.line.len() + 1 + text.len() > JOINED {
            self.turn(" \\");
        }
        self.append(text);
    }

    fn append(&mut self, text: &str) {
        if self.line != INDENT {
            self.line.push(' ');
        }
        self.line.push_str(text);
    }

    fn property(&mut self, name: &str, value: &str) {
        let quoted = export_quoted(value);
        if value.contains('\n') || INDENT.len() + quoted.len() > JOINED {
            self.cut(name, value);
        } else if self.before() + name.len() + 1 + quoted.len() <= JOINED {
            self.append(&format!("{name}={quoted}"));
        } else if self.before() + name.len() + 2 <= FILLED {
            self.append(&format!("{name}="));
            self.turn("\\");
            self.line.push_str(&quoted);
        } else if self.line == INDENT {
            // No line holds such a name.
            self.append(&format!("{name}={quoted}"));
        } else {
            self.turn(" \\");
            self.property(name, value);
        }
    }

    /// Ends the line.
    fn turn(&mut self, end: &str) {
        let line = std::mem::replace(&mut self.line, INDENT.to_owned());
        self.done.push_str(&line);
        self.done.push_str(end);
        self.done.push('\n');
    }

    /// Puts a value that no line can hold: in quotes, cut where the line is
    /// full and before the line ends that it holds.
    fn cut(&mut self, name: &str, value: &str) {
        if self.line != INDENT && self.before() + name.len() + 2 >= FILLED {
            self.turn(" \\");
        }
        self.append(&format!("{name}=\""));
        let escaped = Escaped(value).to_string();
        let mut rest = escaped.as_str();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(escape_length(rest));
            rest = after;
            let full = self.line.len() + piece.len() > FILLED;
            if full || piece == "\\n" {
                self.turn("\\");
            }
            // A blank at the start of a line would be taken for indent.
            self.line
                .push_str(if full && piece == " " { "\\_" } else { piece });
        }
        if self.line.len() >= JOINED {
            self.turn("\\");
        }
        self.line.push('"');
    }
}

/// How long the first character is, with what escapes it.
fn escape_length(text: &str) -> usize {
    match text.as_bytes() {
        [b'\\', high, _, ..] if high.is_ascii_hexdigit() && !high.is_ascii_lowercase() => 3,
        [b'\\', ..] => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::parse_command;

    fn wrap(text: &str) -> String {
        match parse_command(&format!("/x {text}")) {
            Ok(Statement::Command { verb, tokens, .. }) => wrapped(&verb, &tokens),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_break_before_a_value_or_before_a_word() {
        let long =
            "add bridge=bridge-attic comment=attic frame-types=admit-all interface=ether11 pvid=10";
        assert_eq!(
            wrap(long),
            "add bridge=bridge-attic comment=attic frame-types=admit-all interface=ether11 \\\n    pvid=10"
        );
        let value = "add address=10.0.0.0/24 comment=attic dns-server=10.0.0.1 domain=home.arpa gateway=10.0.0.1";
        assert_eq!(
            wrap(value),
            "add address=10.0.0.0/24 comment=attic dns-server=10.0.0.1 domain=home.arpa \\\n    gateway=10.0.0.1"
        );
    }

    #[test]
    fn a_name_that_no_line_holds_ends_all_the_same() {
        let line = format!("add a=b {}=c pvid=10", "n".repeat(90));
        assert_eq!(wrap(&line).replace("\\\n    ", ""), line);
    }

    #[test]
    fn a_value_that_no_line_holds_is_cut_hard_and_read_again() {
        let ports: Vec<_> = (1..=23).map(|port| format!("ether{port}")).collect();
        let line = format!(
            "add bridge=bridge-attic untagged={} vlan-ids=10",
            ports.join(",")
        );
        let text = wrap(&line);
        let longest = text.lines().map(str::len).max();
        assert_eq!(longest, Some(79));
        assert!(
            text.starts_with("add bridge=bridge-attic untagged=\"ether1,"),
            "{text}"
        );
        let joined = super::super::join::whole_lines(&text);
        assert_eq!(joined.len(), 1);
        assert_eq!(joined[0].1.replace('"', ""), line);
    }
}
