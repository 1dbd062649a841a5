//! Which ports carry a VLAN of a bridge.

use super::{Item, State, Val};
use crate::menu::Space;

impl State {
    /// Whether a bridge filters VLANs.
    pub(crate) fn filters(&self, bridge: u32) -> bool {
        self.item("/interface/bridge", bridge)
            .is_some_and(|item| item.values.get("vlan-filtering") == Some(&Val::Bool(true)))
    }

    /// The bridge itself and its ports, each with the VLAN of its untagged frames.
    pub(super) fn untagged_homes(&self, bridge: u32) -> Vec<(u32, i64)> {
        let mut homes = Vec::new();
        let own = self.item("/interface/bridge", bridge);
        if let Some(pvid) = own.and_then(|item| self.home("/interface/bridge", item)) {
            homes.push((bridge, pvid));
        }
        for port in self.ports(bridge) {
            let pvid = self.home("/interface/bridge/port", port);
            if let (Some(id), Some(pvid)) = (port.reference("interface"), pvid) {
                homes.push((id, pvid));
            }
        }
        homes
    }

    fn home(&self, path: &str, item: &Item) -> Option<i64> {
        let tagged_only = Some(Val::text("admit-only-vlan-tagged"));
        if self.get(path, item, "frame-types") == tagged_only {
            return None;
        }
        match self.get(path, item, "pvid") {
            Some(Val::Number(pvid)) => Some(pvid),
            _ => None,
        }
    }

    /// The rows of the VLAN table of a bridge that were made by hand and are not disabled.
    pub(super) fn vlan_rows(&self, bridge: u32) -> impl Iterator<Item = &Item> {
        self.items("/interface/bridge/vlan")
            .iter()
            .filter(move |item| {
                !item.dynamic && Self::enabled(item) && item.reference("bridge") == Some(bridge)
            })
    }

    /// Whether a VLAN interface makes the bridge a tagged member, as it does from 7.16.
    pub(super) fn bridge_is_tagged(&self, bridge: u32, vid: i64) -> bool {
        self.version.minor >= 16
            && self.items("/interface/vlan").iter().any(|vlan| {
                Self::enabled(vlan)
                    && vlan.reference("interface") == Some(bridge)
                    && self.get("/interface/vlan", vlan, "vlan-id") == Some(Val::Number(vid))
            })
    }

    /// What a row of the table shows as its current members.
    pub(super) fn current(&self, item: &Item, name: &str) -> Val {
        let Some(bridge) = item.reference("bridge") else {
            return Val::List(Vec::new());
        };
        let mut ids = if item.dynamic || self.filters(bridge) {
            references(item.list(name)).collect()
        } else {
            Vec::new()
        };
        ids.retain(|id| self.running(*id));
        Val::List(
            ids.into_iter()
                .map(|id| Val::Ref(Space::Interface, id))
                .collect(),
        )
    }
}

fn references(list: &[Val]) -> impl Iterator<Item = u32> + '_ {
    list.iter().filter_map(|value| match value {
        Val::Ref(Space::Interface, id) => Some(*id),
        _ => None,
    })
}

/// Whether a row of the table is about a VLAN.
pub(super) fn holds(item: &Item, vid: i64) -> bool {
    item.list("vlan-ids").iter().any(|part| match part {
        Val::Text(text) => {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let bounds = (first.parse::<i64>(), last.parse::<i64>());
            matches!(bounds, (Ok(first), Ok(last)) if first <= vid && vid <= last)
        }
        _ => false,
    })
}
