//! Types of values, for people.

use routeros_client::schema::Kind;
use routeros_client::value::Type;

/// What a property of this type takes.
pub(super) fn describe(of: Type) -> String {
    match of {
        Type::Text => "text".to_owned(),
        Type::Bool => "`true` or `false`".to_owned(),
        Type::Number {
            least,
            most: u64::MAX,
        } => format!("number from {least}"),
        Type::Number { least, most } => format!("number, {least} to {most}"),
        Type::Hex => "number, as `0x8000`".to_owned(),
        Type::Duration => "time, as `30s`, `1h30m`, `1d`".to_owned(),
        Type::Mac => "MAC address".to_owned(),
        Type::Address => "IP address".to_owned(),
        Type::Prefix => "IP address with its length, as `10.0.0.1/24`".to_owned(),
        Type::Network => "network, as `10.0.0.0/24`".to_owned(),
        Type::Word(words) => one_of(words),
        Type::Reference(kinds) => format!("name of {}", names(kinds)),
        Type::Set([]) => "list without order".to_owned(),
        Type::Set(kinds) => format!("list without order: names of {}", names(kinds)),
        Type::List => "list".to_owned(),
        Type::Vlans => "VLAN ids, as `10` or `\"10,20-29\"`".to_owned(),
        Type::Ranges => "ranges of addresses, as `10.0.0.100-10.0.0.199`".to_owned(),
        Type::Size => "memory, as `2048KiB`".to_owned(),
        Type::Or(words, other) => format!("{}, or {}", one_of(words), describe(*other)),
    }
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn names(kinds: &[Kind]) -> String {
    let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_described() {
        let rows = [
            (
                Type::Number {
                    least: 1,
                    most: 4094,
                },
                "number, 1 to 4094",
            ),
            (
                Type::Or(&["none"], &Type::Reference(&[Kind::Pool])),
                "`none`, or name of ip-pool",
            ),
        ];
        for (kind, wanted) in rows {
            assert_eq!(describe(kind), wanted);
        }
    }
}
