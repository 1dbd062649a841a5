//! The way to the device, step by step.

use std::collections::BTreeSet;

use super::{Cut, Operator, Path, Rule, reach};
use crate::plan::{Plan, Safety, Step, after, value_of};
use crate::row::{Row, State};
use crate::schema::Kind;
use crate::value::Value;

/// Whether the device is reached, at the beginning and after each step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Before the first step.
    pub now: Result<Path, Cut>,
    /// After each step, the last one being the end.
    pub after: Vec<Result<Path, Cut>>,
}

/// A plan that cuts off the operator.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Lockout {
    /// The step after which the device is not reached, from 0; `None` where it
    /// is not reached as it is.
    pub step: Option<usize>,
    /// The command of that step.
    pub command: Option<String>,
    /// Why not.
    pub reason: Cut,
    /// The port from which it would be reached all the time, where the file
    /// names it and it is another one.
    pub come_by: Option<String>,
}

impl std::error::Error for Lockout {}

impl std::fmt::Display for Lockout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.step, &self.command) {
            (Some(step), Some(command)) => write!(
                f,
                "step {} ({command}) would cut you off: {}",
                step + 1,
                self.reason
            )?,
            _ => write!(f, "the device is not reached as it is: {}", self.reason)?,
        }
        match &self.come_by {
            Some(port) => write!(f, "; come by {port}"),
            None => Ok(()),
        }
    }
}

/// Follows a plan, without taking it.
#[must_use]
pub fn walk(plan: &Plan, state: &State, operator: &Operator) -> Walked {
    let begun = ssh_port(state);
    let mut state = state.clone();
    let now = reach(&state, operator);
    let mut answers = Vec::new();
    for step in &plan.steps {
        state = after(&state, step);
        let moved = ssh_port(&state) != begun;
        answers.push(reach(&state, operator).and_then(|path| match moved {
            false => Ok(path),
            true => Err(Cut::new(
                Rule::Service,
                format!("ssh moves to port {}", ssh_port(&state)),
            )),
        }));
    }
    Walked {
        now,
        after: answers,
    }
}

fn ssh_port(state: &State) -> Value {
    let ssh = |row: &&Row| row.text("name") == "ssh" && !row.is_dynamic();
    match state.of(Kind::Service).iter().find(ssh) {
        Some(row) => match value_of(row, "port") {
            Value::Unset => Value::Number(22),
            port => port,
        },
        None => Value::Number(22),
    }
}

/// Marks the steps after which the device is reached in another way, and
/// refuses a plan after one of whose steps it is not reached at all. The rules
/// in `insisted` are let pass; the step that breaks one is marked.
///
/// # Errors
/// The first step that cuts off the operator.
pub fn guard(
    plan: &mut Plan,
    state: &State,
    operator: &Operator,
    insisted: &BTreeSet<Rule>,
) -> Result<(), Lockout> {
    let walked = walk(plan, state, operator);
    let allowed = |cut: &Cut| insisted.contains(&cut.rule);
    let lockout = |step: Option<usize>, cut: &Cut, plan: &Plan| Lockout {
        step,
        command: step.map(|step| plan.steps[step].command.to_string()),
        reason: cut.clone(),
        come_by: None,
    };
    if let Err(cut) = &walked.now
        && !allowed(cut)
        && !plan.is_empty()
    {
        return Err(lockout(None, cut, plan));
    }
    let mut before = &walked.now;
    for (place, answer) in walked.after.iter().enumerate() {
        if let Err(cut) = answer
            && !allowed(cut)
        {
            return Err(lockout(Some(place), cut, plan));
        }
        mark(&mut plan.steps[place], before, answer);
        before = answer;
    }
    Ok(())
}

fn mark(step: &mut Step, before: &Result<Path, Cut>, answer: &Result<Path, Cut>) {
    let renames = step.changes.iter().any(|change| change.name == "name");
    let why = match (before, answer) {
        (before, answer) if before == answer => return,
        // What is renamed is still the same way.
        (Ok(before), Ok(path)) if renames && before.vlan == path.vlan => return,
        (_, Ok(path)) => format!("the device is then reached by {path}"),
        (_, Err(cut)) => format!("cuts off the operator: {cut}"),
    };
    step.safety = Safety::MovesPath;
    step.why = match step.why.as_str() {
        "" => why,
        known => format!("{known}; {why}"),
    };
}

impl Lockout {
    /// The same, naming the port that the file keeps for the operator.
    #[must_use]
    pub fn naming(mut self, port: &str, operator: &Operator) -> Self {
        self.come_by = (port != operator.port).then(|| port.to_owned());
        self
    }
}
