//! From what is declared and what is to the steps between them.

use super::after::after;
use super::find::matched;
use super::marker::{Marker, Origin};
use super::{Change, DiffError, Plan, Step, step};
use crate::desired::{Desired, Item};
use crate::row::{Row, State};
use crate::schema::Kind;
use crate::value::Value;

/// The properties of a bridge that decide what its ports let through; set
/// together, when everything else is there.
pub(crate) const CUT_OVER: [&str; 4] =
    ["vlan-filtering", "pvid", "frame-types", "ingress-filtering"];

/// What has to be done so that `state` is as declared. Pure; the second plan,
/// after the steps of the first, is empty.
///
/// # Errors
/// Where an item is there more than once, or cannot be made.
pub fn diff(desired: &Desired, state: &State) -> Result<Plan, DiffError> {
    let mut work = Work {
        desired,
        now: state.clone(),
        plan: Plan::default(),
    };
    for kind in Kind::settable().filter(|kind| *kind != Kind::Service) {
        let early = |name: &str| kind != Kind::Bridge || !CUT_OVER.contains(&name);
        work.kind(kind, &early)?;
    }
    for kind in Kind::settable().rev() {
        if desired.purge.contains(&kind) {
            work.purge(kind)?;
        }
    }
    work.kind(Kind::Bridge, &|name| CUT_OVER.contains(&name))?;
    // Services decide who may connect at all.
    work.kind(Kind::Service, &|_| true)?;
    work.notes();
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

    fn kind(&mut self, kind: Kind, wanted: &dyn Fn(&str) -> bool) -> Result<(), DiffError> {
        let desired = self.desired;
        for (item, place) in matched(&desired.owner, desired.of(kind), kind, &self.now)? {
            // Rows only come in at the end, so that places stay true.
            let row = place
                .and_then(|place| self.now.of(kind).get(place))
                .cloned();
            let made = match row {
                Some(row) => self.set(item, &row, wanted),
                None if kind.menu().singleton => self.set(item, &Row::new(kind), wanted),
                None if kind.menu().can_add => Some(self.add(item, wanted)),
                None => {
                    return Err(DiffError::Absent {
                        kind,
                        key: item.key(),
                        line: item.line,
                    });
                }
            };
            if let Some(step) = made {
                self.take(step);
            }
        }
        Ok(())
    }

    fn add(&self, item: &Item, wanted: &dyn Fn(&str) -> bool) -> Step {
        let menu = item.kind.menu();
        let keys = menu.keys.iter().copied();
        let others = item.values.keys().map(String::as_str);
        let others = others.filter(|name| !menu.keys.contains(name) && *name != "comment");
        let mut values = Vec::new();
        for name in keys.chain(others.filter(|name| wanted(name))) {
            if let Some(value) = item.get(name).filter(|value| !value.is_unset()) {
                values.push((name.to_owned(), value.clone()));
            }
        }
        if item.kind.attribute("comment").is_some() {
            let marker = Marker {
                origin: Origin::Made,
                text: item.text("comment"),
            };
            let comment = Value::Text(marker.write(&self.desired.owner));
            values.push(("comment".to_owned(), comment));
        }
        step::add(item.kind, values)
    }

    fn set(&self, item: &Item, row: &Row, wanted: &dyn Fn(&str) -> bool) -> Option<Step> {
        let wanted = |name: &&String| *name != "comment" && wanted(name);
        let declared = item.values.iter().filter(|(name, _)| wanted(name));
        let mut changes: Vec<Change> = declared
            .filter_map(|(name, value)| step::change(row, name, value))
            .collect();
        let from = item
            .adopt
            .as_deref()
            .filter(|from| row.text("name") == *from && item.text("name") != *from);
        let comment = self.comment(item, row, from, !changes.is_empty());
        if let Some(comment) = comment {
            changes.extend(step::change(row, "comment", &Value::Text(comment)));
        }
        (!changes.is_empty()).then(|| step::set(row, changes, from))
    }

    /// The comment that an item gets which is there already; `None` where it
    /// stays the user's own.
    fn comment(&self, item: &Item, row: &Row, from: Option<&str>, changed: bool) -> Option<String> {
        item.kind.attribute("comment")?;
        let owner = &self.desired.owner;
        let declared = item.get("comment").map(ToString::to_string);
        let comment = row.comment();
        let marker = Marker::read(owner, &comment);
        let text = |marker: Option<&Marker>| match (&declared, marker) {
            (Some(text), _) => text.clone(),
            (None, Some(marker)) => marker.text.clone(),
            (None, None) => String::new(),
        };
        let text = text(marker.as_ref());
        let origin = match (marker, from) {
            (None | Some(_), Some(name)) => Origin::Adopted {
                name: name.to_owned(),
                comment,
            },
            (Some(marker), None) => marker.origin,
            (None, None) if !changed && declared.is_none_or(|text| text == comment) => {
                return None;
            }
            (None, None) if comment.is_empty() && !item.kind.menu().can_add => Origin::Made,
            (None, None) => Origin::Changed { comment },
        };
        Some(Marker { origin, text }.write(owner))
    }

    /// Removes what the file does not declare. What the device did not call
    /// static is left alone.
    fn purge(&mut self, kind: Kind) -> Result<(), DiffError> {
        let desired = self.desired;
        let kept: Vec<usize> = matched(&desired.owner, desired.of(kind), kind, &self.now)?
            .into_iter()
            .filter_map(|(_, place)| place)
            .collect();
        let told = kind.menu().flags.contains(&"dynamic");
        for (place, row) in self.now.of(kind).to_vec().iter().enumerate() {
            let known = !told || row.flags.dynamic == Some(false);
            if !kept.contains(&place) && known {
                self.take(step::remove(row));
            }
        }
        Ok(())
    }

    fn notes(&mut self) {
        for item in &self.desired.items {
            let Some(adopt) = item.adopt.as_deref() else {
                continue;
            };
            if self
                .now
                .of(item.kind)
                .iter()
                .any(|row| row.text("name") == adopt)
            {
                self.plan.warnings.push(format!(
                    "{} {adopt:?} is left alone, since {:?} is there already",
                    item.kind,
                    item.text("name")
                ));
            }
        }
        let mut unmarked: Vec<&str> = self
            .plan
            .steps
            .iter()
            .map(|step| step.kind)
            .filter(|kind| kind.attribute("comment").is_none())
            .map(Kind::name)
            .collect();
        unmarked.dedup();
        if !unmarked.is_empty() {
            self.plan.warnings.push(format!(
                "{}: without comments, so cleanup does not set them back",
                unmarked.join(", ")
            ));
        }
    }
}
