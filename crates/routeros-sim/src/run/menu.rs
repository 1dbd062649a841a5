//! Commands of menus.

use std::collections::BTreeMap;

use super::{Done, Run, Value};
use crate::lang::{ArgValue, Command};
use crate::menu::Menu;
use crate::state::{Given, Refusal, Val};

/// Arguments by name; nothing unsets, and a flag is empty text.
pub(super) type Args = BTreeMap<&'static str, Option<Value>>;

impl Run<'_> {
    pub(super) fn command(&mut self, command: &Command) -> Done<Value> {
        let args = self.args(command)?;
        match (command.verb, command.menu) {
            ("export", _) => self.export(command, &args),
            ("import", None) => self.import(&args),
            ("find", Some(menu)) => {
                let ids = self.select(menu, command.filter.as_ref())?;
                let ids = ids.into_iter().map(|id| self.id(id)).collect();
                Ok(Value::List(ids))
            }
            ("print", Some(menu)) => self.print(menu, command, &args),
            ("get", Some(menu)) => self.get(menu, &args),
            ("add", Some(menu)) => self.add(menu, &args),
            ("set" | "comment" | "enable" | "disable" | "remove", Some(menu)) => {
                self.change(menu, command.verb, args)
            }
            ("move", Some(menu)) => self.move_items(menu, &args),
            ("info" | "warning" | "error" | "debug", Some(menu)) if menu.path == "/log" => {
                let message = text_of(&args, "message").unwrap_or_default();
                self.device
                    .log(&format!("script,{}", command.verb), &message);
                Ok(Value::Nothing)
            }
            (verb, _) => {
                let texts = args
                    .iter()
                    .map(|(name, value)| {
                        (
                            *name,
                            value.as_ref().map(Value::argument).unwrap_or_default(),
                        )
                    })
                    .collect();
                self.outside(&command.path, verb, &texts)
            }
        }
    }

    fn args(&mut self, command: &Command) -> Done<Args> {
        let mut args = Args::new();
        for arg in &command.args {
            let value = match &arg.value {
                ArgValue::Unset => None,
                ArgValue::Flag => Some(Value::text("")),
                ArgValue::Given(expr) if is_target(arg.name) => Some(match expr {
                    crate::lang::Expr::Bare(text) => Value::text(text.as_str()),
                    other => self.eval(other)?,
                }),
                ArgValue::Given(expr) => Some(Value::Text(self.argument(expr)?)),
            };
            args.insert(arg.name, value);
        }
        Ok(args)
    }

    pub(super) fn id(&self, id: u32) -> Value {
        Value::Id(id, self.device.state.version.id_text(id))
    }

    fn add(&mut self, menu: &'static Menu, args: &Args) -> Done<Value> {
        let copy = self.one(menu, args, "copy-from")?;
        let before = match args.get("place-before") {
            None => None,
            Some(_) => Some(self.one(menu, args, "place-before").map_err(|_| {
                Refusal::new("item referred by 'place-before' does not exist (11)")
            })?),
        };
        let id = self.device.state.add(menu, &given(args), copy)?;
        if let Some(before) = before {
            self.device.state.move_before(menu, id, before);
        }
        self.own(menu, id);
        self.note_restart(menu, args);
        Ok(self.id(id))
    }

    /// Notes who made an item that runs as its maker.
    fn own(&mut self, menu: &'static Menu, id: u32) {
        let owned = menu.props.iter().any(|prop| prop.name == "owner");
        let user = Val::text(&*self.session.user);
        if let Some(item) = self.device.state.item_mut(menu.path, id).filter(|_| owned) {
            item.values.insert("owner", user);
        }
    }

    fn change(&mut self, menu: &'static Menu, verb: &str, mut args: Args) -> Done<Value> {
        let targets = if menu.singleton() {
            vec![0]
        } else {
            match args.remove("numbers").flatten() {
                Some(targets) => self.targets(menu, &targets)?,
                None => {
                    return Err(Refusal::new(
                        "Script Error: missing value(s) of argument(s) numbers",
                    )
                    .into());
                }
            }
        };
        match verb {
            "enable" => drop(args.insert("disabled", Some(Value::text("no")))),
            "disable" => drop(args.insert("disabled", Some(Value::text("yes")))),
            _ => {}
        }
        let given = given(&args);
        for id in targets {
            if verb == "remove" {
                self.remove(menu, id)?;
            } else if menu.path == "/file" {
                self.set_file(id, &given)?;
            } else {
                self.device.state.set(menu, id, &given)?;
                self.note_restart(menu, &args);
            }
        }
        Ok(Value::Nothing)
    }

    fn remove(&mut self, menu: &'static Menu, id: u32) -> Done<()> {
        match menu.path {
            "/file" => self.remove_file(id),
            _ => Ok(self.device.state.remove(menu, id)?),
        }
    }

    fn move_items(&mut self, menu: &'static Menu, args: &Args) -> Done<Value> {
        let moved = match args.get("numbers").cloned().flatten() {
            Some(targets) => self.targets(menu, &targets)?,
            None => Vec::new(),
        };
        let before = self.one(menu, args, "destination")?;
        for id in moved {
            self.device.state.move_before(menu, id, before);
        }
        Ok(Value::Nothing)
    }

    /// Some settings take the ports down for a moment.
    fn note_restart(&mut self, menu: &Menu, args: &Args) {
        let names: &[&str] = match menu.path {
            "/interface/bridge" => &[
                "vlan-filtering",
                "protocol-mode",
                "igmp-snooping",
                "dhcp-snooping",
            ],
            "/interface/ethernet" => &["l2mtu", "rx-flow-control", "tx-flow-control"],
            _ => &[],
        };
        if names.iter().any(|name| args.contains_key(name)) {
            self.device.events.push(crate::device::Event::PortsRestart);
        }
    }
}

fn is_target(name: &str) -> bool {
    matches!(
        name,
        "numbers" | "number" | "copy-from" | "place-before" | "destination"
    )
}

pub(super) fn text_of(args: &Args, name: &str) -> Option<String> {
    args.get(name)?.as_ref().map(Value::argument)
}

/// The arguments that are properties.
fn given(args: &Args) -> Given {
    args.iter()
        .filter(|(name, _)| !is_target(name))
        .map(|(name, value)| (*name, value.as_ref().map(Value::argument)))
        .collect()
}
