//! One item of a menu, as a device, an export or a file says it is.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct;

use crate::schema::Kind;
use crate::value::Value;
use crate::version::Version;

/// The id that the device gives an item: `*1F`. Versions differ in the case
/// of its digits, so it has none here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

impl Id {
    /// Reads `*1f` or `*1F`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('*')?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u64::from_str_radix(digits, 16).ok().map(Id)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "*{:X}", self.0)
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What the device says of an item beside its properties; `None` where it
/// did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Flags {
    /// Made by the device itself: neither ours to change nor exported.
    pub dynamic: Option<bool>,
    /// Switched off.
    pub disabled: Option<bool>,
    /// It cannot work as it stands.
    pub invalid: Option<bool>,
    /// It is up.
    pub running: Option<bool>,
    /// It is a port of a bridge or a bond.
    pub slave: Option<bool>,
    /// A bridge port that carries nothing.
    pub inactive: Option<bool>,
}

impl Flags {
    /// The flag of this name.
    pub fn by_name(&mut self, name: &str) -> Option<&mut Option<bool>> {
        match name {
            "dynamic" => Some(&mut self.dynamic),
            "disabled" => Some(&mut self.disabled),
            "invalid" => Some(&mut self.invalid),
            "running" => Some(&mut self.running),
            "slave" => Some(&mut self.slave),
            "inactive" => Some(&mut self.inactive),
            _ => None,
        }
    }
}

/// One item of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub kind: Kind,
    /// Its id on the device.
    pub id: Option<Id>,
    /// What the device says of it.
    pub flags: Flags,
    /// Its properties, by name.
    pub values: BTreeMap<String, Value>,
    /// What this program does not know, or could not read, as it was.
    pub unknown: BTreeMap<String, String>,
}

impl Row {
    /// An item of which nothing is known yet.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Row {
            kind,
            id: None,
            flags: Flags::default(),
            values: BTreeMap::new(),
            unknown: BTreeMap::new(),
        }
    }

    /// Takes a property as the device showed it. What is not known, or is no
    /// value of its type, is kept as it is.
    pub fn take(&mut self, name: &str, text: &str) {
        if name == ".id" {
            self.id = Id::read(text);
            return;
        }
        if let Some(flag) = self.flags.by_name(name) {
            *flag = match text {
                "true" | "yes" => Some(true),
                "false" | "no" => Some(false),
                _ => None,
            };
        }
        match self.kind.attribute(name).map(|attribute| {
            // Scripts and JSON show a number where the console shows a word.
            let word = attribute.zero_is.filter(|_| text == "0");
            attribute.kind.read(word.unwrap_or(text))
        }) {
            Some(Ok(value)) => drop(self.values.insert(name.to_owned(), value)),
            Some(Err(_)) => drop(self.unknown.insert(name.to_owned(), text.to_owned())),
            None if self.is_flag(name) => {}
            None => drop(self.unknown.insert(name.to_owned(), text.to_owned())),
        }
    }

    fn is_flag(&self, name: &str) -> bool {
        Flags::default().by_name(name).is_some()
    }

    /// The same item with one property more.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// The property of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The property of this name as text; empty where there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.get(name).map(ToString::to_string).unwrap_or_default()
    }

    /// The comment; empty where there is none.
    #[must_use]
    pub fn comment(&self) -> String {
        self.text("comment")
    }

    /// Whether the device made it itself.
    #[must_use]
    pub fn is_dynamic(&self) -> bool {
        self.flags.dynamic == Some(true)
    }

    /// What tells it from the others of its kind, for people.
    #[must_use]
    pub fn key(&self) -> String {
        let parts = self
            .kind
            .menu()
            .keys
            .iter()
            .filter_map(|name| self.get(name));
        let shown: Vec<_> = parts
            .filter(|value| !value.is_unset())
            .map(ToString::to_string)
            .collect();
        shown.join(" ")
    }

    /// The names of the properties that name an item which is gone.
    pub fn dangling(&self) -> impl Iterator<Item = (&str, Id)> {
        self.values.iter().flat_map(|(name, value)| {
            let single = value.dangling();
            let many = match value {
                Value::Set(names) => names.iter().filter_map(|member| Id::read(member)).collect(),
                _ => Vec::new(),
            };
            single
                .into_iter()
                .chain(many)
                .map(move |id| (name.as_str(), id))
        })
    }
}

impl serde::Serialize for Row {
    /// As it is, but that a list in which nothing stands is a list as well.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Row {
            kind,
            id,
            flags,
            values,
            unknown,
        } = self;
        let shown = |(name, value): (&String, &Value)| {
            let listed = kind
                .attribute(name)
                .is_some_and(|found| found.kind.is_list());
            let value = match value {
                Value::Unset if listed => Value::List(Vec::new()),
                value => value.clone(),
            };
            (name.clone(), value)
        };
        let mut row = serializer.serialize_struct("Row", 5)?;
        row.serialize_field("kind", kind)?;
        row.serialize_field("id", id)?;
        row.serialize_field("flags", flags)?;
        let values: BTreeMap<String, Value> = values.iter().map(shown).collect();
        row.serialize_field("values", &values)?;
        row.serialize_field("unknown", unknown)?;
        row.end()
    }
}

/// What is known of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct State {
    /// Its items, by kind.
    pub rows: BTreeMap<Kind, Vec<Row>>,
    /// What it runs.
    pub version: Version,
    /// What it is: `CRS326-24G-2S+`.
    pub board: String,
}

impl State {
    /// The items of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> &[Row] {
        self.rows.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_no_case_and_are_printed_in_upper_case() {
        assert_eq!(Id::read("*59b"), Id::read("*59B"));
        assert_eq!(Id::read("*2c").expect("an id").to_string(), "*2C");
        for text in ["*", "2C", "*2G", "* 1", "*+1"] {
            assert_eq!(Id::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_list_in_which_nothing_stands_is_a_list_in_json() {
        let row = Row::new(Kind::BridgeVlan)
            .with("tagged", Value::Unset)
            .with("comment", Value::Unset);
        let json = serde_json::to_string(&row).expect("JSON");
        assert!(
            json.contains(r#""values":{"comment":"","tagged":[]}"#),
            "{json}"
        );
    }

    #[test]
    fn dangling_ids_are_seen_in_references_and_sets() {
        let mut row = Row::new(Kind::Address);
        row.take("interface", "*2c");
        assert_eq!(
            row.dangling().collect::<Vec<_>>(),
            [("interface", Id(0x2c))]
        );
        let mut row = Row::new(Kind::BridgeVlan);
        row.take("tagged", "bridge-attic,*b");
        row.take("bridge", "bridge-attic");
        assert_eq!(row.dangling().collect::<Vec<_>>(), [("tagged", Id(0xb))]);
    }

    #[test]
    fn a_zero_in_place_of_a_word_is_that_word() {
        let mut row = Row::new(Kind::BridgePort);
        row.take("horizon", "0");
        assert_eq!(row.text("horizon"), "none");
    }

    #[test]
    fn what_is_not_known_is_kept() {
        let mut row = Row::new(Kind::Bridge);
        row.take("name", "bridge-attic");
        row.take("new-in-8", "yes");
        row.take("priority", "a lot");
        row.take("running", "true");
        assert_eq!(row.unknown.len(), 2);
        assert_eq!(row.unknown["new-in-8"], "yes");
        assert_eq!(row.flags.running, Some(true));
        assert_eq!(row.key(), "bridge-attic");
    }
}
