//! Taking back what the tool did.

use super::after::after;
use super::find::{matched, value_of};
use super::marker::{Marker, Origin};
use super::{CUT_OVER, Change, DiffError, Plan, Step, step};
use crate::desired::{Desired, Item, default_of};
use crate::row::{Row, State};
use crate::schema::Kind;
use crate::value::{Type, Value};

/// What has to be done so that nothing with the owner's mark is left: what was
/// made is removed, what was changed gets its comment and name back and the
/// defaults of the declared properties. Nothing without the mark is touched.
/// A file that declares nothing but its owner gives back names and comments
/// alone.
///
/// # Errors
/// Where a declared item is there more than once.
pub fn cleanup(desired: &Desired, state: &State) -> Result<Plan, DiffError> {
    let mut work = Work {
        desired,
        now: state.clone(),
        plan: Plan::default(),
    };
    work.kind(Kind::Bridge, &|name| CUT_OVER.contains(&name), false)?;
    for kind in Kind::settable().rev() {
        let early = |name: &str| kind != Kind::Bridge || !CUT_OVER.contains(&name);
        work.kind(kind, &early, true)?;
    }
    Ok(work.plan)
}

struct Work<'a> {
    desired: &'a Desired,
    now: State,
    plan: Plan,
}

impl Work<'_> {
    fn take(&mut self, step: Step) {
        self.now = after(&self.now, &step);
        self.plan.steps.push(step);
    }

    /// With `whole`, items that were made are removed and names and comments
    /// given back; else only properties.
    fn kind(
        &mut self,
        kind: Kind,
        wanted: &dyn Fn(&str) -> bool,
        whole: bool,
    ) -> Result<(), DiffError> {
        let desired = self.desired;
        if kind.attribute("comment").is_none() {
            return Ok(());
        }
        let declared = matched(&desired.owner, desired.of(kind), kind, &self.now)?;
        for (place, row) in self.now.of(kind).to_vec().iter().enumerate() {
            let Some(marker) = Marker::read(&desired.owner, &row.comment()) else {
                continue;
            };
            let item = declared
                .iter()
                .find(|(_, found)| *found == Some(place))
                .map(|(item, _)| *item);
            if row.is_dynamic() {
                continue;
            }
            if marker.origin == Origin::Made && kind.menu().can_add {
                if whole {
                    self.take(step::remove(row));
                }
                continue;
            }
            let mut changes = self.defaults(item, row, wanted);
            if whole {
                changes.extend(given_back(row, &marker));
            }
            if !changes.is_empty() {
                self.take(step::set(row, changes, None));
            }
        }
        Ok(())
    }

    fn defaults(
        &mut self,
        item: Option<&Item>,
        row: &Row,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        let declared = item.into_iter().flat_map(|item| item.values.keys());
        for name in declared {
            let key = row.kind.menu().keys.contains(&name.as_str());
            if key || name == "comment" || !wanted(name) {
                continue;
            }
            match default(row.kind, name) {
                Some(value) => changes.extend(step::change(row, name, &value)),
                None if self.is_given_back(&value_of(row, name)) => {}
                None => self.plan.warnings.push(format!(
                    "{} {}: {name} has no default and stays {}",
                    row.kind,
                    row.key(),
                    value_of(row, name)
                )),
            }
        }
        changes
    }

    /// Whether this is the name of an item that gets its own name back, which
    /// everything that refers to it follows.
    fn is_given_back(&self, name: &Value) -> bool {
        let name = name.to_string();
        let adopted = |row: &&Row| {
            let marker = Marker::read(&self.desired.owner, &row.comment());
            matches!(
                marker,
                Some(Marker {
                    origin: Origin::Adopted { .. },
                    ..
                })
            )
        };
        let rows = self.now.rows.values().flatten();
        rows.filter(adopted).any(|row| row.text("name") == name)
    }
}

/// What a property is where nobody set it. What can be left empty is.
fn default(kind: Kind, name: &str) -> Option<Value> {
    let attribute = kind.attribute(name)?;
    let empty = matches!(attribute.kind, Type::Text | Type::List | Type::Set(_));
    default_of(attribute).or_else(|| (empty && name != "name").then_some(Value::Unset))
}

/// The name and the comment that an item had.
fn given_back(row: &Row, marker: &Marker) -> Vec<Change> {
    let (name, comment) = match &marker.origin {
        Origin::Made => (None, ""),
        Origin::Changed { comment } => (None, comment.as_str()),
        Origin::Adopted { name, comment } => (Some(name.as_str()), comment.as_str()),
    };
    let text = |text: &str| match text {
        "" => Value::Unset,
        text => Value::Text(text.to_owned()),
    };
    let name = name.and_then(|name| step::change(row, "name", &text(name)));
    let comment = step::change(row, "comment", &text(comment));
    name.into_iter().chain(comment).collect()
}
