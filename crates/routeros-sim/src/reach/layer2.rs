//! From the operator's cable to the interface that has the address, and back.

use super::{Bridge, BridgePort, Cut, FrameTypes, Network};

/// The interface to which untagged frames of the port come, and from which answers return untagged.
pub(super) fn arrives(network: &Network, cable: &str) -> Result<String, Cut> {
    let port = network
        .ports
        .iter()
        .find(|port| port.default_name == cable && !port.disabled)
        .ok_or_else(|| Cut::PortDown(cable.to_owned()))?;
    let member = network
        .bridge_ports
        .iter()
        .find(|member| member.interface == port.name && !member.disabled);
    let Some(member) = member else {
        return Ok(port.name.clone());
    };
    let bridge = network
        .bridges
        .iter()
        .find(|bridge| bridge.name == member.bridge && !bridge.disabled)
        .ok_or_else(|| Cut::BridgeDown(member.bridge.clone()))?;
    if !bridge.vlan_filtering {
        return Ok(bridge.name.clone());
    }
    let vlan = member.pvid;
    if member.frame_types == FrameTypes::Tagged {
        return Err(Cut::UntaggedRefused(port.name.clone()));
    }
    returns_untagged(network, member, vlan)?;
    to_the_device(network, bridge, vlan)
}

/// The port joins its pvid by itself, untagged, so ingress filtering lets the frame in whatever its
/// setting; but an entry that lists the port as tagged decides how the answer leaves.
fn returns_untagged(network: &Network, member: &BridgePort, vlan: u16) -> Result<(), Cut> {
    match lists(network, &member.bridge, &member.interface, vlan) {
        (true, true) => Err(Cut::Unknown(format!(
            "{} is tagged and untagged in VLAN {vlan}",
            member.interface
        ))),
        (true, false) => Err(Cut::AnswerTagged(member.interface.clone(), vlan)),
        (false, _) => Ok(()),
    }
}

fn to_the_device(network: &Network, bridge: &Bridge, vlan: u16) -> Result<String, Cut> {
    let own = bridge.pvid == vlan && bridge.frame_types != FrameTypes::Tagged;
    let interface = network
        .vlans
        .iter()
        .find(|it| it.interface == bridge.name && it.vlan_id == vlan && !it.disabled);
    let (tagged, untagged) = lists(network, &bridge.name, &bridge.name, vlan);
    let joins = network.bridge_joins_vlans && interface.is_some();
    let tagged = tagged || joins;
    let untagged = untagged || own;
    match (tagged, untagged) {
        (true, true) => Err(Cut::Unknown(format!(
            "{} is tagged and untagged in VLAN {vlan}",
            bridge.name
        ))),
        (true, false) => {
            let interface =
                interface.ok_or_else(|| Cut::NoVlanInterface(bridge.name.clone(), vlan))?;
            match bridge.frame_types {
                FrameTypes::Untagged => Err(Cut::AnswerRefused(bridge.name.clone(), vlan)),
                FrameTypes::All | FrameTypes::Tagged => Ok(interface.name.clone()),
            }
        }
        // What the bridge sends untagged is of its own pvid, wherever it is listed.
        (false, true) if own => Ok(bridge.name.clone()),
        (false, true) => Err(Cut::AnswerRefused(bridge.name.clone(), vlan)),
        (false, false) => Err(Cut::BridgeNotInVlan(bridge.name.clone(), vlan)),
    }
}

/// Whether entries of the VLAN table list `member` as tagged, and as untagged, in `vlan`.
fn lists(network: &Network, bridge: &str, member: &str, vlan: u16) -> (bool, bool) {
    let entries = || {
        network.bridge_vlans.iter().filter(|entry| {
            entry.bridge == bridge && !entry.disabled && entry.vlan_ids.contains(&vlan)
        })
    };
    let named = |names: &[String]| names.iter().any(|name| name == member);
    (
        entries().any(|entry| named(&entry.tagged)),
        entries().any(|entry| named(&entry.untagged)),
    )
}

/// The port, the bridge, and the VLAN where the bridge filters, of untagged frames of the cable.
pub(super) fn host(network: &Network, cable: &str) -> Option<(String, String, Option<u16>)> {
    let port = network
        .ports
        .iter()
        .find(|port| port.default_name == cable && !port.disabled)?;
    let member = network
        .bridge_ports
        .iter()
        .find(|member| member.interface == port.name && !member.disabled)?;
    let bridge = network
        .bridges
        .iter()
        .find(|bridge| bridge.name == member.bridge && !bridge.disabled)?;
    if bridge.vlan_filtering && member.frame_types == FrameTypes::Tagged {
        return None;
    }
    let vid = bridge.vlan_filtering.then_some(member.pvid);
    Some((port.name.clone(), bridge.name.clone(), vid))
}
