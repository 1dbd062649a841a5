//! Which items a command means: by number, name, id, or as `find` gave them.

use super::menu::Args;
use super::{Done, Run, Value};
use crate::menu::Menu;
use crate::state::{Refusal, parse_id};

impl Run<'_> {
    /// The ids of the items that a command means; none is no error.
    pub(super) fn targets(&self, menu: &'static Menu, value: &Value) -> Done<Vec<u32>> {
        match value {
            Value::Id(id, _) => self.existing(menu, *id).map(|id| vec![id]),
            Value::List(list) => {
                let mut ids = Vec::new();
                for value in list {
                    ids.extend(self.targets(menu, value)?);
                }
                Ok(ids)
            }
            Value::Nothing => Err(Refusal::unknown("nothing as a target").into()),
            other => {
                let text = other.put();
                // A name that holds a comma is still one name.
                if let Ok(id) = self.by_text(menu, &text) {
                    return Ok(vec![id]);
                }
                let parts = text.split(',').filter(|part| !part.is_empty());
                parts.map(|part| self.by_text(menu, part)).collect()
            }
        }
    }

    /// The one item that an argument means, where it is given.
    pub(super) fn one(&self, menu: &'static Menu, args: &Args, name: &str) -> Done<Option<u32>> {
        let Some(value) = args.get(name).and_then(Option::as_ref) else {
            return Ok(None);
        };
        match self.targets(menu, value)?.as_slice() {
            [one] => Ok(Some(*one)),
            [] => Err(no_such_item()),
            _ => Err(Refusal::unknown(format_args!("several items for {name}")).into()),
        }
    }

    fn by_text(&self, menu: &'static Menu, text: &str) -> Done<u32> {
        if let Some(id) = parse_id(text) {
            return self.existing(menu, id);
        }
        let listed = self.device.state.listed(menu);
        if menu.key.is_some() {
            let named = listed.iter().find(|item| item.text("name") == Some(text));
            if let Some(item) = named {
                return Ok(item.id);
            }
        }
        if menu.path == "/ip/service" && text == "reverse-proxy" {
            return Err(Refusal::unknown("the service reverse-proxy of newer versions").into());
        }
        let Ok(number) = text.parse::<usize>() else {
            return Err(no_such_item());
        };
        let shown = self.device.numbers.get(menu.path);
        match shown.and_then(|numbers| numbers.get(number)) {
            Some(id) => self.existing(menu, *id),
            // Numbers that no print has given are places in the table.
            None => listed
                .get(number)
                .map(|item| item.id)
                .ok_or_else(no_such_item),
        }
    }

    fn existing(&self, menu: &'static Menu, id: u32) -> Done<u32> {
        let listed = self.device.state.listed(menu);
        listed
            .iter()
            .any(|item| item.id == id)
            .then_some(id)
            .ok_or_else(no_such_item)
    }
}

fn no_such_item() -> super::Stop {
    Refusal::new("no such item").into()
}
