//! netrc as text: which password a host gets, and how to add and take back one entry.
//!
//! The grammar is curl's, since it is curl that reads the file for Nix: `machine HOST` or
//! `default` starts an entry, `login`, `password` and `account` take a word each (which may stand
//! in quotes), a line that starts with `#` is a comment, and `macdef` runs to an empty line. The
//! host has no port, and the first entry of a host counts.

use std::ops::Range;

/// One entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The host; `None` for `default`.
    pub host: Option<String>,
    /// The user name, if given.
    pub login: Option<String>,
    password: Option<(String, Range<usize>)>,
    span: Range<usize>,
}

impl Entry {
    /// The password, which for a cache is the token.
    pub fn password(&self) -> Option<&str> {
        self.password.as_ref().map(|(text, _)| text.as_str())
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("host", &self.host)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// Why a token was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetrcError {
    /// Another token stands there for this host.
    #[error("another password for this host is there")]
    OtherPassword,
    /// Blanks and quotes cannot be written so that every reader understands them.
    #[error("the token has characters that netrc cannot hold")]
    Unfit,
}

/// The entries of a file, in its order.
pub fn parse(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut at = 0;
    while let Some((word, span)) = next_word(text, at) {
        at = span.end;
        let value = match word.as_str() {
            "machine" | "login" | "password" | "account" => next_word(text, at),
            "macdef" => {
                at = text[at..]
                    .find("\n\n")
                    .map_or(text.len(), |end| at + end + 2);
                continue;
            }
            _ => None,
        };
        at = value.as_ref().map_or(at, |(_, span)| span.end);
        match (word.as_str(), value) {
            ("default", _) => entries.push(Entry {
                host: None,
                login: None,
                password: None,
                span,
            }),
            ("machine", Some((host, end))) => {
                let span = span.start..end.end;
                entries.push(Entry {
                    host: Some(host),
                    login: None,
                    password: None,
                    span,
                });
            }
            (field, Some((value, value_span))) => {
                let Some(entry) = entries.last_mut() else {
                    continue;
                };
                entry.span.end = value_span.end;
                match field {
                    "login" => entry.login = Some(value),
                    "password" => entry.password = Some((value, value_span)),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    entries
}

/// The entry that a request to `host` uses: the host's own, else `default`.
pub fn lookup(text: &str, host: &str) -> Option<Entry> {
    let entries = parse(text);
    let own = entries
        .iter()
        .find(|entry| entry.host.as_deref() == Some(host));
    own.or_else(|| entries.iter().find(|entry| entry.host.is_none()))
        .cloned()
}

/// The entry as it is written.
pub fn snippet(host: &str, token: &str) -> String {
    format!("machine {host}\nlogin garret\npassword {token}\n")
}

/// The text with `token` as the password of `host`. Another password is replaced only by `force`.
pub fn add(text: &str, host: &str, token: &str, force: bool) -> Result<String, NetrcError> {
    if token.is_empty()
        || token.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | '#'))
    {
        return Err(NetrcError::Unfit);
    }
    let entries = parse(text);
    if let Some(entry) = entries
        .iter()
        .find(|entry| entry.host.as_deref() == Some(host))
    {
        return match &entry.password {
            Some((old, _)) if old == token => Ok(text.to_owned()),
            _ if !force => Err(NetrcError::OtherPassword),
            Some((_, span)) => Ok(format!(
                "{}{token}{}",
                &text[..span.start],
                &text[span.end..]
            )),
            None => Ok(format!(
                "{}\npassword {token}{}",
                &text[..entry.span.end],
                &text[entry.span.end..]
            )),
        };
    }
    // Nothing behind `default` is ever read.
    let at = entries
        .iter()
        .find(|entry| entry.host.is_none())
        .map_or(text.len(), |entry| entry.span.start);
    let (before, after) = text.split_at(at);
    let gap = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    Ok(format!("{before}{gap}{}{after}", snippet(host, token)))
}

/// The text without the entry of `host`, if its password is `token`.
pub fn remove(text: &str, host: &str, token: &str) -> String {
    let entries = parse(text);
    let found = entries
        .iter()
        .find(|entry| entry.host.as_deref() == Some(host));
    match found {
        Some(entry) if entry.password() == Some(token) => {
            let after = &text[entry.span.end..];
            let after = after.trim_start_matches([' ', '\t']);
            format!(
                "{}{}",
                &text[..entry.span.start],
                after.strip_prefix('\n').unwrap_or(after)
            )
        }
        _ => text.to_owned(),
    }
}

/// The next word from `at` on and where it stands; comments are skipped.
fn next_word(text: &str, mut at: usize) -> Option<(String, Range<usize>)> {
    loop {
        let rest = &text[at..];
        at += rest.len() - rest.trim_start().len();
        let rest = &text[at..];
        let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        if rest.starts_with('#') && text[line_start..at].trim().is_empty() {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if rest.is_empty() {
            return None;
        }
        if let Some(quoted) = rest.strip_prefix('"') {
            return Some(quoted_word(quoted, at));
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        return Some((rest[..end].to_owned(), at..at + end));
    }
}

fn quoted_word(quoted: &str, start: usize) -> (String, Range<usize>) {
    let mut word = String::new();
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            _ if escaped => {
                word.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return (word, start..start + at + 2),
            _ => word.push(c),
        }
    }
    (word, start..start + 1 + quoted.len())
}

#[cfg(test)]
mod tests;
