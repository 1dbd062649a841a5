//! From the text of a refusal to its reason.

use super::{Reason, Refusal};

/// Types a text that is known to be a refusal.
pub(super) fn refusal(text: &str) -> Refusal {
    let (rest, context, place) = suffixes(text);
    let rest = rest.strip_prefix("Script Error: ").unwrap_or(rest);
    Refusal {
        reason: reason(rest),
        place,
        context,
        text: text.to_owned(),
    }
}

/// Takes the parts in parentheses off the end: the place, the context of a
/// script, the code of a status.
fn suffixes(text: &str) -> (&str, Vec<String>, Option<(u32, u32)>) {
    let mut rest = text;
    let mut context = Vec::new();
    let mut place = None;
    while let Some((before, inside)) = rest
        .strip_suffix(')')
        .and_then(|open| open.rsplit_once(" ("))
    {
        if let Some(found) = position(inside) {
            place = Some(found);
        } else if inside.contains("; line ") {
            context.insert(0, inside.to_owned());
        } else if inside.parse::<u32>().is_err() {
            break;
        }
        rest = before;
    }
    (rest, context, place)
}

/// `line 1 column 13`.
fn position(text: &str) -> Option<(u32, u32)> {
    let (line, column) = text.strip_prefix("line ")?.split_once(" column ")?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

fn reason(text: &str) -> Reason {
    parsing(text)
        .or_else(|| values(text))
        .or_else(|| whole(text))
        .unwrap_or(Reason::Other)
}

/// What the console says before it runs anything.
fn parsing(text: &str) -> Option<Reason> {
    if let Some(word) = text.strip_prefix("bad command name ") {
        return Some(Reason::UnknownCommand {
            word: word.to_owned(),
        });
    }
    if let Some(name) = text.strip_prefix("bad parameter ") {
        return Some(Reason::UnknownArgument {
            name: Some(name.to_owned()),
        });
    }
    if text == "expected end of command" {
        return Some(Reason::UnknownArgument { name: None });
    }
    if text == "syntax error" {
        return Some(Reason::Syntax);
    }
    if text.starts_with("ambiguous value of ") {
        return Some(Reason::Ambiguous);
    }
    text.strip_prefix("expected ").map(|what| Reason::Expected {
        what: what.to_owned(),
    })
}

/// What it says of arguments and their values.
fn values(text: &str) -> Option<Reason> {
    if let Some(names) = text.strip_prefix("missing value(s) of argument(s) ") {
        return Some(Reason::Missing {
            arguments: names.split_whitespace().map(str::to_owned).collect(),
        });
    }
    let matches: Vec<_> = text
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("input does not match any value of ")
        })
        .collect();
    if !matches.is_empty() {
        return Some(Reason::NoMatch {
            of: matches.into_iter().map(str::to_owned).collect(),
        });
    }
    if let Some(argument) = text.strip_prefix("invalid value for argument ") {
        let argument = argument
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end_matches(':');
        return Some(Reason::InvalidValue {
            argument: argument.to_owned(),
        });
    }
    let rest = text.strip_prefix("value of ")?;
    if let Some((of, bounds)) = rest.split_once(" out of range (") {
        return Some(Reason::OutOfRange {
            of: of.to_owned(),
            bounds: bounds.trim_end_matches(')').to_owned(),
        });
    }
    let argument = rest.split(' ').next().unwrap_or_default();
    Some(Reason::InvalidValue {
        argument: argument.to_owned(),
    })
}

/// What it says of the state.
fn whole(text: &str) -> Option<Reason> {
    let failure = text.strip_prefix("failure: ");
    let said = failure.unwrap_or(text);
    let reason = match said {
        "no such item" => Reason::NoSuchItem,
        "can not change dynamic" => Reason::Dynamic,
        "not allowed by device-mode" => Reason::DeviceMode,
        "not enough permissions" => Reason::NotPermitted,
        "interface cannot be in tagged and untagged at the same time"
        | "each interface can appear only once" => Reason::RepeatedInterface,
        "Cannot open import file, file does not exist" => Reason::MissingFile,
        "std failure: timeout" | "runtime limit exceeded" => Reason::Timeout,
        _ if said.starts_with("item referred by ") && said.ends_with(" does not exist") => {
            Reason::NoSuchItem
        }
        _ if said.starts_with("found ") && said.ends_with(" error(s) in import file") => {
            Reason::Import
        }
        _ if failure.is_some() && (said.contains("already") || said.ends_with(" exists")) => {
            Reason::AlreadyExists
        }
        _ => return failure.map(|_| Reason::Other),
    };
    Some(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Reason) {
        assert_eq!(refusal(text).reason, expected, "{text}");
    }

    #[test]
    fn texts_of_the_console_are_typed() {
        check(
            "bad command name bogus (line 1 column 13)",
            Reason::UnknownCommand {
                word: "bogus".into(),
            },
        );
        check(
            "expected end of command (line 1 column 61)",
            Reason::UnknownArgument { name: None },
        );
        check(
            "bad parameter proplist (line 1 column 9)",
            Reason::UnknownArgument {
                name: Some("proplist".into()),
            },
        );
        check("syntax error (line 1 column 44)", Reason::Syntax);
        check(
            "expected - (line 1 column 64)",
            Reason::Expected { what: "-".into() },
        );
        check(
            "expected item id (line 1 column 20)",
            Reason::Expected {
                what: "item id".into(),
            },
        );
        check(
            "ambiguous value of interface, more than one possible value matches input",
            Reason::Ambiguous,
        );
        assert_eq!(
            refusal("syntax error (line 2 column 44)").place,
            Some((2, 44))
        );
    }

    #[test]
    fn texts_about_values_are_typed() {
        let missing = Reason::Missing {
            arguments: vec!["address".into(), "interface".into()],
        };
        check(
            "Script Error: missing value(s) of argument(s) address interface",
            missing,
        );
        check(
            "invalid value for argument address",
            Reason::InvalidValue {
                argument: "address".into(),
            },
        );
        check(
            "input does not match any value of bridge",
            Reason::NoMatch {
                of: vec!["bridge".into()],
            },
        );
        check(
            "invalid value for argument interface:\n    input does not match any value of interface\n    input does not match any value of interface-list",
            Reason::NoMatch {
                of: vec!["interface".into(), "interface-list".into()],
            },
        );
        let range = Reason::OutOfRange {
            of: "vlan-range".into(),
            bounds: "1..4094".into(),
        };
        check("value of vlan-range out of range (1..4094)", range);
        check(
            "value of range expects range of ip addresses",
            Reason::InvalidValue {
                argument: "range".into(),
            },
        );
        check(
            "value of mtu contains invalid trailing characters",
            Reason::InvalidValue {
                argument: "mtu".into(),
            },
        );
    }

    #[test]
    fn texts_about_the_state_are_typed() {
        for text in [
            "failure: already have interface with such name",
            "failure: already have interface with such name bridge-attic",
            "failure: already have such address",
            "failure: device already added as bridge port",
            "failure: vlan already added",
            "failure: pool with such name exists",
            "failure: entry already exists",
            "failure: already have static lease for this client",
        ] {
            check(text, Reason::AlreadyExists);
        }
        check("no such item", Reason::NoSuchItem);
        check("no such item (4)", Reason::NoSuchItem);
        check(
            "item referred by 'place-before' does not exist (11)",
            Reason::NoSuchItem,
        );
        check("failure: can not change dynamic", Reason::Dynamic);
        check("failure: not allowed by device-mode", Reason::DeviceMode);
        check("not enough permissions (9)", Reason::NotPermitted);
        check(
            "failure: each interface can appear only once",
            Reason::RepeatedInterface,
        );
        check(
            "failure: interface cannot be in tagged and untagged at the same time",
            Reason::RepeatedInterface,
        );
        check(
            "Script Error: found 5 error(s) in import file",
            Reason::Import,
        );
        check(
            "Cannot open import file, file does not exist (:import; line 1)",
            Reason::MissingFile,
        );
    }

    #[test]
    fn the_context_of_scripts_is_taken_off() {
        let seen = refusal(
            "Script Error: failure: already have such address (/ip/address/add; line 2) (:import; line 1)",
        );
        assert_eq!(seen.reason, Reason::AlreadyExists);
        assert_eq!(seen.context, ["/ip/address/add; line 2", ":import; line 1"]);
        let seen =
            refusal("value of pvid out of range (1..4094) (/interface/bridge/port/set; line 1)");
        assert_eq!(
            seen.reason,
            Reason::OutOfRange {
                of: "pvid".into(),
                bounds: "1..4094".into()
            }
        );
        assert_eq!(
            refusal("no more (:error; line 3)").context,
            [":error; line 3"]
        );
    }

    #[test]
    fn trap_exit_status_is_0_so_any_text_of_a_silent_command_is_a_refusal() {
        assert_eq!(Refusal::of_silent("\r\n"), None);
        assert_eq!(
            Refusal::of_silent("words of a later version\r\n")
                .expect("seen")
                .reason,
            Reason::Other
        );
        assert_eq!(Refusal::of_reading("words of a later version\r\n"), None);
        assert_eq!(
            Refusal::of_reading("no such item\r\n")
                .expect("seen")
                .reason,
            Reason::NoSuchItem
        );
    }
}
