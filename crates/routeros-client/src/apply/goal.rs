//! What a run is to reach.

use std::collections::BTreeSet;

use crate::desired::{Desired, Item};
use crate::device::{Facts, Place};
use crate::failure::{Code, Failure, Result};
use crate::plan::{DiffError, Plan, cleanup, diff};
use crate::reach::{Lockout, Operator, Rule, guard};
use crate::row::State;
use crate::schema::Kind;
use crate::validate::{Severity, validate};
use crate::value::Value;

/// How many items of a kind are to have these properties, as the device
/// itself counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The kind.
    pub kind: Kind,
    /// The properties.
    pub properties: Vec<(String, Value)>,
    /// How many.
    pub expected: u64,
}

/// What a run is to reach.
pub trait Goal {
    /// The file that it is about.
    fn desired(&self) -> &Desired;

    /// Whether it fits what the device has and runs.
    ///
    /// # Errors
    /// Where it does not; each reason is a hint.
    fn check(&self, _state: &State) -> Result<()> {
        Ok(())
    }

    /// What is to be done; nothing where the device is there.
    ///
    /// # Errors
    /// Where what is there leaves no way to what is declared.
    fn plan(&self, state: &State) -> Result<Plan>;

    /// What the device is to count itself.
    fn counts(&self) -> Vec<Count>;
}

/// The device is to be as the file declares.
impl Goal for Desired {
    fn desired(&self) -> &Desired {
        self
    }

    fn check(&self, state: &State) -> Result<()> {
        let findings = validate(self, Some(state));
        let errors = findings.iter().filter(|finding| {
            // The way there is judged from what the device has, not from the file.
            finding.severity() == Severity::Error && !finding.code.starts_with("E-management")
        });
        let hints: Vec<String> = errors.map(ToString::to_string).collect();
        if hints.is_empty() {
            return Ok(());
        }
        let message = "the file does not fit the device; nothing was changed";
        let failure = Failure::new(Code::InvalidFile, message);
        Err(Failure { hints, ..failure })
    }

    fn plan(&self, state: &State) -> Result<Plan> {
        diff(self, state).map_err(|error| no_way(&error))
    }

    fn counts(&self) -> Vec<Count> {
        self.items.iter().filter_map(count).collect()
    }
}

/// Nothing of what the tool made is to be left.
#[derive(Clone, Copy, Debug)]
pub struct Cleanup<'a>(pub &'a Desired);

impl Goal for Cleanup<'_> {
    fn desired(&self) -> &Desired {
        self.0
    }

    fn plan(&self, state: &State) -> Result<Plan> {
        cleanup(self.0, state).map_err(|error| no_way(&error))
    }

    fn counts(&self) -> Vec<Count> {
        Vec::new()
    }
}

fn no_way(error: &DiffError) -> Failure {
    Failure::new(Code::InvalidFile, error.to_string())
        .hint("look at the device with `query`, and mend it by hand or change the file")
}

/// Only what the device compares in one way: no lists, and nothing that is
/// not there. What cannot be told from others so is not counted.
fn count(item: &Item) -> Option<Count> {
    let menu = item.kind.menu();
    let comparable = |value: &Value| match value {
        Value::Unset | Value::Set(_) | Value::List(_) | Value::Ranges(_) => false,
        Value::Vlans(vlans) => vlans.to_string().bytes().all(|byte| byte.is_ascii_digit()),
        Value::Text(text) => text.is_ascii(),
        _ => true,
    };
    let mut keys = menu.keys.iter().filter_map(|key| item.get(key));
    if menu.singleton || !keys.all(comparable) {
        return None;
    }
    let declared = item
        .values
        .iter()
        .filter(|(name, value)| *name != "comment" && comparable(value));
    let mut properties: Vec<_> = declared
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if menu.flags.contains(&"dynamic") {
        properties.push(("dynamic".to_owned(), Value::Bool(false)));
    }
    Some(Count {
        kind: item.kind,
        properties,
        expected: 1,
    })
}

/// Whether this is the device that the file is for.
pub(crate) fn accepts(desired: &Desired, facts: &Facts) -> Result<()> {
    let Facts { board, version, .. } = facts;
    if let Some(wanted) = desired.board.as_ref().filter(|wanted| *wanted != board) {
        let message = format!("the file is for a {wanted}, the device is a {board}");
        return Err(Failure::new(Code::WrongDevice, message)
            .hint("nothing was changed; change [device] board if it fits all the same"));
    }
    match desired.minimum_version {
        Some(wanted) if *version < wanted => {
            let message = format!("the file needs RouterOS {wanted}, the device runs {version}");
            Err(Failure::new(Code::UnsupportedVersion, message)
                .hint("nothing was changed; upgrade the device"))
        }
        _ => Ok(()),
    }
}

/// Why the operator would be cut off; marks the steps that move the path.
pub(super) fn lockout(
    desired: &Desired,
    plan: &mut Plan,
    state: &State,
    place: &Place,
    insisted: &BTreeSet<Rule>,
) -> Option<Lockout> {
    let declared = desired.management.as_ref();
    let dialled = dialled(state, place).or(declared.map(|way| way.address));
    let operator = Operator {
        port: place.port.clone(),
        device: dialled?,
        own: Some(place.operator),
    };
    let lockout = guard(plan, state, &operator, insisted).err()?;
    Some(match declared {
        Some(way) => lockout.naming(&way.port, &operator),
        None => lockout,
    })
}

/// The device's address in the operator's network. What was dialled may be a
/// tunnel's end.
pub(crate) fn dialled(state: &State, place: &Place) -> Option<std::net::IpAddr> {
    let addresses = state
        .of(Kind::Address)
        .iter()
        .filter(|row| row.flags.disabled != Some(true));
    let prefixes = addresses.filter_map(|row| match row.get("address") {
        Some(Value::Prefix(prefix)) => Some(*prefix),
        _ => None,
    });
    let near = prefixes.filter(|prefix| prefix.contains(place.operator));
    near.map(|prefix| prefix.address).next()
}
