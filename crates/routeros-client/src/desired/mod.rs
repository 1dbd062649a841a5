//! The state that a file declares. A property that is not declared is not
//! managed; one that is declared as `""` is cleared.

mod fault;
mod item;
mod nearest;
mod read;
mod toml_value;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

pub use fault::{Fault, Faults};
pub(crate) use nearest::nearest;
pub(crate) use read::sections;

use crate::schema::{Attribute, Kind};
use crate::value::Value;
use crate::version::Version;

/// What a file declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desired {
    /// The marker in the comments of what the tool made or changed.
    pub owner: String,
    /// The kinds whose static items are removed where the file does not
    /// declare them.
    pub purge: BTreeSet<Kind>,
    /// The board that the file is for.
    pub board: Option<String>,
    /// The oldest version that the file is for.
    pub minimum_version: Option<Version>,
    /// Where the device is described; 0 where it is not.
    pub device_line: usize,
    /// The way to the device, which is kept open.
    pub management: Option<Management>,
    /// What is declared, in the order of the file.
    pub items: Vec<Item>,
}

/// The way to the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Management {
    /// The port that the operator is plugged into.
    pub port: String,
    /// The address of the device on that way.
    pub address: IpAddr,
    /// Where it is declared.
    pub line: usize,
}

/// One declared item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// The line of the file that declares it.
    pub line: usize,
    /// The name of the item that is taken over under the new name.
    pub adopt: Option<String>,
    /// The declared properties.
    pub values: BTreeMap<String, Value>,
}

impl Desired {
    /// Reads a file.
    ///
    /// # Errors
    /// Everything that is wrong with it, by line.
    pub fn read(text: &str) -> Result<Self, Faults> {
        read::read(text)
    }

    /// The declared items of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.kind == kind)
    }
}

impl Item {
    /// The declared property of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The declared property as text; empty where it is not declared.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.get(name).map(ToString::to_string).unwrap_or_default()
    }

    /// What the device will hold: what is declared, else the default.
    #[must_use]
    pub fn effective(&self, name: &str) -> Value {
        effective(self.kind, name, self.get(name))
    }

    /// What tells it from the others of its kind, for people.
    #[must_use]
    pub fn key(&self) -> String {
        let keys = self.kind.menu().keys;
        let shown = keys.iter().filter_map(|name| self.get(name));
        let shown: Vec<_> = shown
            .filter(|value| !value.is_unset())
            .map(ToString::to_string)
            .collect();
        shown.join(" ")
    }
}

/// A property or, where nothing is known of it, its default. No value and an
/// empty list are the same.
pub(crate) fn effective(kind: Kind, name: &str, value: Option<&Value>) -> Value {
    match value {
        Some(Value::Set(names)) if names.is_empty() => Value::Unset,
        Some(Value::List(names)) if names.is_empty() => Value::Unset,
        Some(value) => value.clone(),
        None => kind
            .attribute(name)
            .and_then(default_of)
            .unwrap_or(Value::Unset),
    }
}

/// The default of a property.
pub(crate) fn default_of(attribute: &Attribute) -> Option<Value> {
    attribute
        .default
        .and_then(|text| attribute.kind.read(text).ok())
}
