//! What is named has to be there.

use std::collections::BTreeSet;

use super::context::Context;
use crate::desired::Item;
use crate::desired::nearest;
use crate::schema::Kind;
use crate::value::{Type, Value};
use crate::words::spans;

pub(super) fn check(context: &mut Context<'_>) {
    sockets(context);
    for item in &context.desired.items {
        for (name, value) in &item.values {
            let Some(attribute) = item.kind.attribute(name) else {
                continue;
            };
            if let Some(kinds) = named_kinds(&attribute.kind, value) {
                for named in value.names() {
                    reference(context, item, name, named, kinds);
                }
            }
        }
    }
}

/// The kinds whose items a value names; `None` where it names none.
fn named_kinds(kind: &Type, value: &Value) -> Option<&'static [Kind]> {
    match (kind, value) {
        (Type::Or(_, other), value) => named_kinds(other, value),
        (Type::Reference(kinds), Value::Reference(_)) => Some(kinds),
        (Type::Set(kinds), Value::Set(_)) if !kinds.is_empty() => Some(kinds),
        _ => None,
    }
}

fn sockets(context: &mut Context<'_>) {
    let Some(sockets) = context.sockets() else {
        let known: Vec<_> = crate::board::known().collect();
        let advice = format!(
            "declare one of {}, or check against the device",
            known.join(", ")
        );
        let text = match &context.desired.board {
            Some(board) => format!("the ports of the board {board:?} are not known"),
            None => "no board is declared, so its ports are not known".to_owned(),
        };
        let line = context.desired.device_line.max(1);
        context.find_at("W-board-unknown", line, "device".to_owned(), text, advice);
        return;
    };
    for item in context.desired.of(Kind::Ethernet) {
        let name = item.text("default-name");
        if !sockets.contains(&name) {
            let text = format!("the board has no {name}");
            context.find("E-port-unknown", item, text, has(&sockets));
        }
    }
    if let Some(management) = &context.desired.management
        && !context
            .ports
            .iter()
            .flatten()
            .any(|port| *port == management.port)
    {
        let text = format!("the board has no {}", management.port);
        let item = "management".to_owned();
        let advice = has(context.ports.iter().flatten());
        context.find_at("E-port-unknown", management.line, item, text, advice);
    }
}

/// What there is, for the one who named something else.
fn has<'a>(ports: impl IntoIterator<Item = &'a String>) -> String {
    format!(
        "it has {}",
        spans(ports.into_iter().map(String::as_str)).join(", ")
    )
}

fn reference(context: &mut Context<'_>, item: &Item, name: &str, named: &str, kinds: &[Kind]) {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for kind in kinds {
        match kind {
            Kind::Ethernet => known.extend(context.ports.clone().unwrap_or_default()),
            Kind::Interface => {
                let rows = context
                    .state
                    .map(|state| state.of(*kind))
                    .unwrap_or_default();
                let adopted: Vec<&str> = context
                    .desired
                    .items
                    .iter()
                    .filter_map(|item| item.adopt.as_deref())
                    .collect();
                let names = rows.iter().map(|row| row.text("name"));
                known.extend(names.filter(|name| !adopted.contains(&name.as_str())));
            }
            kind => known.extend(context.names(*kind)),
        }
    }
    let hardware = kinds.contains(&Kind::Ethernet);
    if known.contains(named) || (hardware && context.ports.is_none() && looks_like_a_port(named)) {
        return;
    }
    if hardware && looks_like_a_port(named) {
        let text = format!("the board has no {named}");
        let advice = has(context.ports.iter().flatten());
        context.find("E-port-unknown", item, text, advice);
        return;
    }
    let text = format!("{name} names {named:?}, which is not there");
    let advice = match nearest(named, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}? if not, declare it"),
        None => "declare it, or mend the name".to_owned(),
    };
    context.find("E-reference", item, text, advice);
}

fn looks_like_a_port(name: &str) -> bool {
    ["ether", "sfp"].iter().any(|start| name.starts_with(start))
}
