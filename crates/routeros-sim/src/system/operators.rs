//! What the device's tables show of those who are plugged in.

use std::net::Ipv4Addr;

use crate::device::{Device, Session};
use crate::menu::Space;
use crate::reach::{Operator, attached};
use crate::state::{Item, Val};

/// The MAC of an operator: made up, locally administered, and told apart by the address.
fn mac(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("02:00:{a:02X}:{b:02X}:{c:02X}:{d:02X}")
}

impl Device {
    /// Renews the rows about operators in `/user/active`, `/ip/arp` and `/interface/bridge/host`.
    pub(crate) fn see_operators(&mut self, session: &Session) {
        for path in ["/user/active", "/ip/arp", "/interface/bridge/host"] {
            self.state.table_mut(path).clear();
        }
        if let Some(from) = session.from {
            let group = self.state.items("/user").iter();
            let group = group
                .filter(|user| user.text("name") == Some(&session.user))
                .find_map(|user| user.text("group"))
                .unwrap_or_default();
            let item = Item::new(0)
                .with("when", Val::Text(crate::time::timestamp(self.now())))
                .with("name", Val::text(&*session.user))
                .with("address", Val::text(from.to_string()))
                .with("via", Val::text("ssh"))
                .with("group", Val::text(group));
            self.state.insert("/user/active", item);
        }
        for operator in self.around.operators.clone() {
            self.see(&operator);
        }
    }

    fn see(&mut self, operator: &Operator) {
        let network = self.state.network();
        let id = |device: &Self, name: &str| device.state.resolve(Space::Interface, name);
        let seen = attached(&network, operator);
        if let Some(interface) = seen.layer3.as_deref().and_then(|name| id(self, name)) {
            let mut item = Item::new(0)
                .with("address", Val::text(operator.address.to_string()))
                .with("mac-address", Val::Text(mac(operator.address)))
                .with("interface", Val::Ref(Space::Interface, interface))
                .with("status", Val::text("reachable"));
            item.dynamic = true;
            self.state.insert("/ip/arp", item);
        }
        let Some((port, bridge, vid)) = seen.layer2 else {
            return;
        };
        if let (Some(port), Some(bridge)) = (id(self, &port), id(self, &bridge)) {
            let mut item = Item::new(0)
                .with("mac-address", Val::Text(mac(operator.address)))
                .with("on-interface", Val::Ref(Space::Interface, port))
                .with("bridge", Val::Ref(Space::Interface, bridge));
            if let Some(vid) = vid {
                item = item.with("vid", Val::Number(i64::from(vid)));
            }
            item.dynamic = true;
            self.state.insert("/interface/bridge/host", item);
        }
    }
}
