//! What a menu shows at one moment.

use super::{INTERFACES, Item, State, Val};
use crate::menu::{Menu, Mode, Prop, Space, Type, When};
use crate::time::{duration_short, timestamp};
use crate::view::{Cell, Property, Row, View};

/// What a view is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// `print`: hidden properties are left out.
    Print,
    /// `get` and `find`: every property.
    Get,
    /// `export`: what was set by hand, hidden or not; nothing dynamic.
    Export,
}

impl State {
    /// The items of a menu; those of `/interface` are kept in the menus of their types.
    pub(crate) fn listed(&self, menu: &Menu) -> Vec<&Item> {
        if menu.path == "/interface" {
            let paths = INTERFACES.iter();
            return paths.flat_map(|path| self.items(path)).collect();
        }
        self.items(menu.path).iter().collect()
    }

    /// The menu in which an item that a menu shows is kept.
    pub(crate) fn home_of(&self, menu: &'static Menu, id: u32) -> Option<&'static Menu> {
        if menu.path != "/interface" {
            return self.item(menu.path, id).map(|_| menu);
        }
        self.interface(id).and_then(|(path, _)| self.menu(path))
    }

    /// One item as a row.
    pub(crate) fn row(
        &self,
        menu: &'static Menu,
        item: &Item,
        number: Option<usize>,
        purpose: Purpose,
    ) -> Row {
        let mut properties: Vec<Property> = menu
            .props(self.version)
            .filter_map(|prop| self.property(menu, item, prop, purpose))
            .collect();
        let mut flags = self.flags(menu, item);
        if purpose == Purpose::Export && item.defaults.contains_key("disabled") {
            // Such an item is disabled unless somebody enables it.
            flags.retain(|flag| *flag != "disabled");
            let enabled = Self::enabled(item);
            properties.push(Property {
                name: "disabled",
                value: Cell::Bool(!enabled),
                stored: true,
                is_default: !enabled,
                secret: false,
            });
        }
        Row {
            number,
            id: item.id,
            flags,
            comment: item
                .text("comment")
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            warnings: self.warnings(menu, item),
            properties,
            find: self.address_in_export(menu, item),
        }
    }

    fn address_in_export(&self, menu: &Menu, item: &Item) -> Option<String> {
        match menu.path {
            "/interface/ethernet" => item
                .text("default-name")
                .map(|name| format!("[ find default-name={name} ]")),
            "/ip/service" => item.text("name").map(str::to_owned),
            "/port" => Some((item.id - 1).to_string()),
            _ => None,
        }
    }

    fn property(
        &self,
        menu: &'static Menu,
        item: &Item,
        prop: &'static Prop,
        purpose: Purpose,
    ) -> Option<Property> {
        let value = self.shown_value(menu, item, prop)?;
        let stored = item.values.contains_key(prop.name) && prop.writable();
        let always = prop.always_since <= self.version.minor;
        let is_default =
            !always && (!stored || self.default(menu, item, prop.name).as_ref() == Some(&value));
        let hidden = match prop.when {
            When::Always => false,
            When::Set => is_default,
            When::Filtering => !self.filters(item.id),
            When::Never => true,
        };
        let export = purpose == Purpose::Export;
        if hidden && purpose == Purpose::Print || prop.secret && !export {
            return None;
        }
        Some(Property {
            name: prop.name,
            value: self.cell(prop, &value),
            stored: stored || (export && prop.default().is_some()),
            is_default,
            secret: prop.secret,
        })
    }

    pub(crate) fn shown_value(&self, menu: &'static Menu, item: &Item, prop: &Prop) -> Option<Val> {
        if menu.path == "/interface" {
            if let Some(fact) = self.interface_fact(item.id, prop.name) {
                return Some(fact);
            }
            let home = self.home_of(menu, item.id)?;
            return self.value(home, item, prop.name);
        }
        if item.dynamic && matches!(prop.name, "tagged" | "untagged") {
            // Such a row shows its members as current ones only.
            return Some(Val::List(Vec::new()));
        }
        let computed = prop.mode == Mode::Computed;
        let computed = computed || (menu.space == Space::Interface && prop.name == "mac-address");
        computed
            .then(|| self.computed(menu, item, prop.name))
            .flatten()
            .or_else(|| self.value(menu, item, prop.name))
    }

    fn computed(&self, menu: &Menu, item: &Item, name: &str) -> Option<Val> {
        match (menu.path, name) {
            ("/interface/bridge/vlan", "current-tagged") => Some(self.current(item, "tagged")),
            ("/interface/bridge/vlan", "current-untagged") => Some(self.current(item, "untagged")),
            ("/interface/list/member", "dynamic") => Some(Val::Bool(item.dynamic)),
            ("/ip/address", "actual-interface") => self.actual_interface(item),
            ("/system/resource", "uptime") => Some(Val::Seconds(self.uptime / 1000)),
            ("/system/clock", "time") => Some(Val::text(&self.now()[11..])),
            ("/system/clock", "date") => Some(Val::text(&self.now()[..10])),
            _ if menu.space == Space::Interface => self.interface_fact(item.id, name),
            _ => None,
        }
    }

    fn actual_interface(&self, item: &Item) -> Option<Val> {
        let on = item.reference("interface")?;
        let id = self
            .port_of(on)
            .and_then(|port| port.reference("bridge"))
            .unwrap_or(on);
        Some(Val::Text(self.name_of(Space::Interface, id)))
    }

    /// The device's own time.
    pub(crate) fn now(&self) -> String {
        timestamp(self.started + self.uptime)
    }

    /// A value as the printers need it.
    pub(crate) fn cell(&self, prop: &Prop, value: &Val) -> Cell {
        match (value, prop.ty) {
            (Val::Number(number), Type::Hex(..)) => Cell::Hex(number.unsigned_abs()),
            (Val::Number(number), _) if prop.name == "link-downs" => {
                Cell::Counter(number.unsigned_abs())
            }
            (Val::Number(number), _) => Cell::Number(*number),
            (Val::Bool(value), _) => Cell::Bool(*value),
            (Val::Seconds(seconds), Type::DatedSeconds) => Cell::DatedDuration(*seconds),
            (Val::Seconds(seconds), _) => Cell::Duration(*seconds),
            (Val::Text(text), Type::NumberOr(words, ..)) => match prop.name {
                "mtu" | "horizon" | "max-sessions" => {
                    words.iter().find(|word| *word == text).map_or_else(
                        || Cell::Bare(text.clone()),
                        |word| Cell::Sentinel {
                            text: word,
                            number: 0,
                        },
                    )
                }
                _ => Cell::Bare(text.clone()),
            },
            (Val::Text(text), Type::Text) => Cell::Quoted(text.clone()),
            (Val::Text(text), _) if prop.name.ends_with("-time") && text.len() == 19 => {
                Cell::Time(text.clone())
            }
            (Val::Text(text), _) => Cell::Bare(text.clone()),
            (Val::Ref(space, id), _) => Cell::Bare(self.name_of(*space, *id)),
            (Val::List(list), Type::Vlans) => Cell::NumberList(self.texts(list)),
            (Val::List(list), _) => Cell::List(self.texts(list)),
        }
    }

    fn texts(&self, list: &[Val]) -> Vec<String> {
        list.iter().map(|value| self.text(value)).collect()
    }

    /// A value as plain text.
    pub(crate) fn text(&self, value: &Val) -> String {
        match value {
            Val::Text(text) => text.clone(),
            Val::Number(number) => number.to_string(),
            Val::Bool(value) => if *value { "yes" } else { "no" }.into(),
            Val::Seconds(seconds) => duration_short(*seconds),
            Val::Ref(space, id) => self.name_of(*space, *id),
            Val::List(list) => self.texts(list).join(","),
        }
    }

    /// A view of these items of a menu.
    pub(crate) fn view(
        &self,
        menu: &'static Menu,
        items: &[(Option<usize>, u32)],
        purpose: Purpose,
    ) -> View {
        let listed = self.listed(menu);
        let rows = items
            .iter()
            .filter_map(|(number, id)| {
                let item = listed.iter().find(|item| item.id == *id)?;
                Some(self.row(menu, item, *number, purpose))
            })
            .collect();
        View {
            path: menu.path,
            layout: menu.layout,
            flags: menu.flags,
            columns: menu.columns,
            rows,
        }
    }
}
