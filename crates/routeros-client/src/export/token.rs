//! The words of a command.

use crate::command::quote::unescape;

/// One word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A property.
    Argument {
        /// Its name.
        name: String,
        /// Its value, without quotes and escapes.
        value: String,
    },
    /// A name, a number or a flag.
    Word(String),
    /// `[ find … ]` and the words in it.
    Find(Vec<Token>),
}

/// Cuts the words of a command; the text of a problem where there is one.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, &'static str> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
    };
    let tokens = reader.tokens()?;
    if reader.at < reader.bytes.len() {
        Err("a bracket too many")
    } else {
        Ok(tokens)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Words up to the end or a closing bracket.
    fn tokens(&mut self) -> Result<Vec<Token>, &'static str> {
        let mut tokens = Vec::new();
        loop {
            while self.peek() == Some(b' ') {
                self.at += 1;
            }
            match self.peek() {
                None | Some(b']') => return Ok(tokens),
                Some(b'[') => tokens.push(self.find()?),
                Some(_) => tokens.push(self.word()?),
            }
        }
    }

    /// `[ find … ]`; nothing else is written in brackets.
    fn find(&mut self) -> Result<Token, &'static str> {
        self.at += 1;
        let mut inner = self.tokens()?;
        if self.peek() != Some(b']') {
            return Err("a bracket is not closed");
        }
        self.at += 1;
        if inner.first() != Some(&Token::Word("find".to_owned())) {
            return Err("brackets without find");
        }
        inner.remove(0);
        if inner.first() == Some(&Token::Word("where".to_owned())) {
            inner.remove(0);
        }
        Ok(Token::Find(inner))
    }

    /// `name=value`, or a word.
    fn word(&mut self) -> Result<Token, &'static str> {
        let name = self.name();
        if self.peek() == Some(b'=') && !name.is_empty() {
            self.at += 1;
            let name = name.to_owned();
            return Ok(Token::Argument {
                name,
                value: self.text()?,
            });
        }
        self.at -= name.len();
        self.text().map(Token::Word)
    }

    fn name(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'!')
        }) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned()
    }

    /// Text in quotes, or up to the next blank.
    fn text(&mut self) -> Result<String, &'static str> {
        let mut text = Vec::new();
        let quoted = self.peek() == Some(b'"');
        self.at += usize::from(quoted);
        loop {
            match self.peek() {
                None if quoted => return Err("a quote is not closed"),
                Some(b'"') if quoted => {
                    self.at += 1;
                    if self.peek().is_some_and(|byte| !matches!(byte, b' ' | b']')) {
                        return Err("text behind a closing quote");
                    }
                    break;
                }
                Some(b'\\') => {
                    let (byte, length) =
                        unescape(&self.bytes[self.at + 1..]).ok_or("an unknown escape")?;
                    text.push(byte);
                    self.at += 1 + length;
                }
                None => break,
                Some(b' ' | b']' | b'[' | b';') if !quoted => break,
                Some(b'"' | b'$') if !quoted => return Err("a quote or a variable in a bare word"),
                Some(b'$') => return Err("a variable in quotes"),
                Some(byte) => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        if !quoted && matches!(self.peek(), Some(b'[' | b';')) {
            return Err("a second command");
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(name: &str, value: &str) -> Token {
        Token::Argument {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn words_are_cut_at_blanks_outside_quotes() {
        let read = tokens(
            r#"[ find default-name=ether1 ] comment="a \"b\" \C3\A9" blackhole x="" list=!LAN"#,
        )
        .expect("reads");
        assert_eq!(
            read[0],
            Token::Find(vec![argument("default-name", "ether1")])
        );
        assert_eq!(read[1], argument("comment", "a \"b\" é"));
        assert_eq!(read[2], Token::Word("blackhole".to_owned()));
        assert_eq!(read[3], argument("x", ""));
        assert_eq!(read[4], argument("list", "!LAN"));
    }

    #[test]
    fn what_is_more_than_one_command_is_refused() {
        for text in [
            r#"a="b"#,
            "a=b;c=d",
            "a=[c]",
            "[ find",
            "a ]",
            "[ get 0 ]",
            r#"a="$x""#,
            "a=$x",
            r#"a="b"c"#,
            r#"a="\q""#,
        ] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }
}
