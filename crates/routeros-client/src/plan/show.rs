//! A plan for people.

use std::fmt;

use super::{Action, Change, Plan, Safety, Step};
use crate::command::quote::quoted;
use crate::value::Value;
use crate::words::counted;

impl Plan {
    /// How many items are added, changed and removed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |sign: char| self.steps.iter().filter(|step| step.sign() == sign).count();
        (count('+'), count('~'), count('-'))
    }
}

impl Step {
    /// `+`, `~` or `-`.
    #[must_use]
    pub fn sign(&self) -> char {
        match self.action {
            Action::Add => '+',
            Action::Set | Action::Adopt { .. } => '~',
            Action::Remove => '-',
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            write!(f, "{step}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        if self.is_empty() {
            return writeln!(f, "no change");
        }
        let (added, changed, removed) = self.counts();
        writeln!(
            f,
            "{}: {added} add, {changed} change, {removed} remove",
            counted(self.steps.len(), "step")
        )
    }
}

impl fmt::Display for Step {
    /// `+`, `~` or `-`, the menu and the key; then a line for each property;
    /// a step that is not safe carries `!`, one that moves the path `!!`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sign(), self.kind.menu().path)?;
        if !self.key.is_empty() {
            write!(f, " {}", plain(&self.key))?;
        }
        if let Action::Adopt { from } = &self.action {
            write!(f, " (takes over {})", plain(from))?;
        }
        match self.safety {
            Safety::Safe => writeln!(f)?,
            Safety::Disruptive => writeln!(f, "  ! {}", self.why)?,
            Safety::MovesPath => writeln!(f, "  !! {}", self.why)?,
        }
        self.changes
            .iter()
            .try_for_each(|change| writeln!(f, "    {change}"))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| match value {
            Some(value) => plain(&value.to_string()),
            None => "(not known)".to_owned(),
        };
        write!(f, "{}: ", self.name)?;
        match (&self.old, &self.new) {
            (None, Some(new)) => f.write_str(&plain(&new.to_string())),
            (Some(old), None) => f.write_str(&plain(&old.to_string())),
            (old, new) => write!(f, "{} -> {}", shown(old), shown(new)),
        }
    }
}

/// A value as it is, unless it would confuse a terminal or a reader.
fn plain(text: &str) -> String {
    match text.is_empty() || text.chars().any(char::is_control) {
        true => quoted(text),
        false => text.to_owned(),
    }
}
