//! Whether an operator, with untagged frames on one port, reaches the device's SSH service and hears its answer.
//!
//! A pure function of the device's state. Where nothing known says what a device does, the
//! path counts as cut ([`Cut::Unknown`]): a test must not pass because of a guess.

mod layer2;
mod layer3;
mod network;

pub use network::{
    Address, Bridge, BridgePort, BridgeVlan, FrameTypes, Network, Port, Prefix, Service, Vlan,
};

use std::fmt;
use std::net::Ipv4Addr;

/// An operator: where the cable is plugged in, and with which address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The port, by the name on its case.
    pub port: String,
    /// The operator's address.
    pub address: Ipv4Addr,
}

/// Why the operator does not get through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// No such port, or it is switched off.
    PortDown(String),
    /// The bridge of the port is switched off or gone.
    BridgeDown(String),
    /// The port takes tagged frames only.
    UntaggedRefused(String),
    /// The port sends the answer tagged.
    AnswerTagged(String, u16),
    /// The bridge itself is no member of the VLAN.
    BridgeNotInVlan(String, u16),
    /// The frame reaches the bridge tagged, and no VLAN interface takes it.
    NoVlanInterface(String, u16),
    /// The bridge does not let its own answer in.
    AnswerRefused(String, u16),
    /// The dialled address is not an enabled one of the interface that the frame came to.
    NoAddress(Ipv4Addr, String),
    /// The operator is not in the subnet of the dialled address.
    OtherSubnet(Ipv4Addr),
    /// The answer goes out by another interface.
    AnswerElsewhere(String),
    /// The service is switched off or listens elsewhere.
    ServiceOff,
    /// The service does not admit the operator's address.
    ServiceRefuses(Ipv4Addr),
    /// Nothing known says what a device does here.
    Unknown(String),
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PortDown(port) => write!(f, "port {port} is off"),
            Self::BridgeDown(bridge) => write!(f, "bridge {bridge} is off"),
            Self::UntaggedRefused(port) => write!(f, "port {port} takes tagged frames only"),
            Self::AnswerTagged(port, vlan) => {
                write!(f, "port {port} sends frames of VLAN {vlan} tagged")
            }
            Self::BridgeNotInVlan(bridge, vlan) => {
                write!(f, "bridge {bridge} is no member of VLAN {vlan}")
            }
            Self::NoVlanInterface(bridge, vlan) => {
                write!(f, "no VLAN interface on {bridge} takes VLAN {vlan}")
            }
            Self::AnswerRefused(bridge, vlan) => {
                write!(f, "bridge {bridge} drops its own answer in VLAN {vlan}")
            }
            Self::NoAddress(address, interface) => {
                write!(
                    f,
                    "{address} is not on {interface}, where the frame came to"
                )
            }
            Self::OtherSubnet(address) => {
                write!(f, "the operator is not in the subnet of {address}")
            }
            Self::AnswerElsewhere(interface) => write!(f, "the answer goes out by {interface}"),
            Self::ServiceOff => f.write_str("service ssh is off"),
            Self::ServiceRefuses(address) => write!(f, "service ssh does not admit {address}"),
            Self::Unknown(what) => write!(f, "not known: {what}"),
        }
    }
}

/// The interface by which `operator` reaches port 22 of `to`, or why not.
pub fn reach(network: &Network, operator: &Operator, to: Ipv4Addr) -> Result<String, Cut> {
    let interface = layer2::arrives(network, &operator.port)?;
    layer3::answers(network, operator.address, to, &interface)?;
    Ok(interface)
}

/// What the device's tables know of an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// Port, bridge, and VLAN where the bridge filters: a line of the table of hosts.
    pub layer2: Option<(String, String, Option<u16>)>,
    /// The interface by which the operator's address is known: a line of ARP.
    pub layer3: Option<String>,
}

/// Where the device has seen an operator.
pub fn attached(network: &Network, operator: &Operator) -> Attached {
    let layer2 = layer2::host(network, &operator.port);
    let layer3 = layer2::arrives(network, &operator.port).ok();
    let layer3 =
        layer3.filter(|interface| layer3::is_neighbour(network, operator.address, interface));
    Attached { layer2, layer3 }
}
