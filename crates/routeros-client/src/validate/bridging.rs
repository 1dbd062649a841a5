//! Bridges, their ports and their VLANs.

use super::context::Context;
use crate::desired::Item;
use crate::schema::Kind;
use crate::value::Value;

const TAGGED: &str = "admit-only-vlan-tagged";

pub(super) fn check(context: &mut Context<'_>) {
    slaves(context);
    entries(context);
    frames(context);
    offload(context);
}

fn slaves(context: &mut Context<'_>) {
    let slaves = context.slaves();
    let bridge = "put it on the bridge or on a VLAN interface of the bridge";
    for kind in [Kind::Address, Kind::DhcpServer, Kind::Vlan] {
        for item in context.desired.of(kind) {
            let interface = item.text("interface");
            if slaves.contains(&interface) {
                let code = match kind {
                    Kind::Vlan => "E-vlan-on-port",
                    _ => "E-address-on-port",
                };
                let text = format!("{interface} is a port of a bridge");
                context.find(code, item, text, bridge);
            }
        }
    }
}

fn names<'a>(item: &'a Item, name: &str) -> Vec<&'a str> {
    item.get(name).map(Value::names).unwrap_or_default()
}

fn entries(context: &mut Context<'_>) {
    for item in context.desired.of(Kind::BridgeVlan) {
        let untagged = names(item, "untagged");
        for name in names(item, "tagged") {
            if untagged.contains(&name) {
                let text = format!("{name} is both tagged and untagged");
                context.find("E-tagged-untagged", item, text, "leave one of them");
            }
        }
        let Some(Value::Vlans(vlans)) = item.get("vlan-ids") else {
            continue;
        };
        if vlans.0.len() > 1 && !untagged.is_empty() {
            let text = "several VLANs share untagged ports";
            context.find(
                "W-vlan-list",
                item,
                text,
                "one entry for each VLAN of access ports",
            );
        }
        for name in untagged {
            let mut ports = context.desired.of(Kind::BridgePort);
            let port = ports.find(|port| port.text("interface") == name);
            if let Some(Value::Number(pvid)) = port.map(|port| port.effective("pvid"))
                && !u16::try_from(pvid).is_ok_and(|pvid| vlans.0.contains(&pvid))
            {
                let text = format!("{name} is untagged here, but its pvid is {pvid}");
                context.find(
                    "W-pvid",
                    item,
                    text,
                    format!("set pvid={vlans} at the port"),
                );
            }
        }
    }
}

fn frames(context: &mut Context<'_>) {
    for bridge in context.desired.of(Kind::Bridge) {
        let name = bridge.text("name");
        let holds = context.addresses().iter().any(|(.., at)| *at == name);
        if bridge.text("frame-types") == TAGGED && holds {
            let text = format!("takes only tagged frames, but an address is on {name} itself");
            let advice = "leave frame-types=admit-all, or move the address to a VLAN interface";
            context.find("E-management-frames", bridge, text, advice);
        }
    }
}

/// Ports are offloaded unless told otherwise, and the chip offloads one bridge.
fn offload(context: &mut Context<'_>) {
    let mut bridges: Vec<String> = Vec::new();
    for port in context.desired.of(Kind::BridgePort) {
        let bridge = port.text("bridge");
        let offloaded = port.effective("hw") == Value::Bool(true);
        if offloaded && !bridges.contains(&bridge) {
            if let Some(first) = bridges.first() {
                let text = format!("{first} and {bridge} both have ports with hw=yes");
                let advice = "set hw=no at the ports of one bridge, or use VLANs of one bridge";
                context.find("W-two-bridges", port, text, advice);
            }
            bridges.push(bridge);
        }
    }
}
