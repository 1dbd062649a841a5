//! What only counts on a bridge that filters VLANs.

use std::collections::BTreeSet;

use super::context::Context;
use crate::desired::Item;
use crate::schema::Kind;
use crate::value::Value;

/// What a bridge shows of itself only while it filters.
const OF_BRIDGE: [&str; 4] = ["ether-type", "frame-types", "ingress-filtering", "pvid"];
/// What a port always shows, and the bridge heeds only while it filters.
const OF_PORT: [&str; 3] = ["frame-types", "ingress-filtering", "pvid"];

pub(super) fn check(context: &mut Context<'_>) {
    for bridge in context.desired.of(Kind::Bridge) {
        let filters = filters(context, bridge);
        if filters == Some(true) {
            continue;
        }
        let own: Vec<_> = declared(bridge, &OF_BRIDGE).collect();
        if !own.is_empty() {
            // Never seen, so never as declared.
            let code = match filters {
                Some(_) => "E-filtering",
                None => "W-filtering",
            };
            let text = format!(
                "the device never shows {}, so every run would set it anew",
                own.join(", ")
            );
            context.find(code, bridge, said(filters, &text), ADVICE);
        }
        let idle = idle(context, &bridge.text("name"));
        if !idle.is_empty() {
            let text = format!("these have no effect: {}", idle.join(", "));
            context.find("W-filtering", bridge, said(filters, &text), ADVICE);
        }
    }
}

const ADVICE: &str = "declare vlan-filtering = true at the bridge, or leave it out";

fn said(filters: Option<bool>, text: &str) -> String {
    match filters {
        Some(_) => format!("vlan-filtering is off: {text}"),
        None => format!("vlan-filtering is not declared; where it is off, {text}"),
    }
}

/// Whether a bridge will filter; `None` where only the device could tell.
fn filters(context: &Context<'_>, bridge: &Item) -> Option<bool> {
    let on = |value: &Value| *value == Value::Bool(true);
    if let Some(value) = bridge.get("vlan-filtering") {
        return Some(on(value));
    }
    let names = [Some(bridge.text("name")), bridge.adopt.clone()];
    let rows = context.state?.of(Kind::Bridge);
    let mut rows = names
        .iter()
        .flatten()
        .filter_map(|name| rows.iter().find(|row| row.text("name") == *name));
    Some(
        rows.next()
            .is_some_and(|row| row.get("vlan-filtering").is_some_and(on)),
    )
}

/// The properties that are declared as something else than the default.
fn declared<'a>(item: &'a Item, names: &'a [&'static str]) -> impl Iterator<Item = &'static str> {
    let is_own = |name: &&&str| {
        let attribute = item.kind.attribute(name);
        let default = attribute.and_then(|found| found.kind.read(found.default?).ok());
        item.get(name)
            .is_some_and(|value| Some(value) != default.as_ref())
    };
    names.iter().filter(is_own).copied()
}

/// What is declared of a bridge's ports and VLANs that would do nothing.
fn idle(context: &Context<'_>, bridge: &str) -> Vec<String> {
    let here = |item: &&Item| item.text("bridge") == bridge;
    let ports = context.desired.of(Kind::BridgePort).filter(here);
    let names: BTreeSet<_> = ports.flat_map(|port| declared(port, &OF_PORT)).collect();
    let of_ports = names.iter().map(|name| format!("{name} of its ports"));
    let entries = context.desired.of(Kind::BridgeVlan).filter(here).count();
    let of_bridge = (entries > 0).then(|| "its VLAN table".to_owned());
    of_ports.chain(of_bridge).collect()
}
