//! Properties without which an item cannot be made.

use super::context::Context;
use crate::desired::Item;
use crate::schema::Kind;

/// Groups of properties of each of which one is needed.
fn needed(kind: Kind) -> &'static [&'static [&'static str]] {
    match kind {
        Kind::Ethernet => &[&["default-name"]],
        Kind::Bridge | Kind::Service => &[&["name"]],
        Kind::BridgePort => &[&["interface"], &["bridge"]],
        Kind::BridgeVlan => &[&["bridge"], &["vlan-ids"]],
        Kind::Vlan => &[&["name"], &["interface"], &["vlan-id"]],
        Kind::Address => &[&["address"], &["interface"]],
        Kind::Pool => &[&["name"], &["ranges"]],
        Kind::DhcpServer => &[&["name"], &["interface"]],
        Kind::DhcpNetwork => &[&["address"]],
        Kind::DhcpLease => &[&["address"], &["mac-address", "client-id"]],
        Kind::DnsStatic => &[&["name", "regexp"]],
        Kind::Interface | Kind::Dns | Kind::Identity => &[],
    }
}

/// What a record of a type answers with.
fn data(kind: &str) -> &'static str {
    match kind {
        "CNAME" => "cname",
        "FWD" => "forward-to",
        "MX" => "mx-exchange",
        "NS" => "ns",
        "SRV" => "srv-target",
        "TXT" => "text",
        "NXDOMAIN" => "",
        _ => "address",
    }
}

pub(super) fn check(context: &mut Context<'_>) {
    for item in &context.desired.items {
        for group in needed(item.kind) {
            if !group.iter().any(|name| has(item, name)) {
                let names = group.join(" or ");
                context.find(
                    "E-missing",
                    item,
                    format!("{names} is missing"),
                    "declare it",
                );
            }
        }
        if item.kind == Kind::DnsStatic {
            let name = data(&item.effective("type").to_string());
            if !name.is_empty() && !has(item, name) {
                context.find(
                    "E-missing",
                    item,
                    format!("{name} is missing"),
                    "declare it",
                );
            }
        }
    }
}

fn has(item: &Item, name: &str) -> bool {
    item.get(name).is_some_and(|value| !value.is_unset())
}
