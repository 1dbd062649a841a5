//! Which menus `export` writes.

use super::{Purpose, State, Val};
use crate::view::View;

/// The menus that are part of the configuration.
const PATHS: &[&str] = &[
    "/interface/bridge",
    "/interface/ethernet",
    "/interface/vlan",
    "/interface/list",
    "/ip/pool",
    "/ip/dhcp-server",
    "/port",
    "/interface/bridge/port",
    "/ip/neighbor/discovery-settings",
    "/interface/bridge/vlan",
    "/interface/list/member",
    "/ip/address",
    "/ip/dhcp-client",
    "/ip/dhcp-server/lease",
    "/ip/dhcp-server/network",
    "/ip/dns",
    "/ip/dns/static",
    "/ip/service",
    "/system/clock",
    "/system/identity",
    "/system/note",
    "/system/scheduler",
    "/system/script",
];

impl State {
    /// Views of everything below a path that `export` writes.
    pub(crate) fn export_views(&self, below: &str) -> Vec<View> {
        PATHS
            .iter()
            .filter(|path| is_below(path, below))
            .filter_map(|path| self.menu(path))
            .map(|menu| {
                let items: Vec<(Option<usize>, u32)> = self
                    .items(menu.path)
                    .iter()
                    .filter(|item| {
                        !item.dynamic && item.values.get("builtin") != Some(&Val::Bool(true))
                    })
                    .map(|item| (None, item.id))
                    .collect();
                self.view(menu, &items, Purpose::Export)
            })
            .collect()
    }
}

fn is_below(path: &str, below: &str) -> bool {
    below == "/"
        || path
            .strip_prefix(below)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
