//! Commands that change a menu.

use std::fmt;

use super::quote::{always_quoted, quoted};
use crate::row::Id;
use crate::schema::Kind;
use crate::value::Value;

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Adds an item.
    Add,
    /// Sets properties of items.
    Set,
    /// Removes items.
    Remove,
}

impl Verb {
    /// The word of the console.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Verb::Add => "add",
            Verb::Set => "set",
            Verb::Remove => "remove",
        }
    }
}

/// The item that a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By its name; an absent one is refused by the device, unless it looks
    /// like a number, an id or a list: then it is as with [`Target::Find`].
    Name(String),
    /// By its properties; no match is no error, so count before.
    Find(Vec<(String, Value)>),
    /// By its id.
    Id(Id),
    /// The only one there is.
    Singleton,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Name(name) if has_meaning(name) => {
                write!(f, "[find where name={}]", always_quoted(name))
            }
            Target::Name(name) => f.write_str(&quoted(name)),
            // An id is a word of its own, and quoted it would be a name.
            Target::Id(id) => write!(f, "{id}"),
            Target::Find(properties) => write!(f, "[find {}]", Where(properties)),
            Target::Singleton => Ok(()),
        }
    }
}

/// Whether the console takes a name, in quotes or not, for something else: a
/// place in the list, an id, several names.
fn has_meaning(name: &str) -> bool {
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    is_number || name.starts_with('*') || name.contains(',')
}

/// `where` and its conditions.
pub(super) struct Where<'a>(pub(super) &'a [(String, Value)]);

impl fmt::Display for Where<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.0.iter().enumerate() {
            let word = if place == 0 { "where" } else { " and" };
            let text = match value {
                Value::Text(text) | Value::Reference(text) => always_quoted(text),
                other => quoted(&other.to_string()),
            };
            write!(f, "{word} {name}={text}")?;
        }
        Ok(())
    }
}

/// A command that changes the device. Displayed, it is the line to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    kind: Kind,
    verb: Verb,
    target: Target,
    arguments: Vec<(String, Value)>,
}

impl Command {
    /// Adds an item of a kind.
    #[must_use]
    pub fn add(kind: Kind) -> Self {
        Command {
            kind,
            verb: Verb::Add,
            target: Target::Singleton,
            arguments: Vec::new(),
        }
    }

    /// Sets properties of an item.
    #[must_use]
    pub fn set(kind: Kind, target: Target) -> Self {
        Command {
            kind,
            verb: Verb::Set,
            target,
            arguments: Vec::new(),
        }
    }

    /// Removes an item.
    #[must_use]
    pub fn remove(kind: Kind, target: Target) -> Self {
        Command {
            kind,
            verb: Verb::Remove,
            target,
            arguments: Vec::new(),
        }
    }

    /// The same command with one property more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.arguments.push((name.into(), value));
        self
    }

    /// The kind that it is about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What it does.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// The item that it is about.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The properties that it gives.
    #[must_use]
    pub fn arguments(&self) -> &[(String, Value)] {
        &self.arguments
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.menu().path, self.verb.word())?;
        if self.target != Target::Singleton {
            write!(f, " {}", self.target)?;
        }
        for (name, value) in &self.arguments {
            write!(f, " {name}={}", quoted(&value.to_string()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_written_in_one_way() {
        let text = |text: &str| Value::Text(text.to_owned());
        let add = Command::add(Kind::Vlan)
            .with("name", text("vlan10-attic"))
            .with("comment", text("attic: cache"));
        assert_eq!(
            add.to_string(),
            r#"/interface/vlan add name=vlan10-attic comment="attic: cache""#
        );
        let find = vec![
            ("interface".to_owned(), text("ether1")),
            ("address".to_owned(), text("10.0.0.1/24")),
        ];
        let remove = Command::remove(Kind::Address, Target::Find(find));
        assert_eq!(
            remove.to_string(),
            r#"/ip/address remove [find where interface="ether1" and address="10.0.0.1/24"]"#
        );
        let set = Command::set(Kind::Dns, Target::Singleton).with("servers", Value::Unset);
        assert_eq!(set.to_string(), r#"/ip/dns set servers="""#);
        let id = Command::remove(Kind::Pool, Target::Id(Id::read("*1f").expect("an id")));
        assert_eq!(id.to_string(), "/ip/pool remove *1F");
        for (name, target) in [
            ("0", r#"[find where name="0"]"#),
            ("*1", r#"[find where name="*1"]"#),
            ("a,b", r#"[find where name="a,b"]"#),
        ] {
            let remove = Command::remove(Kind::Pool, Target::Name(name.to_owned()));
            assert_eq!(remove.to_string(), format!("/ip/pool remove {target}"));
        }
        let name = Command::set(Kind::Bridge, Target::Name("a b".to_owned()))
            .with("vlan-filtering", Value::Bool(true));
        assert_eq!(
            name.to_string(),
            r#"/interface/bridge set "a b" vlan-filtering=yes"#
        );
    }
}
