//! What the way to the device is made of.

use crate::desired::{Desired, Item};
use crate::plan::{Action, Step};
use crate::schema::Kind;
use crate::value::Value;

/// Whether a step makes a part of the way to a device without configuration:
/// the address, its interface, the bridge and the port.
pub(super) fn leads(desired: &Desired, step: &Step) -> bool {
    let Some(management) = &desired.management else {
        return false;
    };
    let holds = |item: &&Item| match item.get("address") {
        Some(Value::Prefix(prefix)) => prefix.address == management.address,
        _ => false,
    };
    let Some(address) = desired.of(Kind::Address).find(holds) else {
        return false;
    };
    let interface = address.text("interface");
    let port = desired
        .of(Kind::BridgePort)
        .find(|port| port.text("interface") == management.port);
    let made = match step.kind {
        Kind::Address => step.key == address.key(),
        Kind::Bridge => port.is_some_and(|port| port.text("bridge") == step.key),
        Kind::BridgePort => port.is_some_and(|port| port.key() == step.key),
        Kind::Vlan => step.key == interface,
        _ => false,
    };
    made && step.action == Action::Add
}
