//! `print` and `get`.

use super::menu::{Args, text_of};
use super::{Done, Run, Stop, Value};
use crate::Version;
use crate::lang::Command;
use crate::menu::{Menu, Mode, Prop, When};
use crate::print::cell::text;
use crate::print::value::{Which, get, records};
use crate::print::{Form, Look, Options, print};
use crate::state::{Purpose, Refusal};
use crate::view::{Cell, Layout, Property, Row, View};

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
            if self.brackets == 0 {
                return Ok(Value::Nothing);
            }
            let purpose = if names.is_some() {
                Purpose::Get
            } else {
                Purpose::Print
            };
            let items: Vec<(Option<usize>, u32)> = ids.iter().map(|id| (None, *id)).collect();
            let view = self.device.state.view(menu, &items, purpose);
            let which = match &names {
                Some(names) => Which::Named(names),
                None if !menu.records => return Err(unknown_records(menu)),
                None if flag("detail") || menu.singleton() => Which::Detail,
                None => return Err(Refusal::unknown("as-value without detail").into()),
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
        if names.is_some() {
            return Err(Refusal::unknown("proplist without as-value").into());
        }
        let options = form(args)?;
        let items = self.number(menu, &ids, command.filter.is_none());
        let mut view = self.device.state.view(menu, &items, Purpose::Print);
        let known = options.count_only
            || is_known(menu, &view, options.form, version) && shorten_sizes(&mut view);
        if !known {
            let path = menu.path;
            return Err(
                Refusal::unknown(format_args!("how this of {path} looks in {version}")).into(),
            );
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
            return match menu.records || self.brackets == 0 {
                true => Ok(Value::Record(record)),
                false => Err(unknown_records(menu)),
            };
        };
        self.known_value(menu, &name)?;
        if name == ".id" {
            return Ok(self.id(id));
        }
        match (record.get(&name), menu.prop(&name, version)) {
            (Some(cell), _) => Ok(Value::of_cell(cell)),
            // A device always knows these; this one does not.
            (None, Some(prop)) if prop.mode == Mode::Computed && !menu.records => {
                Err(Refusal::unknown(format_args!("{name} of this {}", menu.path)).into())
            }
            (None, _) => Ok(Value::Nothing),
        }
    }
}

fn unknown_records(menu: &Menu) -> Stop {
    Refusal::unknown(format_args!("whole records of {}", menu.path)).into()
}

/// Whether it is known how a real device shows this.
fn is_known(menu: &Menu, view: &View, form: Form, version: Version) -> bool {
    if view.rows.is_empty() && view.layout != Layout::Singleton {
        return version.minor == EMPTY;
    }
    let Some(look) = Look::of(form, view.layout) else {
        return false;
    };
    let odd = |row: &Row| {
        is_odd(view.path)(row) || look != Look::Table && row.properties.iter().any(is_rare(menu))
    };
    menu.was_seen(look, version) && !view.rows.iter().any(odd)
}

/// Whether a property is shown only by some items, none of which was seen: its place is not known.
fn is_rare(menu: &Menu) -> impl Fn(&Property) -> bool {
    const SEEN: &[&str] = &["dns-server", "gateway", "network", "vrf"];
    |property| {
        let prop = menu.props.iter().find(|prop| prop.name == property.name);
        let some = |prop: &Prop| prop.mode == Mode::Optional || prop.when != When::Always;
        prop.is_some_and(some) && !SEEN.contains(&property.name)
    }
}

/// The minor version in which nothing was seen to be printed.
const EMPTY: u8 = 16;

/// Whether an item has something without which items of its menu were always seen.
fn is_odd(path: &str) -> impl Fn(&Row) -> bool {
    let (with, without): (&[&str], &[&str]) = match path {
        "/interface/ethernet" => (&["disabled", "slave"], &[]),
        "/ip/dhcp-server/lease" => (&["disabled", "radius", "blocked"], &[]),
        "/ip/dhcp-server/network" => (&["domain", "wins-server"], &[]),
        "/user" => (&["disabled", "expired"], &[]),
        "/file" => (&[], &["type"]),
        "/system/package" => (&[], &["size"]),
        "/system/resource" => (&[], &["free-memory"]),
        _ => (&[], &[]),
    };
    let has = |row: &Row, name: &&str| {
        let filled = |cell: &Cell| !text(cell).is_empty();
        row.flags.contains(name) || row.get(name).is_some_and(filled)
    };
    move |row| with.iter().any(|name| has(row, name)) || !without.iter().all(|name| has(row, name))
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
