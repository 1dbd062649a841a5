//! A device as it leaves the factory.

use super::{Board, Item, State, Val};
use crate::Version;
use crate::menu::Space;
use crate::time::timestamp;

/// Milliseconds since 1970 that a board without a clock of its own starts from.
const CLOCKLESS: u64 = 1_760_000_000_000;

impl State {
    /// The factory state of a board.
    pub(crate) fn factory(version: Version, board: Board, password: &str) -> Self {
        let mut state = Self::bare(version, board, password);
        if board == Board::Crs326 {
            state.defconf();
        }
        state.settle();
        state
    }

    /// A board after a reset without default configuration.
    pub(crate) fn bare(version: Version, board: Board, password: &str) -> Self {
        let mut state = Self::empty(version, board);
        state.started = CLOCKLESS;
        state.ethernet();
        state.lists();
        state.services();
        for path in SINGLETONS {
            state.table_mut(path).push(Item::new(0));
        }
        state.system();
        let admin = Item::new(0)
            .with("name", Val::text("admin"))
            .with("group", Val::text("full"))
            .with("password", Val::text(password))
            .with("comment", Val::text("system default user"));
        state.insert("/user", admin);
        state
    }

    /// Puts an item into a menu under a fresh id.
    pub(crate) fn insert(&mut self, path: &'static str, mut item: Item) -> u32 {
        if let Some(menu) = self.menu(path) {
            item.id = self.next_id(menu);
        }
        let id = item.id;
        self.table_mut(path).push(item);
        id
    }

    fn ethernet(&mut self) {
        let names: Vec<String> = match self.board {
            Board::Crs326 => (1..=24)
                .map(|n| format!("ether{n}"))
                .chain((1..=2).map(|n| format!("sfp-sfpplus{n}")))
                .collect(),
            Board::Chr(ports) => (1..=ports).map(|n| format!("ether{n}")).collect(),
        };
        for (index, name) in names.into_iter().enumerate() {
            let mac = Val::Text(format!("00:00:5E:00:53:{index:02X}"));
            let mut item = Item::new(0)
                .with("name", Val::text(&*name))
                .with("default-name", Val::text(&*name));
            item.defaults.insert("name", Val::text(name));
            item.defaults.insert("mac-address", mac.clone());
            item.defaults.insert("orig-mac-address", mac);
            item.defaults
                .insert("last-link-up-time", Val::Text(timestamp(self.started)));
            match self.board {
                Board::Crs326 => {
                    item.defaults.insert("l2mtu", Val::Number(1592));
                }
                Board::Chr(_) => {
                    item.values
                        .insert("disable-running-check", Val::Bool(false));
                }
            }
            self.insert("/interface/ethernet", item);
        }
    }

    fn lists(&mut self) {
        for (name, comment) in [
            ("all", "contains all interfaces"),
            ("none", "contains no interfaces"),
            ("dynamic", "contains dynamic interfaces"),
            ("static", "contains static interfaces"),
        ] {
            let item = Item::new(0)
                .with("name", Val::text(name))
                .with("builtin", Val::Bool(true))
                .with("comment", Val::text(comment));
            self.insert("/interface/list", item);
        }
    }

    fn services(&mut self) {
        for (name, port) in [
            ("telnet", 23),
            ("ftp", 21),
            ("www", 80),
            ("ssh", 22),
            ("www-ssl", 443),
            ("api", 8728),
            ("winbox", 8291),
            ("api-ssl", 8729),
        ] {
            let mut item = Item::new(0).with("name", Val::text(name));
            item.defaults.insert("port", Val::Number(port));
            if name != "ftp" {
                item.defaults.insert("vrf", Val::text("main"));
            }
            if name.ends_with("-ssl") {
                item.defaults.insert("certificate", Val::text("none"));
            }
            if name == "www-ssl" {
                item.values.insert("disabled", Val::Bool(true));
                item.defaults.insert("disabled", Val::Bool(true));
            }
            self.insert("/ip/service", item);
        }
    }

    fn system(&mut self) {
        let virtual_machine = self.board != Board::Crs326;
        if virtual_machine {
            let port = Item::new(0).with("name", Val::text("serial0"));
            self.insert("/port", port);
            self.put(
                "/ip/neighbor/discovery-settings",
                "discover-interface-list",
                "all",
            );
            if let Some(item) = self.item_mut("/system/note", 0) {
                item.values.insert("show-at-login", Val::Bool(false));
            }
        }
        self.put("/ip/dns", "cache-used", "35KiB");
        if let Some(item) = self.item_mut("/ip/dns", 0) {
            item.values.insert("dynamic-servers", Val::List(Vec::new()));
        }
        self.resource();
        let version = format!("{} (stable)", self.version);
        self.put("/system/resource", "version", &version);
        self.put("/system/clock", "gmt-offset", "+00:00");
        if let Some(item) = self.item_mut("/system/clock", 0) {
            item.values.insert("dst-active", Val::Bool(false));
        }
        if self.version.minor >= 17 {
            if !virtual_machine {
                self.put("/system/device-mode", "mode", "basic");
            }
            if let Some(item) = self.item_mut("/system/device-mode", 0) {
                item.values.insert("scheduler", Val::Bool(true));
            }
        }
        let mut package = Item::new(0)
            .with("name", Val::text("routeros"))
            .with("version", Val::Text(self.version.to_string()));
        if self.is_the_machine() {
            package = package
                .with("build-time", Val::text("2024-09-20 13:00:27"))
                .with("size", Val::text("17.8MiB"));
        }
        self.insert("/system/package", package);
        self.routerboard();
    }

    /// Whether it is the virtual machine of which the figures of `/system` are known.
    fn is_the_machine(&self) -> bool {
        self.board != Board::Crs326 && self.version.minor == 16
    }

    /// What `/system/resource` shows, as far as it is known.
    fn resource(&mut self) {
        let (cpus, facts) = match self.board {
            Board::Crs326 => (2, SWITCH),
            Board::Chr(_) => (1, MACHINE),
        };
        let figures = if self.is_the_machine() { FIGURES } else { &[] };
        for (name, value) in facts.iter().chain(figures) {
            self.put("/system/resource", name, value);
        }
        let numbers: &[(&str, i64)] = match self.is_the_machine() {
            true => &[
                ("write-sect-since-reboot", 176),
                ("write-sect-total", 15565),
            ],
            false => &[],
        };
        if let Some(item) = self.item_mut("/system/resource", 0) {
            item.values.insert("cpu-count", Val::Number(cpus));
            for (name, number) in numbers {
                item.values.insert(name, Val::Number(*number));
            }
        }
    }

    fn routerboard(&mut self) {
        if self.board != Board::Crs326 {
            self.put("/system/routerboard", "serial-number", "");
            return;
        }
        self.put("/system/routerboard", "model", MODEL);
        self.put("/system/routerboard", "serial-number", SERIAL);
        if let Some(item) = self.item_mut("/system/routerboard", 0) {
            item.values.insert("routerboard", Val::Bool(true));
        }
    }

    fn put(&mut self, path: &'static str, name: &'static str, value: &str) {
        if let Some(item) = self.item_mut(path, 0) {
            item.values.insert(name, Val::text(value));
        }
    }

    /// The configuration that a switch gets where it has none.
    fn defconf(&mut self) {
        let mac = self.items("/interface/ethernet").first().and_then(|item| {
            match item.defaults.get("mac-address") {
                Some(Val::Text(mac)) => Some(mac.clone()),
                _ => None,
            }
        });
        let comment = || Val::text("defconf");
        let bridge = Item::new(0)
            .with("name", Val::text("bridge"))
            .with("auto-mac", Val::Bool(false))
            .with("admin-mac", Val::Text(mac.unwrap_or_default()))
            .with("comment", comment());
        let bridge = Val::Ref(Space::Interface, self.insert("/interface/bridge", bridge));
        let ports: Vec<u32> = self
            .items("/interface/ethernet")
            .iter()
            .map(|item| item.id)
            .collect();
        for port in ports {
            let item = Item::new(0)
                .with("interface", Val::Ref(Space::Interface, port))
                .with("bridge", bridge.clone())
                .with("comment", comment());
            self.insert("/interface/bridge/port", item);
        }
        let address = Item::new(0)
            .with("address", Val::text("192.168.88.1/24"))
            .with("network", Val::text("192.168.88.0"))
            .with("interface", bridge)
            .with("comment", comment());
        self.insert("/ip/address", address);
    }
}

/// The model of the simulated board.
pub(crate) const MODEL: &str = "CRS326-24G-2S+";
/// Its serial number.
pub(crate) const SERIAL: &str = "HXX00000001";

const SINGLETONS: &[&str] = &[
    "/ip/neighbor/discovery-settings",
    "/ip/dns",
    "/ip/ssh",
    "/system/identity",
    "/system/resource",
    "/system/clock",
    "/system/note",
    "/system/routerboard",
    "/system/device-mode",
];

type Facts = &'static [(&'static str, &'static str)];

const SWITCH: Facts = &[
    ("total-memory", "512.0MiB"),
    ("cpu-frequency", "800MHz"),
    ("architecture-name", "arm"),
    ("board-name", MODEL),
    ("platform", "MikroTik"),
];

const MACHINE: Facts = &[
    ("architecture-name", "x86_64"),
    ("board-name", "CHR QEMU Standard PC (i440FX + PIIX, 1996)"),
    ("platform", "MikroTik"),
];

const FIGURES: Facts = &[
    ("build-time", "2024-09-20 13:00:27"),
    ("factory-software", "7.1"),
    ("free-memory", "156.0MiB"),
    ("total-memory", "384.0MiB"),
    ("cpu", "QEMU"),
    ("cpu-frequency", "2611MHz"),
    ("cpu-load", "0%"),
    ("free-hdd-space", "70.9MiB"),
    ("total-hdd-space", "89.2MiB"),
];
