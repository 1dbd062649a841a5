//! `print` and `get`.

use super::menu::{Args, text_of};
use super::{Done, Run, Value};
use crate::lang::Command;
use crate::menu::Menu;
use crate::print::cell::text;
use crate::print::value::{Which, get, records};
use crate::print::{Form, Options, print};
use crate::state::{Purpose, Refusal};
use crate::view::{Cell, Layout, Row, View};

impl Run<'_> {
    pub(super) fn print(
        &mut self,
        menu: &'static Menu,
        command: &Command,
        args: &Args,
    ) -> Done<Value> {
        let ids = self.select(menu, command.filter.as_ref())?;
        let version = self.device.state.version;
        let flag = |name: &str| args.contains_key(name);
        let names = text_of(args, "proplist");
        let names: Option<Vec<&str>> = names.as_deref().map(|names| names.split(',').collect());
        for name in names.iter().flatten() {
            self.known_value(menu, name)?;
        }
        if flag("as-value") {
            let purpose = if names.is_some() {
                Purpose::Get
            } else {
                Purpose::Print
            };
            let items: Vec<(Option<usize>, u32)> = ids.iter().map(|id| (None, *id)).collect();
            let view = self.device.state.view(menu, &items, purpose);
            let which = match &names {
                Some(names) => Which::Named(names),
                None if flag("detail") || menu.columns.is_empty() => Which::Detail,
                None => Which::Columns,
            };
            let mut records = records(&view, which, version);
            return Ok(if menu.singleton() {
                records.pop().map_or(Value::Nothing, Value::Record)
            } else {
                Value::Records(records)
            });
        }
        if self.brackets > 0 {
            return Err(Refusal::unknown("print without as-value in brackets").into());
        }
        let items = self.number(menu, &ids, command.filter.is_none());
        let mut view = self.device.state.view(menu, &items, Purpose::Print);
        if names.is_some() {
            return Err(Refusal::unknown("proplist without as-value").into());
        }
        let options = form(args)?;
        let unseen = never_seen(&view, options.form) || !shorten_sizes(&mut view);
        if unseen && !options.count_only {
            return Err(Refusal::unknown(format_args!("how {} looks", menu.path)).into());
        }
        self.out.push_str(&print(&view, options, version));
        Ok(Value::Nothing)
    }

    /// Numbers as this session sees them: an item keeps the number that it was first shown with,
    /// and a `print` of everything counts anew.
    fn number(&mut self, menu: &'static Menu, ids: &[u32], all: bool) -> Vec<(Option<usize>, u32)> {
        let numbers = self.device.numbers.entry(menu.path).or_default();
        if all {
            numbers.clear();
        }
        ids.iter()
            .map(|id| {
                let known = numbers.iter().position(|known| known == id);
                let number = known.unwrap_or_else(|| {
                    numbers.push(*id);
                    numbers.len() - 1
                });
                (Some(number), *id)
            })
            .collect()
    }

    /// Refuses the name of a value that items of a menu cannot have.
    fn known_value(&self, menu: &'static Menu, name: &str) -> Done<()> {
        let common = name == ".id"
            || name == "comment" && menu.can_comment
            || name == "disabled" && menu.can_disable
            || menu.has_flag(name)
            || menu.prop(name, self.device.state.version).is_some();
        if common {
            return Ok(());
        }
        if menu.others.contains(&name) {
            return Err(Refusal::unknown(format_args!("{name} of {}", menu.path)).into());
        }
        Err(Refusal::new("input does not match any value of value-name").into())
    }

    pub(super) fn get(&mut self, menu: &'static Menu, args: &Args) -> Done<Value> {
        let id = if menu.singleton() {
            0
        } else {
            self.one(menu, args, "number")?
                .ok_or_else(|| Refusal::new("no such item"))?
        };
        let version = self.device.state.version;
        let name = text_of(args, "value-name");
        // A whole record leaves out what print would; by its name everything can be had.
        let purpose = match name {
            None => Purpose::Print,
            Some(_) => Purpose::Get,
        };
        let view: View = self.device.state.view(menu, &[(None, id)], purpose);
        let Some(row) = view.rows.first() else {
            return Err(Refusal::new("no such item").into());
        };
        let mut record = get(&view, row, version);
        if menu.can_disable {
            let disabled = row.flags.contains(&"disabled");
            record.insert("disabled".into(), Cell::Bool(disabled));
        }
        let Some(name) = name else {
            return Ok(Value::Record(record));
        };
        self.known_value(menu, &name)?;
        if name == ".id" {
            return Ok(self.id(id));
        }
        Ok(record.get(&name).map_or(Value::Nothing, Value::of_cell))
    }
}

/// Whether nobody knows how a real device shows this.
fn never_seen(view: &View, form: Form) -> bool {
    let with = |names: &[&str]| {
        let of_row = |row: &Row| {
            names.iter().any(|name| {
                row.flags.contains(name) || row.get(name).is_some_and(|cell| !text(cell).is_empty())
            })
        };
        view.rows.iter().any(of_row)
    };
    let unseen = match view.path {
        "/system/device-mode"
        | "/system/routerboard"
        | "/system/note"
        | "/ip/neighbor/discovery-settings" => true,
        // Of its flags only dynamic was seen, and never the legend of all.
        "/ip/dhcp-server/lease" if form == Form::Detail => return true,
        "/ip/dhcp-server/lease" => with(&["disabled", "radius", "blocked"]),
        "/ip/dhcp-server/network" if matches!(form, Form::Own | Form::Brief) => {
            with(&["wins-server", "domain"])
        }
        _ => view.layout == Layout::Table && view.columns.is_empty(),
    };
    unseen && !view.rows.is_empty()
}

/// Sizes of files are shown in units that suit them, and scripts see bytes; how less than 1 KiB is
/// shown is not known.
fn shorten_sizes(view: &mut View) -> bool {
    let properties = view.rows.iter_mut().flat_map(|row| &mut row.properties);
    for property in properties.filter(|property| property.name == "size") {
        let Cell::Number(bytes) = property.value else {
            continue;
        };
        let tenths = bytes * 10 / 1024;
        let (tenths, unit) = match tenths {
            ..10 => return false,
            10240.. => (tenths / 1024, "MiB"),
            _ => (tenths, "KiB"),
        };
        property.value = Cell::Bare(format!("{}.{}{unit}", tenths / 10, tenths % 10));
    }
    true
}

fn form(args: &Args) -> Done<Options> {
    let forms: Vec<Form> = [
        ("brief", Form::Brief),
        ("detail", Form::Detail),
        ("terse", Form::Terse),
        ("value-list", Form::ValueList),
    ]
    .into_iter()
    .filter(|(name, _)| args.contains_key(name))
    .map(|(_, form)| form)
    .collect();
    let form = match forms[..] {
        [] => Form::Own,
        [form] => form,
        _ => return Err(Refusal::unknown("several forms of print at once").into()),
    };
    Ok(Options {
        form,
        count_only: args.contains_key("count-only"),
        show_ids: args.contains_key("show-ids"),
    })
}
