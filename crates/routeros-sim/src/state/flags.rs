//! Which flags of an item are up, and what the device says of it.

use super::item::Note;
use super::members::holds;
use super::{Board, Item, State, Val};
use crate::menu::Menu;

impl State {
    /// Names of the flags that are up.
    pub(crate) fn flags(&self, menu: &Menu, item: &Item) -> Vec<&'static str> {
        menu.flags
            .iter()
            .map(|flag| flag.name)
            .filter(|name| self.flag(menu, item, name))
            .collect()
    }

    /// Whether one flag is up.
    pub(crate) fn flag(&self, menu: &Menu, item: &Item, name: &str) -> bool {
        match name {
            "disabled" => !Self::enabled(item),
            "dynamic" => item.dynamic,
            "running" => self.running(item.id),
            "slave" if menu.path == "/ip/address" => item
                .reference("interface")
                .is_some_and(|on| self.port_of(on).is_some()),
            "slave" => self.port_of(item.id).is_some(),
            "invalid" if menu.path == "/ip/service" => {
                item.text("name") == Some("www-ssl")
                    && self.value(menu, item, "certificate") == Some(Val::text("none"))
            }
            "invalid" => Self::enabled(item) && self.invalid(menu, item),
            "inactive" if menu.path == "/interface/bridge/port" => {
                Self::enabled(item) && !self.port_running(item)
            }
            "hw-offload" => self.offloaded(item),
            _ => item.values.get(name) == Some(&Val::Bool(true)),
        }
    }

    fn port_running(&self, port: &Item) -> bool {
        port.reference("interface")
            .is_some_and(|id| self.running(id))
            && port.reference("bridge").is_some_and(|id| self.running(id))
    }

    fn invalid(&self, menu: &Menu, item: &Item) -> bool {
        let on = item.reference("interface");
        match menu.path {
            "/ip/address" => on.and_then(|id| self.interface(id)).is_none(),
            "/ip/dhcp-server" => match on {
                Some(id) => self.port_of(id).is_some() || !self.has_address(id),
                None => true,
            },
            _ => false,
        }
    }

    fn has_address(&self, interface: u32) -> bool {
        self.interface(interface)
            .is_some_and(|(_, item)| Self::enabled(item))
            && self.items("/ip/address").iter().any(|address| {
                Self::enabled(address) && address.reference("interface") == Some(interface)
            })
    }

    /// The switch chip forwards for one bridge only: the first that has such ports.
    fn offloaded(&self, port: &Item) -> bool {
        let path = "/interface/bridge/port";
        let wants = |port: &Item| {
            Self::enabled(port)
                && self.get(path, port, "hw") == Some(Val::Bool(true))
                && self.get(path, port, "horizon") == Some(Val::text("none"))
                && port
                    .reference("interface")
                    .is_some_and(|id| self.item("/interface/ethernet", id).is_some())
        };
        let first = self.items(path).iter().find(|port| wants(port));
        self.board == Board::Crs326
            && wants(port)
            && first.and_then(|first| first.reference("bridge")) == port.reference("bridge")
    }

    /// What the device says of an item in the way of a comment.
    pub(crate) fn warnings(&self, menu: &Menu, item: &Item) -> Vec<String> {
        let mut warnings: Vec<String> = item.note.map(Note::text).into_iter().collect();
        let on = item.reference("interface");
        let slave = on.is_some_and(|id| self.port_of(id).is_some());
        if menu.path == "/ip/dhcp-server" && slave && Self::enabled(item) {
            warnings.push("DHCP server can not run on slave interface!".into());
        }
        if menu.path == "/interface/bridge/vlan" && self.shares_a_vlan(item) {
            warnings.push(DUPLICATE.into());
        }
        warnings
    }

    /// Whether another row of the same bridge is about one of the same VLANs, as 7.17 allows.
    fn shares_a_vlan(&self, item: &Item) -> bool {
        let bridge = item.reference("bridge").unwrap_or(0);
        self.vlan_rows(bridge).any(|other| {
            other.id != item.id
                && !item.dynamic
                && (1..=4094).any(|vid| holds(item, vid) && holds(other, vid))
        })
    }
}

const DUPLICATE: &str = "duplicate vlan ids are not allowed due to interface list support, \
                         please merge vlan entries into one";
