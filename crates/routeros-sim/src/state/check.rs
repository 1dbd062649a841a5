//! Conflicts of an item with the others.

use super::login::when;
use super::{INTERFACES, Item, Refusal, State, Val};
use crate::menu::{Menu, Space};

impl State {
    /// Refuses an item that cannot stand beside the others; `own` is its id when it is changed.
    pub(super) fn check(&self, menu: &Menu, item: &Item, own: Option<u32>) -> Result<(), Refusal> {
        let same = |names: &[&str]| {
            self.items(menu.path).iter().any(|other| {
                Some(other.id) != own
                    && names
                        .iter()
                        .all(|name| self.value(menu, other, name) == self.value(menu, item, name))
            })
        };
        match menu.path {
            path if INTERFACES.contains(&path) => self.check_interface(menu, item, own, same),
            "/interface/bridge/port" => self.check_port(item, same(&["interface"])),
            "/interface/bridge/vlan" => self.check_vlan(item, own),
            "/ip/address" if same(&["address", "interface"]) => {
                Err(Refusal::failure("already have such address"))
            }
            "/ip/pool" if same(&["name"]) => Err(Refusal::failure("pool with such name exists")),
            "/ip/dhcp-server" if same(&["name"]) || same(&["interface", "relay"]) => Err(
                Refusal::unknown("the refusal of a second DHCP server of a name or an interface"),
            ),
            "/ip/dhcp-server/network" if same(&["address"]) => {
                Err(Refusal::unknown("the refusal of a second DHCP network"))
            }
            "/ip/dhcp-server/lease" => check_lease(item, same),
            "/ip/dns/static" => check_dns(item, same(DNS_KEYS)),
            "/system/scheduler" if own.is_none() && self.scheduler_is_forbidden() => {
                Err(Refusal::failure("not allowed by device-mode"))
            }
            "/interface/list" | "/system/scheduler" | "/system/script" | "/user"
                if same(&["name"]) =>
            {
                Err(Refusal::unknown(format_args!(
                    "the refusal of a second item of a name in {}",
                    menu.path
                )))
            }
            "/system/scheduler" => when(item, self.started + self.uptime).map(drop),
            _ => Ok(()),
        }
    }

    fn scheduler_is_forbidden(&self) -> bool {
        self.items("/system/device-mode")
            .iter()
            .any(|mode| mode.values.get("scheduler") == Some(&Val::Bool(false)))
    }

    fn check_interface(
        &self,
        menu: &Menu,
        item: &Item,
        own: Option<u32>,
        same: impl Fn(&[&str]) -> bool,
    ) -> Result<(), Refusal> {
        let name = item.text("name").unwrap_or_default();
        if name.is_empty() {
            return Err(Refusal::unknown("an interface without a name"));
        }
        let taken = INTERFACES
            .iter()
            .flat_map(|path| self.items(path))
            .any(|other| Some(other.id) != own && other.text("name") == Some(name));
        if taken {
            return Err(Refusal::failure("already have interface with such name"));
        }
        if menu.path == "/interface/vlan" && same(&["interface", "vlan-id", "use-service-tag"]) {
            return Err(Refusal::unknown(
                "the refusal of a second interface of a VLAN",
            ));
        }
        Ok(())
    }

    fn check_port(&self, item: &Item, taken: bool) -> Result<(), Refusal> {
        if taken {
            return Err(Refusal::failure("device already added as bridge port"));
        }
        if let Some(Val::Ref(Space::InterfaceList, _)) = item.values.get("interface") {
            return Err(Refusal::unknown("an interface list as a bridge port"));
        }
        let bridge = item
            .reference("interface")
            .is_some_and(|id| self.item("/interface/bridge", id).is_some());
        if bridge {
            return Err(Refusal::unknown("a bridge as a bridge port"));
        }
        Ok(())
    }

    fn check_vlan(&self, item: &Item, own: Option<u32>) -> Result<(), Refusal> {
        let (tagged, untagged) = (item.list("tagged"), item.list("untagged"));
        if tagged.iter().any(|member| untagged.contains(member)) {
            return Err(Refusal::failure(
                "interface cannot be in tagged and untagged at the same time",
            ));
        }
        if [tagged, untagged].into_iter().any(repeats) {
            return Err(Refusal::failure("each interface can appear only once"));
        }
        let lists = tagged
            .iter()
            .chain(untagged)
            .any(|member| matches!(member, Val::Ref(Space::InterfaceList, _)));
        if lists {
            return Err(Refusal::unknown("an interface list in the VLAN table"));
        }
        let clash = self
            .vlan_rows(item.reference("bridge").unwrap_or(0))
            .any(|other| {
                Some(other.id) != own && (1..=4094).any(|vid| holds_both(item, other, vid))
            });
        if clash && self.version.minor < 17 {
            return Err(Refusal::failure("vlan already added"));
        }
        Ok(())
    }
}

fn check_lease(item: &Item, same: impl Fn(&[&str]) -> bool) -> Result<(), Refusal> {
    let mut given = vec!["mac-address", "client-id"];
    given.retain(|key| item.text(key).is_some());
    if given.is_empty() {
        return Err(Refusal::unknown(
            "a lease without mac-address and client-id",
        ));
    }
    if given.iter().any(|key| same(&["server", key])) {
        return Err(Refusal::failure(
            "already have static lease for this client",
        ));
    }
    Ok(())
}

const DNS_KEYS: &[&str] = &[
    "name",
    "regexp",
    "type",
    "address",
    "cname",
    "forward-to",
    "mx-exchange",
    "ns",
    "srv-target",
    "text",
];

fn check_dns(item: &Item, taken: bool) -> Result<(), Refusal> {
    if item.text("name").is_none() && item.text("regexp").is_none() {
        return Err(Refusal::unknown(
            "a static DNS entry without name and regexp",
        ));
    }
    if taken {
        return Err(Refusal::failure("entry already exists"));
    }
    Ok(())
}

fn repeats(list: &[Val]) -> bool {
    list.iter()
        .enumerate()
        .any(|(at, value)| list[..at].contains(value))
}

fn holds_both(one: &Item, other: &Item, vid: i64) -> bool {
    super::members::holds(one, vid) && super::members::holds(other, vid)
}
