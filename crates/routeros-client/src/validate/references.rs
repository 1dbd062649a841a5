//! What is named has to be there.

use std::collections::BTreeSet;

use super::context::Context;
use crate::desired::Item;
use crate::desired::hint;
use crate::schema::Kind;
use crate::value::{Type, Value};

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
        let board = context.desired.board.clone().unwrap_or_default();
        let known: Vec<_> = crate::board::known().collect();
        let advice = format!(
            "declare one of {}, or check against the device",
            known.join(", ")
        );
        let text = format!("the ports of the board {board:?} are not known");
        let line = context.desired.device_line.max(1);
        context.find_at("W-board-unknown", line, "device".to_owned(), text, advice);
        return;
    };
    for item in context.desired.of(Kind::Ethernet) {
        let name = item.text("default-name");
        if !sockets.contains(&name) {
            let hint = hint(&name, sockets.iter().map(String::as_str));
            let text = format!("the board has no {name}{hint}");
            context.find("E-port-unknown", item, text, "name a socket of the board");
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
        context.find_at(
            "E-port-unknown",
            management.line,
            item,
            text,
            "name a socket of the board",
        );
    }
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
    let hint = hint(named, known.iter().map(String::as_str));
    let (code, what) = match hardware && looks_like_a_port(named) {
        true => ("E-port-unknown", "the board has no".to_owned()),
        false => ("E-reference", format!("{name} names")),
    };
    let tail = if code == "E-reference" {
        ", which is not there"
    } else {
        ""
    };
    let text = format!("{what} {named:?}{tail}{hint}");
    context.find(code, item, text, "declare it, or mend the name");
}

fn looks_like_a_port(name: &str) -> bool {
    ["ether", "sfp"].iter().any(|start| name.starts_with(start))
}
