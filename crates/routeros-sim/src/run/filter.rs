//! Which items `where` and `find` mean.

use super::{Done, Run, Value, pattern};
use crate::lang::{Expr, Op};
use crate::menu::{Menu, Type};
use crate::state::{Item, Refusal, Val, contains, parse_address, read, read_bool};

/// What an item has under a name.
enum Field {
    /// A flag that is up or not.
    Flag(bool),
    Value(&'static crate::menu::Prop, Val),
    Text(String),
    /// The item does not have it.
    Absent,
    /// No item has it.
    NoSuch,
}

impl Run<'_> {
    /// The ids of the items that a filter lets through, in the order of the table.
    pub(super) fn select(&mut self, menu: &'static Menu, filter: Option<&Expr>) -> Done<Vec<u32>> {
        let listed: Vec<Item> = self
            .device
            .state
            .listed(menu)
            .into_iter()
            .cloned()
            .collect();
        let mut ids = Vec::new();
        for item in &listed {
            let wanted = match filter {
                None => true,
                Some(filter) => self.holds(filter, menu, item)?,
            };
            if wanted {
                ids.push(item.id);
            }
        }
        Ok(ids)
    }

    fn holds(&mut self, filter: &Expr, menu: &'static Menu, item: &Item) -> Done<bool> {
        match filter {
            Expr::Binary(Op::And, left, right) => {
                Ok(self.holds(left, menu, item)? && self.holds(right, menu, item)?)
            }
            Expr::Binary(Op::Or, left, right) => {
                Ok(self.holds(left, menu, item)? || self.holds(right, menu, item)?)
            }
            Expr::Not(inner) => Ok(!self.holds(inner, menu, item)?),
            Expr::Binary(op, left, right) => match left.as_ref() {
                Expr::Prop(name) => {
                    let field = self.field(menu, item, name);
                    let wanted = match right.as_ref() {
                        Expr::Bare(text) => Value::text(text.as_str()),
                        other => self.eval(other)?,
                    };
                    self.compare(*op, &field, &wanted)
                }
                _ => self.truth_of(filter),
            },
            Expr::Prop(name) => match self.field(menu, item, name) {
                Field::Flag(up) | Field::Value(_, Val::Bool(up)) => Ok(up),
                _ => Err(Refusal::unknown(format_args!("{name} as a condition")).into()),
            },
            other => self.truth_of(other),
        }
    }

    fn truth_of(&mut self, expr: &Expr) -> Done<bool> {
        let value = self.eval(expr)?;
        let truth = value.truth();
        truth.ok_or_else(|| Refusal::unknown("a condition that is neither yes nor no").into())
    }

    fn field(&self, menu: &'static Menu, item: &Item, name: &str) -> Field {
        let state = &self.device.state;
        if name == ".id" {
            return Field::Text(state.version.id_text(item.id));
        }
        if menu.has_flag(name) || name == "disabled" && menu.can_disable {
            return Field::Flag(state.flag(menu, item, name));
        }
        if name == "comment" && menu.can_comment {
            return Field::Text(item.text("comment").unwrap_or_default().to_owned());
        }
        match menu.prop(name, state.version) {
            None => Field::NoSuch,
            Some(prop) => match state.shown_value(menu, item, prop) {
                Some(value) => Field::Value(prop, value),
                None => Field::Absent,
            },
        }
    }

    fn compare(&self, op: Op, field: &Field, wanted: &Value) -> Done<bool> {
        let text = wanted.argument();
        match field {
            Field::NoSuch if op == Op::Equal => Ok(false),
            Field::NoSuch => Err(Refusal::unknown("comparing with a property that is none").into()),
            Field::Absent => Ok(match op {
                Op::Equal => text.is_empty(),
                Op::NotEqual => !text.is_empty(),
                _ => false,
            }),
            Field::Flag(up) => match (op, read_bool(&text)) {
                (Op::Equal, Some(wanted)) => Ok(*up == wanted),
                (Op::NotEqual, Some(wanted)) => Ok(*up != wanted),
                _ => Err(Refusal::unknown("comparing a flag with something else").into()),
            },
            Field::Text(own) => texts(op, own, &text),
            Field::Value(prop, own) => {
                let state = &self.device.state;
                let plain = state.text(own);
                let as_text = matches!(prop.ty, Type::Mac | Type::Text | Type::Bare)
                    || matches!(op, Op::Matches | Op::In);
                match read(state, prop, &text) {
                    Ok(wanted) if !as_text => values(op, own, &wanted),
                    _ => texts(op, &plain, &text),
                }
            }
        }
    }
}

fn values(op: Op, own: &Val, wanted: &Val) -> Done<bool> {
    Ok(match (op, own, wanted) {
        (Op::Equal, _, _) => own == wanted,
        (Op::NotEqual, _, _) => own != wanted,
        (_, Val::Number(_), Val::Number(_)) | (_, Val::Seconds(_), Val::Seconds(_)) => {
            ordered(op, own.cmp(wanted))
        }
        (_, Val::Text(own), Val::Text(wanted)) => return texts(op, own, wanted),
        _ => return Err(Refusal::unknown("the order of such values").into()),
    })
}

fn texts(op: Op, own: &str, wanted: &str) -> Done<bool> {
    match op {
        Op::Equal => Ok(own == wanted),
        Op::NotEqual => Ok(own != wanted),
        Op::Matches => Ok(pattern::matches(wanted, own)?),
        Op::In => contains(wanted, own)
            .ok_or_else(|| Refusal::unknown("in with something that is no network").into()),
        _ => match (parse_address(own), parse_address(wanted)) {
            (Some(own), Some(wanted)) => Ok(ordered(op, own.cmp(&wanted))),
            _ => Err(Refusal::unknown("the order of texts").into()),
        },
    }
}

fn ordered(op: Op, order: std::cmp::Ordering) -> bool {
    match op {
        Op::Less => order.is_lt(),
        Op::Greater => order.is_gt(),
        Op::LessEqual => order.is_le(),
        Op::GreaterEqual => order.is_ge(),
        _ => false,
    }
}
