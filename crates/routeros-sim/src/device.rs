//! The device: its state, and the text that a command makes of it.

use std::collections::BTreeMap;

use crate::Version;
use crate::menu::{self, Space};
pub use crate::state::Board;
use crate::state::{Item, Purpose, State, Val, read, read_bool};
use crate::system::files::Files;
use crate::system::surroundings::Surroundings;
use crate::view::View;

/// Who runs a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The user's name.
    pub user: String,
    /// The address that the user comes from; absent for the scheduler.
    pub from: Option<std::net::Ipv4Addr>,
}

/// What the surroundings must do after a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The device restarts; every connection ends.
    Reboot,
    /// The ports are down for a moment; connections stall.
    PortsRestart,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What is printed, with LF line ends.
    pub text: String,
    /// The exit status of the channel.
    pub status: u32,
    /// What the surroundings must do.
    pub events: Vec<Event>,
}

/// A simulated switch.
#[derive(Clone, Debug)]
pub struct Device {
    /// Everything that the menus show.
    pub(crate) state: State,
    /// Files by name; `/file` shows them.
    pub files: Files,
    /// What commands asked of the surroundings and nobody took yet.
    pub(crate) events: Vec<Event>,
    /// Which items the numbers of each menu mean, as the last `print` gave them.
    pub(crate) numbers: BTreeMap<&'static str, Vec<u32>>,
    /// Timers, backups, and who is plugged in.
    pub(crate) around: Surroundings,
}

impl Device {
    /// A CRS326-24G-2S+ as it leaves the factory, without a password.
    pub fn factory(version: Version) -> Self {
        Self::new(version, Board::Crs326, "")
    }

    /// A newer CRS326-24G-2S+, whose first password is printed on its sticker.
    pub fn factory_with_sticker(version: Version, password: &str) -> Self {
        Self::new(version, Board::Crs326, password)
    }

    /// A virtual machine with so many Ethernet ports and nothing configured.
    pub fn chr(version: Version, ports: u8) -> Self {
        Self::new(version, Board::Chr(ports), "")
    }

    fn new(version: Version, board: Board, password: &str) -> Self {
        Self {
            state: State::factory(version, board, password),
            files: Files::default(),
            events: Vec::new(),
            numbers: BTreeMap::new(),
            around: Surroundings::new(password),
        }
    }

    /// Its version.
    pub fn version(&self) -> Version {
        self.state.version
    }

    /// What a menu shows; nothing where it is not simulated.
    pub fn view(&self, path: &str) -> Option<View> {
        let menu = menu::find(path, self.state.version)?;
        let items: Vec<(Option<usize>, u32)> = self
            .state
            .listed(menu)
            .iter()
            .enumerate()
            .map(|(number, item)| (Some(number), item.id))
            .collect();
        Some(self.state.view(menu, &items, Purpose::Print))
    }

    /// What `export` writes of everything below a path.
    pub fn export_views(&self, below: &str) -> Vec<View> {
        self.state.export_views(below)
    }

    /// Gives an interface an address as a DHCP server elsewhere would.
    pub fn lease_address(&mut self, interface: &str, address: &str, network: &str) {
        let Some(on) = self.state.resolve(Space::Interface, interface) else {
            return;
        };
        let mut item = Item::new(0)
            .with("address", Val::text(address))
            .with("network", Val::text(network))
            .with("interface", Val::Ref(Space::Interface, on));
        item.dynamic = true;
        self.state.insert("/ip/address", item);
    }

    /// Replaces the rows of a table that only the surroundings know, such as `/ip/arp`.
    ///
    /// Names of flags may be given as properties that are `yes`.
    pub fn set_rows(&mut self, path: &'static str, rows: &[Vec<(&'static str, String)>]) {
        let Some(menu) = menu::find(path, self.state.version) else {
            return;
        };
        let mut items = Vec::new();
        for row in rows {
            let mut item = Item::new(0);
            item.dynamic = true;
            for (name, text) in row {
                let value = match menu.prop(name, self.state.version) {
                    Some(prop) => read(&self.state, prop, text).ok(),
                    None => read_bool(text).map(Val::Bool),
                };
                item.values.extend(value.map(|value| (*name, value)));
            }
            items.push(item);
        }
        self.state.table_mut(path).clear();
        for item in items {
            self.state.insert(path, item);
        }
    }

    /// Notes that a user has logged in.
    pub fn note_login(&mut self, user: &str) {
        let now = Val::Text(self.state.now());
        let users = self.state.table_mut("/user");
        if let Some(user) = users
            .iter_mut()
            .find(|item| item.text("name") == Some(user))
        {
            user.values.insert("last-logged-in", now);
        }
    }

    /// Sets the name servers that a DHCP server elsewhere gave.
    pub fn lease_name_server(&mut self, address: &str) {
        if let Some(item) = self.state.item_mut("/ip/dns", 0) {
            let servers = Val::List(vec![Val::text(address)]);
            item.values.insert("dynamic-servers", servers);
        }
    }

    /// Plugs a cable into a port, named as the factory names it, or pulls it.
    pub fn set_link(&mut self, port: &str, up: bool) {
        self.state.set_link(port, up);
    }
}
