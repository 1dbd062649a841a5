//! Addresses, pools, servers and leases.

use std::net::{IpAddr, Ipv4Addr};

use super::context::Context;
use crate::desired::Item;
use crate::schema::Kind;
use crate::value::{Prefix, Ranges, Value};

pub(super) fn check(context: &mut Context<'_>) {
    overlaps(context);
    pools(context);
    servers(context);
    leases(context);
}

fn overlaps(context: &mut Context<'_>) {
    let addresses = context.addresses();
    for (place, (item, prefix, interface)) in addresses.iter().enumerate() {
        for (_, other, elsewhere) in &addresses[..place] {
            if interface != elsewhere && prefix.overlaps(*other) {
                let text = format!("is in the same network as {other} on {elsewhere}");
                let advice = "answers would leave by either: take another network";
                context.find("E-overlap", item, text, advice);
            }
        }
    }
}

fn ranges(pool: &Item) -> Option<&Ranges> {
    match pool.get("ranges") {
        Some(Value::Ranges(ranges)) => Some(ranges),
        _ => None,
    }
}

fn lease_address(lease: &Item) -> Option<Ipv4Addr> {
    lease.text("address").parse().ok()
}

fn pools(context: &mut Context<'_>) {
    for pool in context.desired.of(Kind::Pool) {
        let Some(ranges) = ranges(pool) else {
            continue;
        };
        for (_, prefix, interface) in context.addresses() {
            if matches!(prefix.address, IpAddr::V4(address) if ranges.contains(address)) {
                let text = format!("holds {}, the device's own on {interface}", prefix.address);
                context.find("E-pool-address", pool, text, "leave it out of the ranges");
            }
        }
        for lease in context.desired.of(Kind::DhcpLease) {
            if let Some(address) = lease_address(lease).filter(|found| ranges.contains(*found)) {
                let text = format!("holds {address}, which line {} gives away", lease.line);
                context.find("W-pool-lease", pool, text, "leave it out of the ranges");
            }
        }
    }
}

/// The networks of the interface that a server serves.
fn networks(context: &Context<'_>, server: &Item) -> Vec<Prefix> {
    let interface = server.text("interface");
    let here = |(_, prefix, at): &(&Item, Prefix, String)| (*at == interface).then_some(*prefix);
    context.addresses().iter().filter_map(here).collect()
}

fn inside(networks: &[Prefix], address: Ipv4Addr) -> bool {
    networks
        .iter()
        .any(|network| network.contains(IpAddr::V4(address)))
}

fn servers(context: &mut Context<'_>) {
    for server in context.desired.of(Kind::DhcpServer) {
        let networks = networks(context, server);
        if networks.is_empty() {
            if context.state.is_none() && server.get("relay").is_none() {
                let text = format!("{} has no address", server.text("interface"));
                let advice = "declare an ip-address on it";
                context.find("E-server-address", server, text, advice);
            }
            continue;
        }
        let name = server.text("address-pool");
        let pool = context
            .desired
            .of(Kind::Pool)
            .find(|pool| pool.text("name") == name);
        let Some((pool, ranges)) = pool.and_then(|pool| Some((pool, ranges(pool)?))) else {
            continue;
        };
        let mut ends = ranges.0.iter().flat_map(|(first, last)| [*first, *last]);
        if let Some(out) = ends.find(|end| !inside(&networks, *end)) {
            let shown: Vec<_> = networks.iter().map(|n| n.network().to_string()).collect();
            let text = format!(
                "{out} is not in {}, which {} serves",
                shown.join(", "),
                server.key()
            );
            context.find("E-pool-network", pool, text, "take ranges of that network");
        }
    }
}

fn leases(context: &mut Context<'_>) {
    for lease in context.desired.of(Kind::DhcpLease) {
        if lease.text("mac-address").starts_with("02:00:00:00:00:") {
            let text = format!("{} is an example", lease.text("mac-address"));
            let advice = "write the MAC address of the machine's network card";
            context.find("W-mac-example", lease, text, advice);
        }
        let name = lease.text("server");
        let server = context
            .desired
            .of(Kind::DhcpServer)
            .find(|item| item.text("name") == name);
        let (Some(address), Some(server)) = (lease_address(lease), server) else {
            continue;
        };
        let networks = networks(context, server);
        if !networks.is_empty() && !inside(&networks, address) {
            let shown: Vec<_> = networks.iter().map(|n| n.network().to_string()).collect();
            let text = format!(
                "{address} is not in {}, which {name} serves",
                shown.join(", ")
            );
            context.find(
                "E-lease-network",
                lease,
                text,
                "take an address of that network",
            );
        }
    }
}
