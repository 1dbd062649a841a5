//! What a device holds after a command, as far as the declared kinds go.

use super::Step;
use super::find::value_of;
use crate::command::{Command, Target, Verb};
use crate::row::{Row, State};
use crate::schema::Kind;
use crate::value::{Type, Value};

/// The state after a step.
#[must_use]
pub fn after(state: &State, step: &Step) -> State {
    after_command(state, &step.command)
}

/// The state after a command. A target that matches nothing leaves the state
/// as it is, as on the device.
#[must_use]
pub fn after_command(state: &State, command: &Command) -> State {
    let mut state = state.clone();
    let kind = command.kind();
    match command.verb() {
        Verb::Add => {
            let mut row = Row::new(kind);
            row.flags.dynamic = Some(false);
            row.flags.disabled = Some(false);
            assign(&mut row, command.arguments());
            state.rows.entry(kind).or_default().push(row);
        }
        Verb::Remove => {
            if let Some(rows) = state.rows.get_mut(&kind) {
                rows.retain(|row| !is_target(row, command.target()));
            }
        }
        Verb::Set => set(&mut state, command),
    }
    state
}

fn set(state: &mut State, command: &Command) {
    let rows = state.rows.entry(command.kind()).or_default();
    if rows.is_empty() && *command.target() == Target::Singleton {
        rows.push(Row::new(command.kind()));
    }
    let mut renamed = Vec::new();
    for row in rows {
        if is_target(row, command.target()) {
            let old = row.text("name");
            assign(row, command.arguments());
            if row.text("name") != old {
                renamed.push((old, row.text("name")));
            }
        }
    }
    for (old, new) in renamed {
        rename(state, command.kind(), &old, &new);
    }
}

fn assign(row: &mut Row, arguments: &[(String, Value)]) {
    for (name, value) in arguments {
        row.unknown.remove(name);
        row.values.insert(name.clone(), value.clone());
        if name == "disabled" {
            row.flags.disabled = Some(*value == Value::Bool(true));
        }
    }
}

/// Whether a command with this target is about the row.
pub(super) fn is_target(row: &Row, target: &Target) -> bool {
    match target {
        Target::Singleton => true,
        Target::Id(id) => row.id.as_ref() == Some(id),
        Target::Name(name) => row.text("name") == *name,
        Target::Find(conditions) => conditions.iter().all(|(name, value)| match name.as_str() {
            "dynamic" => row.is_dynamic() == (*value == Value::Bool(true)),
            name => value_of(row, name) == *value,
        }),
    }
}

/// References go by id on the device, so that they follow a rename.
fn rename(state: &mut State, renamed: Kind, old: &str, new: &str) {
    for (kind, rows) in &mut state.rows {
        for row in rows {
            if *kind == Kind::Interface && row.text("name") == old {
                let name = Value::Text(new.to_owned());
                row.values.insert("name".to_owned(), name);
            }
            for (name, value) in &mut row.values {
                if kind
                    .attribute(name)
                    .is_some_and(|attribute| refers(&attribute.kind, renamed))
                {
                    follow(value, old, new);
                }
            }
        }
    }
}

fn refers(kind: &Type, to: Kind) -> bool {
    match kind {
        Type::Or(_, other) => refers(other, to),
        Type::Reference(kinds) | Type::Set(kinds) => kinds.contains(&to),
        _ => false,
    }
}

fn follow(value: &mut Value, old: &str, new: &str) {
    match value {
        Value::Reference(name) if name == old => new.clone_into(name),
        Value::Set(names) if names.contains(old) => {
            names.remove(old);
            names.insert(new.to_owned());
        }
        _ => {}
    }
}
