//! Values, and how the device reads them.

use super::{Refusal, State};
use crate::menu::{Prop, Space, Type};

mod network;
mod number;
mod reference;

pub(crate) use network::{contains, mask, parse_address, parse_interface, parse_mac};
pub(crate) use number::parse_seconds;

/// A value as the device keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Val {
    Text(String),
    Number(i64),
    Bool(bool),
    Seconds(u64),
    /// An item of another menu, by its id.
    Ref(Space, u32),
    List(Vec<Val>),
}

impl Val {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// Reads the text of a value as the type of its property asks.
pub(crate) fn read(state: &State, prop: &Prop, text: &str) -> Result<Val, Refusal> {
    let invalid = || Refusal::new(format!("invalid value for argument {}", prop.name));
    let name = prop.range_name.unwrap_or(prop.name);
    match prop.ty {
        Type::Text | Type::Bare => Ok(Val::text(text)),
        Type::Bool => read_bool(text).map(Val::Bool).ok_or_else(invalid),
        Type::Word(words) => word(words, text)
            .map(Val::text)
            .ok_or_else(|| no_match(prop.name)),
        Type::Number(least, most) => number::read(text, prop.name, name, least, most),
        Type::NumberOr(words, least, most) => match word(words, text) {
            Some(found) => Ok(Val::text(found)),
            None => number::read(text, prop.name, name, least, most),
        },
        Type::Hex(least, most) => number::read(text, prop.name, name, least, most),
        Type::Seconds | Type::DatedSeconds => {
            parse_seconds(text).map(Val::Seconds).ok_or_else(invalid)
        }
        Type::SecondsOr(words) => match word(words, text) {
            Some(found) => Ok(Val::text(found)),
            None => parse_seconds(text).map(Val::Seconds).ok_or_else(invalid),
        },
        Type::Mac => parse_mac(text).map(Val::Text).ok_or_else(invalid),
        Type::Address => parse_address(text)
            .map(|address| Val::text(address.to_string()))
            .ok_or_else(invalid),
        Type::Interface => parse_interface(text)
            .map(|(address, length)| Val::Text(format!("{address}/{length}")))
            .ok_or_else(invalid),
        Type::Network => network::read_network(text)
            .map(Val::Text)
            .ok_or_else(invalid),
        Type::Addresses => list(text, |part| {
            Some(Val::text(parse_address(part)?.to_string()))
        })
        .ok_or_else(invalid),
        Type::Prefixes => {
            list(text, |part| network::read_network(part).map(Val::Text)).ok_or_else(invalid)
        }
        Type::Words => {
            Ok(list(text, |part| Some(Val::text(part))).unwrap_or(Val::List(Vec::new())))
        }
        Type::Ranges => network::read_ranges(text)
            .ok_or_else(|| Refusal::new("value of range expects range of ip addresses")),
        Type::Vlans => number::read_vlans(text, prop.name, name),
        Type::Size => number::read_size(text).map(Val::Text).ok_or_else(invalid),
        Type::Ref(spaces) => reference::read(state, prop.name, spaces, text),
        Type::RefOr(words, spaces) => match word(words, text) {
            Some(found) => Ok(Val::text(found)),
            None => reference::read(state, prop.name, spaces, text),
        },
        Type::Refs(spaces) => reference::read_list(state, prop.name, spaces, text),
    }
}

fn word(words: &[&'static str], text: &str) -> Option<&'static str> {
    words.iter().find(|word| **word == text).copied()
}

/// `yes` and `no`, and the words of scripts.
pub(crate) fn read_bool(text: &str) -> Option<bool> {
    match text {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    }
}

/// The refusal of a word that nothing has.
pub(crate) fn no_match(what: &str) -> Refusal {
    Refusal::new(format!("input does not match any value of {what}"))
}

fn list(text: &str, read: impl Fn(&str) -> Option<Val>) -> Option<Val> {
    if text.is_empty() {
        return Some(Val::List(Vec::new()));
    }
    text.split([',', ';'])
        .map(read)
        .collect::<Option<Vec<_>>>()
        .map(Val::List)
}
