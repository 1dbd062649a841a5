//! `print detail` and `print terse`: `name=value`, for people.

use super::{Fields, Item, ReadError, is_logged, is_name};
use crate::command::quote::unescape;
use crate::refusal::Refusal;

/// Reads `print detail`, whose lines are wrapped and whose values are in
/// quotes where they are names.
///
/// # Errors
/// Where the device refused, or a line is something else.
pub fn detail(answer: &str) -> Result<Vec<Item>, ReadError> {
    let text = answer.replace("\r\n", "\n");
    let mut items: Vec<Item> = Vec::new();
    let mut open: Option<Open> = None;
    for line in text.lines().filter(|line| !is_logged(line)) {
        if line.trim().is_empty() {
            items.extend(open.take().map(|open| open.close(true)).transpose()?);
        } else if let Some(open) = open.as_mut() {
            open.more(line);
        } else if let Some(started) = Open::start(line) {
            open = Some(started);
        } else if !(items.is_empty() && is_legend(line, &text)) {
            let refused = Refusal::of_reading(&text).map(ReadError::Refused);
            return Err(refused.unwrap_or_else(|| ReadError::NotUnderstood(line.to_owned())));
        }
    }
    items.extend(open.map(|open| open.close(true)).transpose()?);
    Ok(items)
}

/// Reads `print terse`: one item a line, nothing in quotes. A word without
/// `=` is taken for a part of the value before it.
///
/// # Errors
/// Where the device refused, or a line is something else.
pub fn terse(answer: &str) -> Result<Vec<Item>, ReadError> {
    let lines = answer
        .lines()
        .filter(|line| !line.trim().is_empty() && !is_logged(line));
    lines
        .map(|line| match Open::start(line.trim_end()) {
            Some(open) => open.close(false),
            None => Err(Refusal::of_reading(answer).map_or_else(
                || ReadError::NotUnderstood(line.to_owned()),
                ReadError::Refused,
            )),
        })
        .collect()
}

/// The explanation of the flags, which may take several lines. Nothing is
/// read from it: it is known to be wrong at times.
fn is_legend(line: &str, text: &str) -> bool {
    text.starts_with("Flags:")
        && line
            .trim_end()
            .split("; ")
            .flat_map(|part| part.split(", "))
            .all(|part| {
                let part = part
                    .strip_prefix("Flags: ")
                    .unwrap_or(part)
                    .trim_end_matches(';');
                part.split_once(" - ")
                    .map_or(part, |(letter, _)| letter)
                    .chars()
                    .count()
                    == 1
            })
}

/// An item whose lines are still coming.
struct Open {
    number: Option<u64>,
    flags: String,
    indent: usize,
    comment: Option<String>,
    body: String,
}

impl Open {
    /// A line with a number or flags in front of a comment or a property.
    fn start(line: &str) -> Option<Self> {
        let content = line
            .match_indices(|c: char| !c.is_whitespace())
            .map(|(at, _)| at)
            .filter(|at| *at == 0 || line[..*at].ends_with(' '))
            .find(|at| line[*at..].starts_with(";;; ") || property(&line[*at..]).is_some())?;
        let (head, rest) = line.split_at(content);
        let digits = head
            .trim_start()
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        let (number, flags) = head.trim_start().split_at(digits);
        let letters = flags
            .chars()
            .all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '*' | '+'));
        if !letters || head.is_empty() {
            return None;
        }
        let mut open = Open {
            number: number.parse().ok(),
            flags: flags.chars().filter(|c| *c != ' ').collect(),
            indent: content,
            comment: None,
            body: String::new(),
        };
        match rest.strip_prefix(";;; ") {
            Some(comment) => open.comment = Some(comment.to_owned()),
            None => open.body.push_str(rest.trim_end()),
        }
        Some(open)
    }

    /// A further line: of the comment while no property came and the line is
    /// not indented as properties are, else of the properties.
    fn more(&mut self, line: &str) {
        let indent = line.len() - line.trim_start().len();
        match self
            .comment
            .as_mut()
            .filter(|_| self.body.is_empty() && indent < self.indent)
        {
            Some(comment) => {
                comment.push('\n');
                comment.push_str(line);
            }
            None => {
                self.body.push(' ');
                self.body.push_str(line.trim());
            }
        }
    }

    fn close(self, quotes: bool) -> Result<Item, ReadError> {
        let mut fields =
            properties(&self.body, quotes).ok_or(ReadError::NotUnderstood(self.body))?;
        let named = fields
            .first()
            .filter(|(name, _)| !quotes && name == "comment")
            .is_some();
        let comment = if named {
            Some(fields.remove(0).1)
        } else {
            self.comment
        };
        Ok(Item {
            number: self.number,
            flags: self.flags,
            comment,
            fields,
        })
    }
}

/// The name and the rest of what starts with `name=`.
fn property(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').filter(|(name, _)| is_name(name))
}

fn properties(body: &str, quotes: bool) -> Option<Fields> {
    let mut fields: Fields = Vec::new();
    let mut rest = body.trim();
    while !rest.is_empty() {
        let (word, after) = match property(rest) {
            Some((name, quoted)) if quotes && quoted.starts_with('"') => {
                let (value, length) = unquote(&quoted[1..])?;
                fields.push((name.to_owned(), value));
                rest = quoted[1 + length..].trim_start();
                continue;
            }
            _ => rest.split_once(' ').unwrap_or((rest, "")),
        };
        match (property(word), fields.last_mut()) {
            (Some((name, value)), _) => fields.push((name.to_owned(), value.to_owned())),
            // The time of a date, or a text without quotes.
            (None, Some((_, value)))
                if !quotes || word.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                value.push(' ');
                value.push_str(word);
            }
            (None, _) => fields.push((word.to_owned(), String::new())),
        }
        rest = after.trim_start();
    }
    Some(fields)
}

/// What stands before the closing quote, and how long it is with the quote.
fn unquote(text: &str) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let mut value = Vec::new();
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some((String::from_utf8_lossy(&value).into_owned(), at + 1)),
            b'\\' => {
                let (byte, length) = unescape(&bytes[at + 1..])?;
                value.push(byte);
                at += 1 + length;
            }
            byte => {
                value.push(byte);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "Flags: X - disabled, I - invalid, D - dynamic; S - slave \n 0    ;;; the office\n      address=10.0.0.1/24 network=10.0.0.0 interface=vlan10-attic \n      actual-interface=vlan10-attic \n\n12 XS name=\"a \\\"b\\\" =c\" up=2026-02-03 04:05:06 lost=\"\" fib \n\n";

    #[test]
    fn wrapped_blocks_are_joined() {
        let items = detail(BLOCK).expect("reads");
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].comment.as_deref(), Some("the office"));
        assert_eq!(items[0].fields.len(), 4);
        assert_eq!((items[1].number, items[1].flags.as_str()), (Some(12), "XS"));
        let shown: Vec<_> = items[1]
            .fields
            .iter()
            .map(|(name, value)| format!("{name}:{value}"))
            .collect();
        assert_eq!(
            shown,
            ["name:a \"b\" =c", "up:2026-02-03 04:05:06", "lost:", "fib:"]
        );
    }

    #[test]
    fn a_comment_may_hold_a_line_end() {
        let text = " 0   ;;; one\ntwo\n     name=\"pool-attic\" ranges=10.0.0.9 \n\n";
        let items = detail(text).expect("reads");
        assert_eq!(items[0].comment.as_deref(), Some("one\ntwo"));
        assert_eq!(items[0].fields[0].1, "pool-attic");
    }

    #[test]
    fn terse_has_no_quotes() {
        let items = terse("0 D  comment=the cache name=ether3 UniFi mtu=1500\r\n DAc dst-address=10.0.0.0/24\r\n\r\n").expect("reads");
        assert_eq!(items[0].comment.as_deref(), Some("the cache"));
        assert_eq!(items[0].fields[0].1, "ether3 UniFi");
        assert_eq!((items[1].number, items[1].flags.as_str()), (None, "DAc"));
    }

    #[test]
    fn empty_lists_and_refusals() {
        assert_eq!(detail("Flags: X - disabled, R - running \n\n"), Ok(vec![]));
        assert_eq!(detail("\n"), Ok(vec![]));
        assert!(matches!(
            detail("bad command name bogus (line 1 column 2)\n"),
            Err(ReadError::Refused(_))
        ));
        assert!(matches!(
            detail("something else\n"),
            Err(ReadError::NotUnderstood(_))
        ));
        assert!(matches!(
            terse("no such item\n"),
            Err(ReadError::Refused(_))
        ));
    }
}
