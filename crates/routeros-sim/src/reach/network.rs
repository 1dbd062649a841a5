//! What decides whether an operator reaches the device: references resolved to names, dynamic rows left out.

use std::net::Ipv4Addr;

/// Which frames a port of a bridge, or the bridge itself, takes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameTypes {
    /// `admit-all`
    #[default]
    All,
    /// `admit-only-untagged-and-priority-tagged`
    Untagged,
    /// `admit-only-vlan-tagged`
    Tagged,
}

/// An ethernet port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its present name.
    pub name: String,
    /// The name on its case, by which an operator's cable is found again after a rename.
    pub default_name: String,
    /// Whether it is switched off.
    pub disabled: bool,
}

/// A bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridge {
    /// Its name.
    pub name: String,
    /// Whether it is switched off.
    pub disabled: bool,
    /// Whether VLANs are told apart; without, no rule below about VLANs counts.
    pub vlan_filtering: bool,
    /// The VLAN of untagged frames from and to the bridge itself.
    pub pvid: u16,
    /// What the bridge itself may send into it.
    pub frame_types: FrameTypes,
}

/// A port of a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgePort {
    /// The interface.
    pub interface: String,
    /// The bridge.
    pub bridge: String,
    /// Whether the entry is switched off, so that the interface stands alone.
    pub disabled: bool,
    /// The VLAN of untagged frames.
    pub pvid: u16,
    /// What is taken in.
    pub frame_types: FrameTypes,
    /// Whether frames of a VLAN that the port is no member of are dropped when they come in.
    pub ingress_filtering: bool,
}

/// An entry of the VLAN table that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeVlan {
    /// The bridge.
    pub bridge: String,
    /// The VLANs.
    pub vlan_ids: Vec<u16>,
    /// Members that get tagged frames; interface lists resolved.
    pub tagged: Vec<String>,
    /// Members that get untagged ones.
    pub untagged: Vec<String>,
    /// Whether it is switched off.
    pub disabled: bool,
}

/// A VLAN interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vlan {
    /// Its name.
    pub name: String,
    /// What it stands on.
    pub interface: String,
    /// The VLAN.
    pub vlan_id: u16,
    /// Whether it is switched off.
    pub disabled: bool,
}

/// An address of the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub address: Ipv4Addr,
    /// The length of its prefix.
    pub length: u8,
    /// Where it stands.
    pub interface: String,
    /// Whether it is switched off.
    pub disabled: bool,
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// Any address within.
    pub address: Ipv4Addr,
    /// Its length.
    pub length: u8,
}

impl Prefix {
    /// Whether `address` lies within.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        let mask = u32::MAX
            .checked_shl(32 - u32::from(self.length.min(32)))
            .unwrap_or(0);
        (self.address.to_bits() ^ address.to_bits()) & mask == 0
    }
}

/// The SSH service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Whether it is switched off.
    pub disabled: bool,
    /// Its TCP port.
    pub port: u16,
    /// Who may come; nobody named means everybody.
    pub from: Vec<Prefix>,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Ethernet ports.
    pub ports: Vec<Port>,
    /// Bridges.
    pub bridges: Vec<Bridge>,
    /// Their ports.
    pub bridge_ports: Vec<BridgePort>,
    /// Their VLAN tables.
    pub bridge_vlans: Vec<BridgeVlan>,
    /// VLAN interfaces.
    pub vlans: Vec<Vlan>,
    /// Addresses.
    pub addresses: Vec<Address>,
    /// The SSH service.
    pub ssh: Service,
    /// Whether a bridge joins the VLANs of its VLAN interfaces by itself (from 7.16).
    pub bridge_joins_vlans: bool,
}
