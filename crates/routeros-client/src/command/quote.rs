//! Quoting for the console.

use std::fmt::{self, Write as _};

/// Whether the console reads a text as it is, wherever it stands.
#[must_use]
pub fn is_bare(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// The text as one word of a command: bare where that is safe, else in quotes.
#[must_use]
pub fn quoted(text: &str) -> String {
    if is_bare(text) {
        text.to_owned()
    } else {
        format!("\"{}\"", Escaped(text))
    }
}

/// The text in quotes, plain or not: in an expression a bare `10` or `yes`
/// would be a number or a truth, which no text is equal to.
#[must_use]
pub fn always_quoted(text: &str) -> String {
    format!("\"{}\"", Escaped(text))
}

/// What stands between the quotes. Only printable ASCII is left as it is, so
/// that nothing depends on how the device takes other bytes.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'"' | b'\\' | b'$' | b'?' => write!(f, "\\{}", char::from(byte))?,
                b'\n' => f.write_str("\\n")?,
                b'\r' => f.write_str("\\r")?,
                b'\t' => f.write_str("\\t")?,
                b' '..=b'~' => f.write_char(byte.into())?,
                _ => write!(f, "\\{byte:02X}")?,
            }
        }
        Ok(())
    }
}

/// One escape at the start of `text`, which begins behind the backslash: the
/// byte that is meant and how many bytes were read.
#[must_use]
pub fn unescape(text: &[u8]) -> Option<(u8, usize)> {
    let meant = match *text.first()? {
        b'"' | b'\\' | b'$' | b'?' => text[0],
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'_' => b' ',
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        high => return Some((hex(high)? << 4 | hex(*text.get(1)?)?, 2)),
    };
    Some((meant, 1))
}

/// Upper case only: `\b` and `\f` are other characters.
fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_go_unquoted() {
        assert_eq!(quoted("vlan10-attic"), "vlan10-attic");
        assert_eq!(quoted("10.0.0.1"), "10.0.0.1");
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted("10.0.0.1/24"), "\"10.0.0.1/24\"");
        assert_eq!(quoted("ether1,ether2"), "\"ether1,ether2\"");
        assert_eq!(quoted("*1F"), "\"*1F\"");
    }

    #[test]
    fn nothing_ends_the_quotes() {
        assert_eq!(
            quoted("a\"];/system reset\n$x\\"),
            r#""a\"];/system reset\n\$x\\""#
        );
        assert_eq!(quoted("é\t\0"), r#""\C3\A9\t\00""#);
    }
}
