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
