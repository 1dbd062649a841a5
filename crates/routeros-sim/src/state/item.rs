//! One item of a menu.

use std::collections::BTreeMap;

use super::Val;

/// One item of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) id: u32,
    /// What was set, `comment` and `disabled` among it.
    pub(crate) values: BTreeMap<&'static str, Val>,
    /// Defaults that differ from the menu's.
    pub(crate) defaults: BTreeMap<&'static str, Val>,
    /// Made by the device and not by hand.
    pub(crate) dynamic: bool,
    /// Why the device made it, which it says in the way of a comment.
    pub(crate) note: Option<Note>,
}

/// Why the device made a row of the VLAN table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    ByPvid,
    /// A VLAN interface stands on the bridge.
    ByVlan,
}

impl Note {
    /// What the device says; a printer refuses what begins with [`crate::UNKNOWN`].
    pub(crate) fn text(self) -> String {
        match self {
            Self::ByPvid => "added by pvid".into(),
            Self::ByVlan => format!(
                "{}what the device says of a row that it made for a VLAN interface",
                crate::UNKNOWN
            ),
        }
    }
}

impl Item {
    pub(crate) fn new(id: u32) -> Self {
        Self {
            id,
            values: BTreeMap::new(),
            defaults: BTreeMap::new(),
            dynamic: false,
            note: None,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: Val) -> Self {
        self.values.insert(name, value);
        self
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(Val::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn reference(&self, name: &str) -> Option<u32> {
        match self.values.get(name) {
            Some(Val::Ref(_, id)) => Some(*id),
            _ => None,
        }
    }

    pub(crate) fn list(&self, name: &str) -> &[Val] {
        match self.values.get(name) {
            Some(Val::List(list)) => list,
            _ => &[],
        }
    }
}

/// Reads `*1F`, in either case.
pub(crate) fn parse_id(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('*')?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// What the device says instead of doing something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

impl Refusal {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A conflict with what is there.
    pub(crate) fn failure(text: &str) -> Self {
        Self(format!("failure: {text}"))
    }

    /// Something that a real device knows and this one does not.
    pub(crate) fn unknown(what: impl std::fmt::Display) -> Self {
        Self(format!("{}{what}", crate::UNKNOWN))
    }
}
