//! Adding, setting and removing items.

use std::collections::BTreeMap;

use super::value::{mask, parse_interface};
use super::{Item, Refusal, State, Val, read};
use crate::menu::{Menu, Mode, Space, Type};
use crate::time::timestamp;

/// Arguments by the full name of their property; nothing unsets it.
pub(crate) type Given = BTreeMap<&'static str, Option<String>>;

impl State {
    /// Adds an item; what it does not say is taken from `copy`.
    pub(crate) fn add(
        &mut self,
        menu: &'static Menu,
        given: &Given,
        copy: Option<u32>,
    ) -> Result<u32, Refusal> {
        let mut item = Item::new(0);
        if let Some(from) = copy {
            let from = self
                .item(menu.path, from)
                .ok_or_else(|| Refusal::new("no such item"))?;
            item.values = from.values.clone();
        }
        self.assign(menu, &mut item, given, false)?;
        self.demand(menu, &item, given)?;
        self.assign(menu, &mut item, given, true)?;
        derive(menu, &mut item, given);
        self.check(menu, &item, None)?;
        if menu.space == Space::Interface {
            let now = Val::Text(timestamp(self.started + self.uptime));
            item.defaults.insert("last-link-up-time", now);
        }
        if menu.path == "/ip/dhcp-server/lease" {
            item.values.insert("status", Val::text("waiting"));
            item.values.insert("last-seen", Val::text("never"));
            if self.version.minor >= 21 {
                item.values.insert("active-agent-circuit-id", Val::text(""));
                item.values.insert("active-agent-remote-id", Val::text(""));
            }
        }
        let id = self.insert(menu.path, item);
        self.settle();
        Ok(id)
    }

    /// Sets properties of an item.
    pub(crate) fn set(
        &mut self,
        menu: &'static Menu,
        id: u32,
        given: &Given,
    ) -> Result<(), Refusal> {
        let home = self
            .home_of(menu, id)
            .ok_or_else(|| Refusal::new("no such item"))?;
        let Some(old) = self.item(home.path, id) else {
            return Err(Refusal::new("no such item"));
        };
        let mut item = old.clone();
        self.assign(home, &mut item, given, false)?;
        if item.dynamic {
            return Err(Refusal::failure("can not change dynamic"));
        }
        self.assign(home, &mut item, given, true)?;
        derive(home, &mut item, given);
        self.check(home, &item, Some(id))?;
        if let Some(place) = self.item_mut(home.path, id) {
            *place = item;
        }
        self.settle();
        Ok(())
    }

    /// Removes an item; what refers to it keeps its id.
    pub(crate) fn remove(&mut self, menu: &'static Menu, id: u32) -> Result<(), Refusal> {
        let item = self
            .item(menu.path, id)
            .ok_or_else(|| Refusal::new("no such item"))?;
        if item.dynamic {
            return Err(Refusal::failure("can not change dynamic"));
        }
        if item.values.get("builtin") == Some(&Val::Bool(true)) {
            return Err(Refusal::unknown("removing a builtin item"));
        }
        self.table_mut(menu.path).retain(|item| item.id != id);
        self.settle();
        Ok(())
    }

    /// Moves an item in front of another one, or to the end.
    pub(crate) fn move_before(&mut self, menu: &'static Menu, id: u32, before: Option<u32>) {
        let table = self.table_mut(menu.path);
        let Some(from) = table.iter().position(|item| item.id == id) else {
            return;
        };
        let item = table.remove(from);
        let to = before
            .and_then(|before| table.iter().position(|item| item.id == before))
            .unwrap_or(table.len());
        table.insert(to, item);
    }

    /// Reads the values that are references, or those that are not.
    fn assign(
        &self,
        menu: &'static Menu,
        item: &mut Item,
        given: &Given,
        references: bool,
    ) -> Result<(), Refusal> {
        for (name, text) in given {
            let Some(prop) = menu.prop(name, self.version) else {
                if !references {
                    assign_common(item, name, text.as_deref())?;
                }
                continue;
            };
            if matches!(prop.ty, Type::Ref(_) | Type::RefOr(..) | Type::Refs(_)) != references {
                continue;
            }
            let clears = match text.as_deref() {
                None => true,
                Some("") => clearable(prop.ty, prop.mode),
                Some(_) => false,
            };
            if clears {
                if prop.mode == Mode::Required {
                    return Err(Refusal::unknown(format_args!("unsetting {name}")));
                }
                item.values.remove(prop.name);
                continue;
            }
            let value = read(self, prop, text.as_deref().unwrap_or_default())?;
            item.values.insert(prop.name, value);
        }
        Ok(())
    }

    /// Refuses an item that lacks what it must have.
    fn demand(&self, menu: &Menu, item: &Item, given: &Given) -> Result<(), Refusal> {
        let absent = |name: &str| !item.values.contains_key(name) && !given.contains_key(name);
        let missing: Vec<&str> = menu
            .props(self.version)
            .filter(|prop| prop.mode == Mode::Required && absent(prop.name))
            .map(|prop| prop.name)
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::new(format!(
                "Script Error: missing value(s) of argument(s) {}",
                missing.join(" ")
            )));
        }
        let chosen = menu
            .props(self.version)
            .find(|prop| prop.mode == Mode::Chosen && absent(prop.name));
        match chosen {
            Some(prop) => Err(Refusal::unknown(format_args!(
                "the {} that {} chooses by itself",
                prop.name, menu.path
            ))),
            None => Ok(()),
        }
    }
}

/// `comment` and `disabled`, which are no properties of a table of their own.
fn assign_common(item: &mut Item, name: &str, text: Option<&str>) -> Result<(), Refusal> {
    match (name, text) {
        ("comment", Some(text)) if !text.is_empty() => {
            item.values.insert("comment", Val::text(text));
        }
        ("comment", _) => {
            item.values.remove("comment");
        }
        ("disabled", text) => {
            let value = text
                .and_then(super::value::read_bool)
                .ok_or_else(|| Refusal::new("invalid value for argument disabled"))?;
            item.values.insert("disabled", Val::Bool(value));
        }
        _ => {}
    }
    Ok(())
}

/// Whether an empty value of this type means none.
const fn clearable(ty: Type, mode: Mode) -> bool {
    let list = matches!(
        ty,
        Type::Refs(_) | Type::Addresses | Type::Prefixes | Type::Words | Type::Text | Type::Bare
    );
    matches!(mode, Mode::Optional) || (list && !matches!(mode, Mode::Required))
}

/// Values that follow from others.
fn derive(menu: &Menu, item: &mut Item, given: &Given) {
    if menu.path != "/ip/address" || given.contains_key("network") {
        return;
    }
    let address = item.text("address").unwrap_or_default();
    let kept = item
        .text("network")
        .is_some_and(|_| !given.contains_key("address"));
    if let (false, Some((host, length))) = (kept, parse_interface(address)) {
        let network = mask(host, length);
        item.values
            .insert("network", Val::text(network.to_string()));
    }
}
