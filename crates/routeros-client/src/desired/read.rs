//! The file as a whole.

use std::borrow::Cow;
use std::net::IpAddr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::hint;
use super::{Desired, Fault, Faults, Item, Management, item, toml_value};
use crate::schema::Kind;
use crate::version::Version;

/// What is read, and what is wrong so far.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) desired: Desired,
    faults: Vec<Fault>,
}

/// A value with the line on which its key stands.
pub(super) struct Entry<'a, 'b> {
    pub(super) name: &'a str,
    pub(super) line: usize,
    pub(super) value: &'a DeValue<'b>,
}

pub(super) fn read(text: &str) -> Result<Desired, Faults> {
    let mut reader = Reader {
        text,
        desired: Desired::default(),
        faults: Vec::new(),
    };
    match DeTable::parse(text) {
        Ok(table) => reader.file(table.get_ref()),
        Err(error) => {
            let line = error.span().map_or(1, |span| reader.line(span.start));
            reader.fault(line, error.message());
        }
    }
    if reader.faults.is_empty() {
        return Ok(reader.desired);
    }
    reader.faults.sort_by_key(|fault| fault.line);
    Err(Faults(reader.faults))
}

/// The kinds that a file can declare, under the names of their sections.
pub(crate) fn sections() -> impl Iterator<Item = Kind> {
    Kind::settable().filter(|kind| *kind != Kind::Identity)
}

impl Reader<'_> {
    pub(super) fn fault(&mut self, line: usize, text: impl Into<String>) {
        let text = text.into();
        self.faults.push(Fault { line, text });
    }

    pub(super) fn line(&self, offset: usize) -> usize {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    /// The keys of a table, in the order of the file.
    pub(super) fn entries<'a, 'b>(&self, table: &'a DeTable<'b>) -> Vec<Entry<'a, 'b>> {
        type Pair<'a, 'b> = (&'a Spanned<Cow<'b, str>>, &'a Spanned<DeValue<'b>>);
        let entry = |(name, value): Pair<'a, 'b>| Entry {
            name: name.get_ref(),
            line: self.line(name.span().start),
            value: value.get_ref(),
        };
        let mut entries: Vec<_> = table.iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.line);
        entries
    }

    fn file(&mut self, table: &DeTable<'_>) {
        for entry in self.entries(table) {
            match (entry.name, entry.value) {
                ("owner", value) => self.owner(entry.line, value),
                ("purge", DeValue::Array(kinds)) => {
                    for kind in kinds.iter() {
                        let line = self.line(kind.span().start);
                        self.purge(line, kind.get_ref());
                    }
                }
                ("device", DeValue::Table(table)) => {
                    self.desired.device_line = entry.line;
                    self.device(table);
                }
                ("management", DeValue::Table(table)) => self.management(entry.line, table),
                ("purge" | "device" | "management", _) => {
                    self.fault(entry.line, format!("{:?} has another form", entry.name));
                }
                _ => self.section(&entry),
            }
        }
        if self.desired.owner.is_empty() {
            self.fault(
                1,
                "owner is missing: the word that marks what the tool made",
            );
        }
    }

    fn owner(&mut self, line: usize, value: &DeValue<'_>) {
        let owner = toml_value::plain(value).unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if owner.is_empty() || !owner.bytes().all(plain) {
            self.fault(
                line,
                "owner takes one word of letters, digits, \"-\", \"_\" and \".\"",
            );
        }
        self.desired.owner = owner;
    }

    fn purge(&mut self, line: usize, value: &DeValue<'_>) {
        let name = toml_value::plain(value).unwrap_or_default();
        let known = || sections().filter(|kind| kind.menu().can_add);
        match known().find(|kind| kind.name() == name) {
            Some(kind) => drop(self.desired.purge.insert(kind)),
            None => self.fault(
                line,
                format!(
                    "{name:?} is no kind whose items can be removed{}",
                    hint(&name, known().map(Kind::name))
                ),
            ),
        }
    }

    fn device(&mut self, table: &DeTable<'_>) {
        for entry in self.entries(table) {
            let text = match toml_value::plain(entry.value) {
                Ok(text) => text,
                Err(error) => {
                    self.fault(entry.line, format!("{}: {error}", entry.name));
                    continue;
                }
            };
            match entry.name {
                "board" => self.desired.board = Some(text),
                "identity" => self.desired.items.push(Item {
                    kind: Kind::Identity,
                    line: entry.line,
                    adopt: None,
                    values: [("name".to_owned(), crate::value::Value::Text(text))].into(),
                }),
                "minimum-version" => match Version::read(&text) {
                    Some(version) => self.desired.minimum_version = Some(version),
                    None => self.fault(entry.line, format!("{text:?} is no version")),
                },
                other => {
                    self.unknown(entry.line, other, &["board", "identity", "minimum-version"]);
                }
            }
        }
    }

    fn management(&mut self, line: usize, table: &DeTable<'_>) {
        let (mut port, mut address) = (None, None::<IpAddr>);
        for entry in self.entries(table) {
            let text = toml_value::plain(entry.value).unwrap_or_default();
            match entry.name {
                "port" => port = Some(text),
                "address" => match text.parse() {
                    Ok(parsed) => address = Some(parsed),
                    Err(_) => self.fault(entry.line, format!("{text:?} is not an IP address")),
                },
                other => self.unknown(entry.line, other, &["port", "address"]),
            }
        }
        match (port, address) {
            (Some(port), Some(address)) => {
                self.desired.management = Some(Management {
                    port,
                    address,
                    line,
                });
            }
            _ => self.fault(line, "management takes a port and an address"),
        }
    }

    pub(super) fn unknown(&mut self, line: usize, name: &str, known: &[&str]) {
        let hint = hint(name, known.iter().copied());
        self.fault(line, format!("unknown key {name:?}{hint}"));
    }

    fn section(&mut self, entry: &Entry<'_, '_>) {
        let Some(kind) = sections().find(|kind| kind.name() == entry.name) else {
            let others = ["owner", "purge", "device", "management"];
            let hint = hint(entry.name, sections().map(Kind::name).chain(others));
            self.fault(
                entry.line,
                format!("unknown section {:?}{hint}", entry.name),
            );
            return;
        };
        match (entry.value, kind.menu().singleton) {
            (DeValue::Table(table), true) => item::read(self, kind, entry.line, table),
            (DeValue::Array(items), false) => {
                for part in items.iter() {
                    let line = self.line(part.span().start);
                    match part.get_ref() {
                        DeValue::Table(table) => item::read(self, kind, line, table),
                        _ => self.fault(line, format!("write [[{kind}]]")),
                    }
                }
            }
            (_, true) => self.fault(entry.line, format!("there is one {kind}: write [{kind}]")),
            (_, false) => self.fault(entry.line, format!("write [[{kind}]]")),
        }
    }
}
