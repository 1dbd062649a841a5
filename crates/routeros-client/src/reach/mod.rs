//! Whether an operator reaches the device: from the port by which the tool
//! came, with untagged frames, at the address that it dials. Pure over what is
//! known of the device, and made from the rules of bridges alone.

mod layer2;
mod layer3;
mod walk;

pub use walk::{Lockout, Walked, guard, walk};

use std::fmt;
use std::net::IpAddr;

use crate::desired::Desired;
use crate::row::State;

/// Where the operator stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The port of the device that the operator is plugged into.
    pub port: String,
    /// The address of the device that is dialled.
    pub device: IpAddr,
    /// The operator's own address, where it is known.
    pub own: Option<IpAddr>,
}

impl Operator {
    /// The operator whom the file expects.
    #[must_use]
    pub fn expected(desired: &Desired) -> Option<Self> {
        desired.management.as_ref().map(|management| Operator {
            port: management.port.clone(),
            device: management.address,
            own: None,
        })
    }
}

/// The way by which the device is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The interface that holds the address.
    pub interface: String,
    /// The bridge between, where there is one.
    pub bridge: Option<String>,
    /// The VLAN of the frames in a bridge that filters.
    pub vlan: Option<u16>,
}

/// The rule by which a device is not reached. Its word names it where a
/// person insists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The port is absent or switched off.
    Port,
    /// The bridge of the port is absent or switched off.
    Bridge,
    /// The port or the bridge does not take such frames.
    FrameTypes,
    /// The frames are in another VLAN than the address.
    Vlan,
    /// No interface on the way holds the address.
    Address,
    /// Answers would leave by another interface, or not at all.
    Route,
    /// SSH is switched off, or not for this operator.
    Service,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 7] = [
        Rule::Port,
        Rule::Bridge,
        Rule::FrameTypes,
        Rule::Vlan,
        Rule::Address,
        Rule::Route,
        Rule::Service,
    ];

    /// The word by which a person names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Rule::Port => "port",
            Rule::Bridge => "bridge",
            Rule::FrameTypes => "frame-types",
            Rule::Vlan => "vlan",
            Rule::Address => "address",
            Rule::Route => "route",
            Rule::Service => "service",
        }
    }

    /// The rule of this word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| rule.word() == word)
    }
}

impl serde::Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Why the device is not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{reason} [rule {}]", rule.word())]
pub struct Cut {
    /// The rule.
    pub rule: Rule,
    /// What breaks it.
    pub reason: String,
}

impl Cut {
    fn new(rule: Rule, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Cut { rule, reason }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.interface)?;
        if let Some(bridge) = self.bridge.as_ref().filter(|name| **name != self.interface) {
            write!(f, " over {bridge}")?;
        }
        match self.vlan {
            Some(vlan) => write!(f, " in VLAN {vlan}"),
            None => Ok(()),
        }
    }
}

/// Whether the operator reaches the device.
///
/// # Errors
/// Where not: the rule that is broken, and by what.
pub fn reach(state: &State, operator: &Operator) -> Result<Path, Cut> {
    let entry = layer2::entry(state, &operator.port)?;
    let path = layer3::address(state, operator, &entry)?;
    layer3::route(state, operator, &path)?;
    layer3::service(state, operator)?;
    Ok(path)
}
