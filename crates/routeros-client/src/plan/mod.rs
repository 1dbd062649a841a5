//! What has to be done so that a device is as a file declares.

mod after;
mod cleanup;
mod diff;
mod find;
pub mod marker;
mod show;
mod step;

pub use after::{after, after_command};
pub use cleanup::cleanup;
pub use diff::diff;

pub(crate) use diff::CUT_OVER;
pub(crate) use find::{target, value_of};

use crate::command::Command;
use crate::schema::Kind;
use crate::value::Value;

/// The steps from what is to what is declared, in the order in which they are
/// to be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Plan {
    /// The steps; none where the device is as declared.
    pub steps: Vec<Step>,
    /// What a person should know before.
    pub warnings: Vec<String>,
}

/// One command, what it does and how to take it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is about.
    pub kind: Kind,
    /// Which item, for people.
    pub key: String,
    /// What is done.
    pub action: Action,
    /// The properties that it changes.
    pub changes: Vec<Change>,
    /// The command to send.
    pub command: Command,
    /// The command that takes it back, given that it was done.
    pub inverse: Option<Command>,
    /// What it does to the path by which the tool came.
    pub safety: Safety,
    /// Why it has this class; empty where it is safe.
    pub why: String,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// An item is made.
    Add,
    /// Properties of an item are set.
    Set,
    /// An item is removed.
    Remove,
    /// An item that was there is taken over under another name.
    Adopt {
        /// The name that it had.
        from: String,
    },
}

/// A property that changes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The property.
    pub name: String,
    /// What it is; `None` where there is no item, or the device did not say.
    pub old: Option<Value>,
    /// What it will be; `None` where the item goes.
    pub new: Option<Value>,
}

/// What a step does to the path by which the tool came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Nothing.
    Safe,
    /// Ports or services stop for a moment; connections usually outlive it.
    Disruptive,
    /// Afterwards the device is reached in another way than before.
    MovesPath,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// The device has it more than once.
    #[error("line {line}: {kind} {key:?} is there {count} times: remove all but one by hand")]
    Ambiguous {
        /// What it is.
        kind: Kind,
        /// Which item.
        key: String,
        /// Where it is declared.
        line: usize,
        /// How many there are.
        count: usize,
    },
    /// The device does not have it, and none can be made.
    #[error("line {line}: the device has no {kind} {key:?}, and none can be added")]
    Absent {
        /// What it is.
        kind: Kind,
        /// Which item.
        key: String,
        /// Where it is declared.
        line: usize,
    },
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl serde::Serialize for Step {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut step = serializer.serialize_struct("Step", 9)?;
        step.serialize_field("kind", &self.kind)?;
        step.serialize_field("menu", self.kind.menu().path)?;
        step.serialize_field("key", &self.key)?;
        step.serialize_field("action", &self.action)?;
        step.serialize_field("changes", &self.changes)?;
        step.serialize_field("command", &self.command.to_string())?;
        let inverse = self.inverse.as_ref().map(ToString::to_string);
        step.serialize_field("inverse", &inverse)?;
        step.serialize_field("safety", &self.safety)?;
        step.serialize_field("why", &self.why)?;
        step.end()
    }
}
