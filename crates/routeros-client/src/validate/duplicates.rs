//! The same thing twice.

use std::collections::BTreeMap;

use super::context::Context;
use crate::schema::Kind;

pub(super) fn check(context: &mut Context<'_>) {
    keys(context);
    interface_names(context);
    servers(context);
}

fn keys(context: &mut Context<'_>) {
    let mut seen: BTreeMap<(Kind, Vec<String>), usize> = BTreeMap::new();
    for item in &context.desired.items {
        let keys = item.kind.menu().keys.iter();
        let key: Vec<String> = keys.map(|key| item.effective(key).to_string()).collect();
        if key.is_empty() {
            continue;
        }
        if let Some(first) = seen.get(&(item.kind, key.clone())) {
            let text = format!("is declared in line {first} already");
            context.find("E-duplicate", item, text, "leave one of them");
        } else {
            seen.insert((item.kind, key), item.line);
        }
    }
}

fn interface_names(context: &mut Context<'_>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for port in context.ports.iter().flatten() {
        seen.insert(port.clone(), format!("port {port}"));
    }
    for kind in [Kind::Bridge, Kind::Vlan] {
        for item in context.desired.of(kind) {
            let name = item.text("name");
            match seen.get(&name) {
                Some(other) if *other != format!("{kind} {name}") => {
                    let text = format!("{other} has this name");
                    context.find("E-duplicate-name", item, text, "take another name");
                }
                _ => drop(seen.insert(name.clone(), format!("{kind} {name}"))),
            }
        }
    }
}

fn servers(context: &mut Context<'_>) {
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    for item in context.desired.of(Kind::DhcpServer) {
        let at = (item.text("interface"), item.effective("relay").to_string());
        if let Some(other) = seen.get(&at) {
            let text = format!("{other} serves {} already", at.0);
            context.find("E-duplicate", item, text, "one server an interface");
        } else {
            seen.insert(at, item.text("name"));
        }
    }
}
