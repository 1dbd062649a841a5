//! What follows for an interface from its kind and its place.

use super::{INTERFACES, Item, State, Val};
use crate::state::Board;

impl State {
    /// The menu and the item of an interface.
    pub(crate) fn interface(&self, id: u32) -> Option<(&'static str, &Item)> {
        INTERFACES
            .iter()
            .find_map(|path| self.item(path, id).map(|item| (*path, item)))
    }

    /// Whether it can carry traffic.
    pub(crate) fn running(&self, id: u32) -> bool {
        let Some((path, item)) = self.interface(id) else {
            return false;
        };
        let own = match path {
            "/interface/ethernet" => item
                .text("default-name")
                .is_some_and(|name| !self.unplugged.contains(name)),
            "/interface/vlan" => item
                .reference("interface")
                .is_some_and(|on| self.running(on)),
            _ => true,
        };
        own && Self::enabled(item)
    }

    /// Plugs a cable into a port, or pulls it.
    pub(crate) fn set_link(&mut self, port: &str, up: bool) {
        let changed = if up {
            self.unplugged.remove(port)
        } else {
            self.unplugged.insert(port.to_owned())
        };
        let now = Val::Text(self.now());
        let item = self
            .table_mut("/interface/ethernet")
            .iter_mut()
            .find(|item| item.text("default-name") == Some(port));
        let Some(item) = item.filter(|_| changed) else {
            return;
        };
        if up {
            item.defaults.insert("last-link-up-time", now);
            return;
        }
        let downs = match item.defaults.get("link-downs") {
            Some(Val::Number(downs)) => *downs,
            _ => 0,
        };
        item.defaults.insert("last-link-down-time", now);
        item.defaults.insert("link-downs", Val::Number(downs + 1));
    }

    /// The entry that makes it a port of a bridge.
    pub(crate) fn port_of(&self, id: u32) -> Option<&Item> {
        self.items("/interface/bridge/port")
            .iter()
            .find(|port| Self::enabled(port) && port.reference("interface") == Some(id))
    }

    /// The ports of a bridge, disabled ones left out.
    pub(crate) fn ports(&self, bridge: u32) -> impl Iterator<Item = &Item> {
        self.items("/interface/bridge/port")
            .iter()
            .filter(move |port| Self::enabled(port) && port.reference("bridge") == Some(bridge))
    }

    pub(crate) fn mac(&self, id: u32) -> Option<String> {
        let (path, item) = self.interface(id)?;
        match path {
            "/interface/ethernet" => item
                .text("mac-address")
                .or_else(|| match item.defaults.get("mac-address") {
                    Some(Val::Text(text)) => Some(text),
                    _ => None,
                })
                .map(str::to_owned),
            "/interface/vlan" => self.mac(item.reference("interface")?),
            _ => self.bridge_mac(id, item),
        }
    }

    fn bridge_mac(&self, id: u32, item: &Item) -> Option<String> {
        let fixed = item.values.get("auto-mac") == Some(&Val::Bool(false));
        if let Some(mac) = item.text("admin-mac").filter(|_| fixed) {
            return Some(mac.to_owned());
        }
        let port = self.ports(id).next()?;
        self.mac(port.reference("interface")?)
    }

    pub(crate) fn l2mtu(&self, id: u32) -> Option<i64> {
        let (path, item) = self.interface(id)?;
        match path {
            "/interface/ethernet" => match self.get(path, item, "l2mtu") {
                Some(Val::Number(l2mtu)) => Some(l2mtu),
                _ => None,
            },
            "/interface/vlan" => Some(self.l2mtu(item.reference("interface")?)? - 4),
            _ => Some(
                self.ports(id)
                    .filter_map(|port| self.l2mtu(port.reference("interface")?))
                    .min()
                    .unwrap_or(65535),
            ),
        }
    }

    fn actual_mtu(&self, path: &str, item: &Item) -> i64 {
        match self.get(path, item, "mtu") {
            Some(Val::Number(mtu)) => mtu,
            _ => 1500,
        }
    }

    /// A property that an interface has without anybody setting it.
    pub(super) fn interface_fact(&self, id: u32, name: &str) -> Option<Val> {
        let (path, item) = self.interface(id)?;
        let ethernet = path == "/interface/ethernet";
        match name {
            "type" => Some(Val::text(match path {
                "/interface/ethernet" => "ether",
                "/interface/vlan" => "vlan",
                _ => "bridge",
            })),
            "actual-mtu" => Some(Val::Number(self.actual_mtu(path, item))),
            "l2mtu" => self.l2mtu(id).map(Val::Number),
            "max-l2mtu" => (ethernet && self.board == Board::Crs326).then_some(Val::Number(10218)),
            "mac-address" => self.mac(id).map(Val::Text),
            "loop-protect-status" => Some(Val::text("off")),
            "link-downs" => Some(item.defaults.get(name).cloned().unwrap_or(Val::Number(0))),
            "default-name" | "last-link-up-time" | "last-link-down-time" | "orig-mac-address" => {
                item.values
                    .get(name)
                    .or_else(|| item.defaults.get(name))
                    .cloned()
            }
            _ => None,
        }
    }
}
