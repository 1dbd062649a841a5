//! nix.conf as text: what it sets, and how to add and take back a substituter without disturbing
//! the rest.
//!
//! The grammar is Nix's own: `#` starts a comment anywhere, words are parted by blanks, a setting
//! is `name = words…`, and `include FILE` or `!include FILE` pulls in another file. `extra-NAME`
//! appends to what NAME holds so far, so a later `NAME = …` forgets it again: that is why a new
//! line goes behind everything else.

use std::path::{Path, PathBuf};

/// One meaningful line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line<'a> {
    /// `name = value`.
    Set {
        /// Name of the setting, with its `extra-`.
        name: &'a str,
        /// The words of the value.
        words: Vec<&'a str>,
    },
    /// `include FILE` (`required`) or `!include FILE`.
    Include {
        /// The file, relative to the one it stands in.
        file: &'a str,
    },
}

/// The meaning of one line; `None` for blanks, comments and what Nix would refuse.
pub fn parse_line(line: &str) -> Option<Line<'_>> {
    let mut words = code(line).split_whitespace();
    let name = words.next()?;
    if name == "include" || name == "!include" {
        return Some(Line::Include {
            file: words.next()?,
        });
    }
    (words.next()? == "=").then(|| Line::Set {
        name,
        words: words.collect(),
    })
}

/// The part of a line that is no comment.
fn code(line: &str) -> &str {
    line.split('#').next().unwrap_or(line)
}

/// What a list setting such as `substituters` holds after `texts`, read one after another,
/// starting from `default`.
pub fn list_value(texts: &[String], name: &str, default: &[&str]) -> Vec<String> {
    let extra = format!("extra-{name}");
    // The names that Nix still takes from older files.
    let aliases: &[&str] = match name {
        "substituters" => &["binary-caches"],
        "trusted-public-keys" => &["binary-cache-public-keys"],
        "trusted-substituters" => &["trusted-binary-caches"],
        _ => &[],
    };
    let mut value: Vec<String> = default.iter().map(|&word| word.to_owned()).collect();
    for line in texts.iter().flat_map(|text| text.lines()) {
        let Some(Line::Set { name: found, words }) = parse_line(line) else {
            continue;
        };
        let base = found.strip_prefix("extra-").unwrap_or(found);
        if found == name || aliases.contains(&found) {
            value.clear();
        } else if found != extra && !(aliases.contains(&base) && base != found) {
            continue;
        }
        value.extend(words.into_iter().map(str::to_owned));
    }
    value
}

/// What a setting that is one text, such as `netrc-file`, holds after `texts`.
pub fn text_value(texts: &[String], name: &str) -> Option<String> {
    texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(parse_line)
        .filter_map(|line| match line {
            Line::Set { name: found, words } if found == name => Some(words.join(" ")),
            _ => None,
        })
        .next_back()
}

/// What shall stand in nix.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The substituter's URL.
    pub substituter: String,
    /// The public keys that shall be trusted.
    pub keys: Vec<String>,
    /// The value of `netrc-file`, where a token is needed and none is set.
    pub netrc_file: Option<PathBuf>,
}

impl Wanted {
    /// The lines by themselves, for a file that may not be touched.
    pub fn snippet(&self) -> String {
        let mut text = format!(
            "extra-substituters = {}\nextra-trusted-public-keys = {}\n",
            self.substituter,
            self.keys.join(" ")
        );
        if let Some(file) = &self.netrc_file {
            text.push_str(&format!("netrc-file = {}\n", file.display()));
        }
        text
    }
}

/// The text with everything that is wanted in it; equal to `text` where it is there already.
pub fn add(text: &str, wanted: &Wanted) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    add_to_list(&mut lines, "substituters", &wanted.substituter);
    for key in &wanted.keys {
        add_to_list(&mut lines, "trusted-public-keys", key);
    }
    if let Some(file) = &wanted.netrc_file
        && text_value(&[text.to_owned()], "netrc-file").is_none()
    {
        lines.push(format!("netrc-file = {}", file.display()));
    }
    join(lines, text)
}

/// The text without the substituter and the keys; `netrc_file` goes too where it has that value.
/// An `extra-` line that gets empty goes as a whole.
pub fn remove(text: &str, substituter: &str, keys: &[String], netrc_file: Option<&Path>) -> String {
    let keep = |line: &str| -> Option<String> {
        let Some(Line::Set { name, words }) = parse_line(line) else {
            return Some(line.to_owned());
        };
        let gone = |word: &&str| match name.trim_start_matches("extra-") {
            "substituters" => same_url(word, substituter),
            "trusted-public-keys" => keys.iter().any(|key| key == word),
            _ => false,
        };
        if name == "netrc-file"
            && netrc_file.is_some_and(|file| Path::new(&words.join(" ")) == file)
        {
            return None;
        }
        if !words.iter().any(&gone) {
            return Some(line.to_owned());
        }
        if name.starts_with("extra-") && words.iter().all(&gone) && !line.contains('#') {
            return None;
        }
        let rest: Vec<&str> = words.into_iter().filter(|word| !gone(word)).collect();
        let comment = &line[code(line).len()..];
        let mut kept = format!(
            "{}= {}",
            &line[..=line.find('=')?].trim_end_matches('='),
            rest.join(" ")
        );
        kept.truncate(kept.trim_end().len());
        if !comment.is_empty() {
            kept.push(' ');
            kept.push_str(comment);
        }
        Some(kept)
    };
    join(text.lines().filter_map(keep).collect(), text)
}

/// Whether two substituter URLs mean the same, a slash at the end or not.
pub fn same_url(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

fn add_to_list(lines: &mut Vec<String>, name: &str, word: &str) {
    let extra = format!("extra-{name}");
    let held = list_value(&[lines.join("\n")], name, &[]);
    if held.iter().any(|held| same_url(held, word)) {
        return;
    }
    let last = |wanted: &str| {
        lines.iter().rposition(
            |line| matches!(parse_line(line), Some(Line::Set { name, .. }) if name == wanted),
        )
    };
    // An include may set anything, so only a line behind all of them is sure to be heard.
    let include = lines
        .iter()
        .rposition(|line| matches!(parse_line(line), Some(Line::Include { .. })));
    match last(&extra) {
        Some(at) if last(name).max(include).is_none_or(|other| other < at) => {
            let end = code(&lines[at]).trim_end().len();
            lines[at].insert_str(end, &format!(" {word}"));
        }
        _ => lines.push(format!("{extra} = {word}")),
    }
}

fn join(lines: Vec<String>, old: &str) -> String {
    let text = lines.join("\n");
    // A file that was only read must come back byte for byte, with or without its last newline.
    let unchanged = text == old.strip_suffix('\n').unwrap_or(old);
    match text.is_empty() || (unchanged && !old.ends_with('\n')) {
        true => text,
        false => text + "\n",
    }
}

#[cfg(test)]
mod tests;
