//! What of the state decides who reaches the device.

use super::value::parse_interface;
use super::{Item, State, Val};
use crate::menu::Space;
use crate::reach::{
    Address, Bridge, BridgePort, BridgeVlan, FrameTypes, Network, Port, Prefix, Service, Vlan,
};

const BRIDGE: &str = "/interface/bridge";
const PORT: &str = "/interface/bridge/port";
const TABLE: &str = "/interface/bridge/vlan";
const VLAN: &str = "/interface/vlan";

impl State {
    /// What decides who reaches the device, references resolved.
    pub(crate) fn network(&self) -> Network {
        Network {
            ports: self.items("/interface/ethernet").iter().map(port).collect(),
            bridges: self
                .items(BRIDGE)
                .iter()
                .map(|it| self.bridge(it))
                .collect(),
            bridge_ports: self
                .items(PORT)
                .iter()
                .map(|it| self.bridge_port(it))
                .collect(),
            bridge_vlans: self
                .items(TABLE)
                .iter()
                .filter(|it| !it.dynamic)
                .map(|it| self.bridge_vlan(it))
                .collect(),
            vlans: self.items(VLAN).iter().map(|it| self.vlan(it)).collect(),
            addresses: self
                .items("/ip/address")
                .iter()
                .filter_map(|it| self.address(it))
                .collect(),
            ssh: self.ssh(),
            bridge_joins_vlans: self.version.minor >= 16,
        }
    }

    fn bridge(&self, item: &Item) -> Bridge {
        Bridge {
            name: name(item),
            disabled: !Self::enabled(item),
            vlan_filtering: self.filters(item.id),
            pvid: self.vid(BRIDGE, item, "pvid"),
            frame_types: self.frame_types(BRIDGE, item),
        }
    }

    fn bridge_port(&self, item: &Item) -> BridgePort {
        BridgePort {
            interface: self.referred(item, "interface"),
            bridge: self.referred(item, "bridge"),
            disabled: !Self::enabled(item),
            pvid: self.vid(PORT, item, "pvid"),
            frame_types: self.frame_types(PORT, item),
            ingress_filtering: self.get(PORT, item, "ingress-filtering") == Some(Val::Bool(true)),
        }
    }

    fn bridge_vlan(&self, item: &Item) -> BridgeVlan {
        BridgeVlan {
            bridge: self.referred(item, "bridge"),
            vlan_ids: item.list("vlan-ids").iter().flat_map(vlan_ids).collect(),
            tagged: self.member_names(item.list("tagged")),
            untagged: self.member_names(item.list("untagged")),
            disabled: !Self::enabled(item),
        }
    }

    fn vlan(&self, item: &Item) -> Vlan {
        Vlan {
            name: name(item),
            interface: self.referred(item, "interface"),
            vlan_id: self.vid(VLAN, item, "vlan-id"),
            disabled: !Self::enabled(item),
        }
    }

    fn address(&self, item: &Item) -> Option<Address> {
        let (address, length) = parse_interface(item.text("address")?)?;
        Some(Address {
            address,
            length,
            interface: self.referred(item, "interface"),
            disabled: !Self::enabled(item),
        })
    }

    fn ssh(&self) -> Service {
        const SERVICE: &str = "/ip/service";
        let item = self
            .items(SERVICE)
            .iter()
            .find(|item| item.text("name") == Some("ssh"));
        let Some(item) = item else {
            return Service {
                disabled: true,
                port: 22,
                from: Vec::new(),
            };
        };
        let port = match self.get(SERVICE, item, "port") {
            Some(Val::Number(port)) => u16::try_from(port).unwrap_or(0),
            _ => 22,
        };
        Service {
            disabled: !Self::enabled(item),
            port,
            from: item.list("address").iter().filter_map(prefix).collect(),
        }
    }

    fn referred(&self, item: &Item, name: &str) -> String {
        match item.values.get(name) {
            Some(Val::Ref(space, id)) => self.name_of(*space, *id),
            _ => String::new(),
        }
    }

    fn vid(&self, path: &str, item: &Item, name: &str) -> u16 {
        match self.get(path, item, name) {
            Some(Val::Number(vid)) => u16::try_from(vid).unwrap_or(0),
            _ => 1,
        }
    }

    fn frame_types(&self, path: &str, item: &Item) -> FrameTypes {
        match self.get(path, item, "frame-types") {
            Some(Val::Text(word)) if word == "admit-only-vlan-tagged" => FrameTypes::Tagged,
            Some(Val::Text(word)) if word != "admit-all" => FrameTypes::Untagged,
            _ => FrameTypes::All,
        }
    }

    /// Names of the members that a list of the VLAN table means.
    fn member_names(&self, list: &[Val]) -> Vec<String> {
        let mut names = Vec::new();
        for member in list {
            match member {
                Val::Ref(Space::InterfaceList, id) => names.extend(
                    self.items("/interface/list/member")
                        .iter()
                        .filter(|it| Self::enabled(it) && it.reference("list") == Some(*id))
                        .map(|it| self.referred(it, "interface")),
                ),
                Val::Ref(space, id) => names.push(self.name_of(*space, *id)),
                _ => {}
            }
        }
        names
    }
}

fn name(item: &Item) -> String {
    item.text("name").unwrap_or_default().to_owned()
}

fn port(item: &Item) -> Port {
    Port {
        name: name(item),
        default_name: item.text("default-name").unwrap_or_default().to_owned(),
        disabled: !State::enabled(item),
    }
}

fn vlan_ids(part: &Val) -> Vec<u16> {
    let Val::Text(text) = part else {
        return Vec::new();
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => (first..=last).collect(),
        _ => Vec::new(),
    }
}

fn prefix(value: &Val) -> Option<Prefix> {
    let Val::Text(text) = value else {
        return None;
    };
    let (address, length) = parse_interface(text)?;
    Some(Prefix { address, length })
}
