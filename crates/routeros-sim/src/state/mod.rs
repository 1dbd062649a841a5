//! The items of all menus, and what follows from them.

mod change;
mod check;
mod dynamic;
mod export;
mod factory;
mod flags;
mod interface;
mod item;
mod login;
mod members;
mod network;
mod show;
mod value;

pub(crate) use change::Given;
pub(crate) use factory::{MODEL, SERIAL};
pub(crate) use item::{Item, Refusal, parse_id};
pub(crate) use show::Purpose;
pub(crate) use value::{Val, contains, parse_address, parse_seconds, read, read_bool};

use std::collections::{BTreeMap, BTreeSet};

use crate::Version;
use crate::menu::{self, Menu, Space};

/// What kind of board is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    /// CRS326-24G-2S+.
    Crs326,
    /// A virtual machine with this many Ethernet ports.
    Chr(u8),
}

/// Everything that a backup would keep, and the few things that are only true until a restart.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) version: Version,
    pub(crate) board: Board,
    tables: BTreeMap<&'static str, Vec<Item>>,
    last_ids: BTreeMap<(Space, &'static str), u32>,
    /// Default names of the ports that have no link.
    pub(crate) unplugged: BTreeSet<String>,
    /// Milliseconds since the device started.
    pub(crate) uptime: u64,
    /// Milliseconds since 1970 at the start.
    pub(crate) started: u64,
}

impl State {
    pub(crate) fn empty(version: Version, board: Board) -> Self {
        Self {
            version,
            board,
            tables: BTreeMap::new(),
            last_ids: BTreeMap::new(),
            unplugged: BTreeSet::new(),
            uptime: 0,
            started: 0,
        }
    }

    /// The items of a menu, in the order of its table.
    pub(crate) fn items(&self, path: &str) -> &[Item] {
        self.tables.get(path).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn item(&self, path: &str, id: u32) -> Option<&Item> {
        self.items(path).iter().find(|item| item.id == id)
    }

    pub(crate) fn table_mut(&mut self, path: &'static str) -> &mut Vec<Item> {
        self.tables.entry(path).or_default()
    }

    pub(crate) fn item_mut(&mut self, path: &'static str, id: u32) -> Option<&mut Item> {
        self.table_mut(path).iter_mut().find(|item| item.id == id)
    }

    /// An id that no item of this counter ever had.
    pub(crate) fn next_id(&mut self, menu: &Menu) -> u32 {
        let own = if menu.space == Space::Own {
            menu.path
        } else {
            ""
        };
        let last = self.last_ids.entry((menu.space, own)).or_insert(0);
        *last += 1;
        *last
    }

    /// The paths of the menus whose items a reference may name.
    pub(crate) fn paths(space: Space) -> &'static [&'static str] {
        match space {
            Space::Interface => INTERFACES,
            Space::Bridge => &["/interface/bridge"],
            Space::InterfaceList => &["/interface/list"],
            Space::Pool => &["/ip/pool"],
            Space::DhcpServer => &["/ip/dhcp-server"],
            Space::User => &["/user"],
            Space::Own => &[],
        }
    }

    /// The item that a reference means.
    pub(crate) fn resolve(&self, space: Space, name: &str) -> Option<u32> {
        let wanted = item::parse_id(name);
        Self::paths(space).iter().find_map(|path| {
            self.items(path)
                .iter()
                .find(|item| item.text("name") == Some(name) || wanted == Some(item.id))
                .map(|item| item.id)
        })
    }

    /// The name of the item that a reference means, or its id where it is gone.
    pub(crate) fn name_of(&self, space: Space, id: u32) -> String {
        Self::paths(space)
            .iter()
            .find_map(|path| self.item(path, id))
            .and_then(|item| item.text("name"))
            .map_or_else(|| self.version.id_text(id), str::to_owned)
    }

    /// The value of a property: what was set, or the default.
    pub(crate) fn value(&self, menu: &Menu, item: &Item, name: &str) -> Option<Val> {
        if let Some(value) = item.values.get(name) {
            return Some(value.clone());
        }
        if name == "disabled" && menu.can_disable {
            return Some(Val::Bool(false));
        }
        self.default(menu, item, name)
    }

    /// The default of a property for this item.
    pub(crate) fn default(&self, menu: &Menu, item: &Item, name: &str) -> Option<Val> {
        if let Some(value) = item.defaults.get(name) {
            return Some(value.clone());
        }
        let prop = menu.prop(name, self.version)?;
        let text = prop.default()?;
        read(self, prop, text).ok()
    }

    /// Whether an item takes part: neither disabled nor dangling.
    pub(crate) fn enabled(item: &Item) -> bool {
        item.values.get("disabled") != Some(&Val::Bool(true))
    }

    /// The menu of a path that this version surely has.
    pub(crate) fn menu(&self, path: &str) -> Option<&'static Menu> {
        menu::find(path, self.version)
    }

    /// A property of an item of a menu given by its path.
    pub(crate) fn get(&self, path: &str, item: &Item, name: &str) -> Option<Val> {
        self.value(self.menu(path)?, item, name)
    }
}

/// The menus whose items are interfaces, in the order of `/interface`.
pub(crate) const INTERFACES: &[&str] = &[
    "/interface/ethernet",
    "/interface/bridge",
    "/interface/vlan",
];
