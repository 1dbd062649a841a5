//! From the interface to the service, and the route back.

use std::net::Ipv4Addr;

use super::{Address, Cut, Network, Prefix};

/// Whether what came to `interface` for `to` is answered to `operator`, by the same interface.
pub(super) fn answers(
    network: &Network,
    operator: Ipv4Addr,
    to: Ipv4Addr,
    interface: &str,
) -> Result<(), Cut> {
    let own = network
        .addresses
        .iter()
        .find(|it| it.address == to && it.interface == interface && !it.disabled)
        .ok_or_else(|| Cut::NoAddress(to, interface.to_owned()))?;
    if !subnet(own).contains(operator) {
        return Err(Cut::OtherSubnet(to));
    }
    if let Some(other) = rival(network, own, operator) {
        return Err(Cut::AnswerElsewhere(other.interface.clone()));
    }
    if network.ssh.disabled || network.ssh.port != 22 {
        return Err(Cut::ServiceOff);
    }
    let admitted =
        network.ssh.from.is_empty() || network.ssh.from.iter().any(|it| it.contains(operator));
    if admitted {
        Ok(())
    } else {
        Err(Cut::ServiceRefuses(operator))
    }
}

/// An address elsewhere whose connected route takes the answer, or may take it: two equal routes count as lost.
fn rival<'a>(network: &'a Network, own: &Address, operator: Ipv4Addr) -> Option<&'a Address> {
    network.addresses.iter().find(|it| {
        !it.disabled
            && it.interface != own.interface
            && it.length >= own.length
            && subnet(it).contains(operator)
            && is_up(network, &it.interface)
    })
}

/// Walks down from VLAN to VLAN; a circle of them is never up.
fn is_up(network: &Network, interface: &str) -> bool {
    let mut name = interface;
    for _ in 0..=network.vlans.len() {
        let Some(vlan) = network.vlans.iter().find(|it| it.name == name) else {
            let port = network
                .ports
                .iter()
                .any(|it| it.name == name && !it.disabled);
            return port
                || network
                    .bridges
                    .iter()
                    .any(|it| it.name == name && !it.disabled);
        };
        if vlan.disabled {
            return false;
        }
        name = &vlan.interface;
    }
    false
}

fn subnet(address: &Address) -> Prefix {
    Prefix {
        address: address.address,
        length: address.length,
    }
}

/// Whether an address on the interface has the operator in its subnet.
pub(super) fn is_neighbour(network: &Network, operator: Ipv4Addr, interface: &str) -> bool {
    network
        .addresses
        .iter()
        .any(|it| it.interface == interface && !it.disabled && subnet(it).contains(operator))
}
