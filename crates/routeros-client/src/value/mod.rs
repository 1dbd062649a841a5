//! Values as the device understands them: `1h` is `01:00:00`, a set has no
//! order, a MAC address has no case.

mod duration;
mod list;
mod net;
mod read;
mod size;

pub use duration::Duration;
pub use list::{Ranges, Vlans};
pub use net::{Mac, Prefix};

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use crate::row::Id;
use crate::schema::Kind;

/// What a property may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    Text,
    /// `yes` or `no`.
    Bool,
    /// A number within bounds.
    Number {
        /// The smallest that the device takes.
        least: u64,
        /// The largest that the device takes.
        most: u64,
    },
    /// A number that the device shows in hexadecimal, as `0x8000`.
    Hex,
    /// A span of time.
    Duration,
    /// A MAC address.
    Mac,
    /// An IP address.
    Address,
    /// An address with the length of its network: `10.0.0.1/24`.
    Prefix,
    /// A network, with no bits beyond its length: `10.0.0.0/24`.
    Network,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The name of an item of one of these kinds.
    Reference(&'static [Kind]),
    /// A list whose order has no meaning; names of items of these kinds where
    /// there are any, else plain words.
    Set(&'static [Kind]),
    /// A list whose order has a meaning.
    List,
    /// VLAN ids and ranges of them.
    Vlans,
    /// Ranges of addresses.
    Ranges,
    /// An amount of memory, as `2048KiB`.
    Size,
    /// One of these words in place of the type.
    Or(&'static [&'static str], &'static Type),
}

impl Type {
    /// Whether it holds any number of names or words.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Type::Set(_) | Type::List)
    }
}

/// A value of one of the types. Equality is the device's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// No value: what `property=""` leaves.
    Unset,
    /// Any text that is not empty.
    Text(String),
    /// `yes` or `no`.
    Bool(bool),
    /// A number.
    Number(u64),
    /// A number shown in hexadecimal.
    Hex(u64),
    /// A span of time.
    Duration(Duration),
    /// A MAC address.
    Mac(Mac),
    /// An IP address.
    Address(IpAddr),
    /// An address with the length of its network.
    Prefix(Prefix),
    /// A network.
    Network(Prefix),
    /// A word of a fixed list.
    Word(String),
    /// The name of another item, or its id where that item is gone.
    Reference(String),
    /// A list without order.
    Set(BTreeSet<String>),
    /// A list with an order.
    List(Vec<String>),
    /// VLAN ids.
    Vlans(Vlans),
    /// Ranges of addresses.
    Ranges(Ranges),
    /// Memory in bytes.
    Size(u64),
}

/// Why a text is not a value of its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// It is something else.
    #[error("{found:?} is not {expected}")]
    Malformed {
        /// What the type takes.
        expected: &'static str,
        /// What was there.
        found: String,
    },
    /// The number is too small or too large.
    #[error("{found} is out of range ({least}..{most})")]
    OutOfRange {
        /// What was there.
        found: u64,
        /// The smallest that is taken.
        least: u64,
        /// The largest that is taken.
        most: u64,
    },
    /// The word is none of the words.
    #[error("{found:?} is none of {}", words.join(", "))]
    NotAWord {
        /// What was there.
        found: String,
        /// What the type takes.
        words: &'static [&'static str],
    },
}

impl Value {
    /// Whether nothing is left: `property=""`.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        *self == Value::Unset
    }

    /// The id that stands where the item that was named is gone.
    #[must_use]
    pub fn dangling(&self) -> Option<Id> {
        match self {
            Value::Reference(name) => Id::read(name),
            _ => None,
        }
    }

    /// The names in it: of a set, of a list, of a reference.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match self {
            Value::Set(names) => names.iter().map(String::as_str).collect(),
            Value::List(names) => names.iter().map(String::as_str).collect(),
            Value::Reference(name) | Value::Text(name) | Value::Word(name) => vec![name],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Value {
    /// The form that is sent, not yet quoted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unset => Ok(()),
            Value::Text(text) | Value::Word(text) | Value::Reference(text) => f.write_str(text),
            Value::Bool(true) => f.write_str("yes"),
            Value::Bool(false) => f.write_str("no"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Hex(number) => write!(f, "{number:#x}"),
            Value::Duration(duration) => write!(f, "{duration}"),
            Value::Mac(mac) => write!(f, "{mac}"),
            Value::Address(address) => write!(f, "{address}"),
            Value::Prefix(prefix) | Value::Network(prefix) => write!(f, "{prefix}"),
            Value::Set(names) => list::join(f, names),
            Value::List(names) => list::join(f, names),
            Value::Vlans(vlans) => write!(f, "{vlans}"),
            Value::Ranges(ranges) => write!(f, "{ranges}"),
            Value::Size(bytes) => size::write(f, *bytes),
        }
    }
}

impl serde::Serialize for Value {
    /// Booleans, numbers and lists as such, everything else as the form that
    /// is sent.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Unset => serializer.serialize_str(""),
            Value::Bool(yes) => serializer.serialize_bool(*yes),
            Value::Number(number) => serializer.serialize_u64(*number),
            Value::Set(names) => serializer.collect_seq(names),
            Value::List(names) => serializer.collect_seq(names),
            other => serializer.collect_str(other),
        }
    }
}
