//! From text to value, by type.

use super::{Duration, Mac, Prefix, Ranges, Type, Value, ValueError, Vlans, list, net, size};
use crate::row::Id;

impl Type {
    /// Reads a value as the console takes and shows it. An empty text is
    /// [`Value::Unset`] whatever the type.
    ///
    /// # Errors
    /// Where the text is not of this type.
    pub fn read(&self, text: &str) -> Result<Value, ValueError> {
        if text.is_empty() {
            return Ok(Value::Unset);
        }
        match *self {
            Type::Text => Ok(Value::Text(text.to_owned())),
            Type::Bool => truth(text)
                .map(Value::Bool)
                .ok_or_else(|| malformed("yes or no", text)),
            Type::Number { least, most } => bounded(text, least, most),
            Type::Hex => hex(text)
                .map(Value::Hex)
                .ok_or_else(|| malformed("a number", text)),
            Type::Duration => Duration::read(text).map(Value::Duration),
            Type::Mac => Mac::read(text).map(Value::Mac),
            Type::Address => net::address(text).map(Value::Address),
            Type::Prefix => Prefix::read(text).map(Value::Prefix),
            Type::Network => Prefix::read(text).map(|prefix| Value::Network(prefix.network())),
            Type::Word(words) => match word(text, words) {
                Some(word) => Ok(Value::Word(word.to_owned())),
                None => Err(ValueError::NotAWord {
                    found: text.to_owned(),
                    words,
                }),
            },
            Type::Reference(_) => Ok(Value::Reference(name(text))),
            Type::Set(_) => Ok(Value::Set(list::split(text).map(name).collect())),
            Type::List => Ok(Value::List(list::split(text).map(str::to_owned).collect())),
            Type::Vlans => Vlans::read(text).map(Value::Vlans),
            Type::Ranges => Ranges::read(text).map(Value::Ranges),
            Type::Size => size::read(text).map(Value::Size),
            Type::Or(words, other) => match word(text, words) {
                Some(word) => Ok(Value::Word(word.to_owned())),
                None => other.read(text),
            },
        }
    }
}

/// An error of a text that is something else than the type takes.
pub(super) fn malformed(expected: &'static str, found: &str) -> ValueError {
    ValueError::Malformed {
        expected,
        found: found.to_owned(),
    }
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    }
}

/// The word of the list that is meant; scripts show `yes` as `true`.
fn word(text: &str, words: &'static [&'static str]) -> Option<&'static str> {
    let text = match text {
        "true" => "yes",
        "false" => "no",
        other => other,
    };
    words.iter().find(|word| **word == text).copied()
}

fn bounded(text: &str, least: u64, most: u64) -> Result<Value, ValueError> {
    let found = text
        .parse::<u64>()
        .map_err(|_| malformed("a number", text))?;
    if (least..=most).contains(&found) {
        Ok(Value::Number(found))
    } else {
        Err(ValueError::OutOfRange { found, least, most })
    }
}

fn hex(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A name as it is, an id in upper case: versions differ in its case.
fn name(text: &str) -> String {
    Id::read(text).map_or_else(|| text.to_owned(), |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_place_of_names_have_no_case() {
        for kind in [Type::Reference(&[]), Type::Set(&[])] {
            assert_eq!(kind.read("*2c"), kind.read("*2C"), "{kind:?}");
            assert_ne!(kind.read("ether1"), kind.read("Ether1"), "{kind:?}");
        }
    }

    #[test]
    fn words_stand_in_place_of_values_and_truths_of_scripts_are_words() {
        let mtu = Type::Or(
            &["auto"],
            &Type::Number {
                least: 68,
                most: 65_535,
            },
        );
        assert_eq!(mtu.read("auto"), Ok(Value::Word("auto".to_owned())));
        assert_eq!(mtu.read("1500"), Ok(Value::Number(1500)));
        let out = ValueError::OutOfRange {
            found: 67,
            least: 68,
            most: 65_535,
        };
        assert_eq!(mtu.read("67"), Err(out));
        let edge = Type::Word(&["auto", "no", "yes"]);
        assert_eq!(edge.read("true"), edge.read("yes"));
        assert!(edge.read("maybe").is_err());
        assert_eq!(Type::Bool.read("false"), Type::Bool.read("no"));
        assert_eq!(Type::Hex.read("32768"), Type::Hex.read("0x8000"));
        assert_eq!(
            Type::Network.read("10.0.0.7/24"),
            Type::Network.read("10.0.0.0/24")
        );
        assert_eq!(Type::Mac.read(""), Ok(Value::Unset));
    }
}
