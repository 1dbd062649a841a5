//! From the operator's port to the interfaces of the device.

use super::{Cut, Rule};
use crate::plan::value_of;
use crate::row::{Row, State};
use crate::schema::Kind;
use crate::value::Value;

/// Where untagged frames of a port come into the device.
pub(super) enum Entry<'a> {
    /// On the port itself.
    Routed(&'a str),
    /// In a bridge that does not look at VLANs.
    Plain(&'a Row),
    /// In a VLAN of a bridge that does.
    Filtered(&'a Row, u16),
}

pub(super) fn is_on(row: &Row) -> bool {
    value_of(row, "disabled") != Value::Bool(true)
}

pub(super) fn entry<'a>(state: &'a State, port: &'a str) -> Result<Entry<'a>, Cut> {
    let named = |row: &&Row| row.text("name") == port;
    let ports = || state.of(Kind::Ethernet).iter();
    let others = || state.of(Kind::Interface).iter();
    match ports().find(named).or_else(|| others().find(named)) {
        None => return Err(Cut::new(Rule::Port, format!("there is no port {port}"))),
        Some(row) if !is_on(row) => {
            return Err(Cut::new(Rule::Port, format!("{port} is disabled")));
        }
        Some(_) => {}
    }
    let member = |row: &&Row| row.text("interface") == port && is_on(row);
    let Some(member) = state.of(Kind::BridgePort).iter().find(member) else {
        return Ok(Entry::Routed(port));
    };
    let name = member.text("bridge");
    let bridge = state
        .of(Kind::Bridge)
        .iter()
        .find(|row| row.text("name") == name);
    let bridge = match bridge {
        None => {
            let reason = format!("{port} is in {name}, which is no bridge");
            return Err(Cut::new(Rule::Bridge, reason));
        }
        Some(row) if !is_on(row) => {
            return Err(Cut::new(Rule::Bridge, format!("{name} is disabled")));
        }
        Some(row) => row,
    };
    if value_of(bridge, "vlan-filtering") != Value::Bool(true) {
        return Ok(Entry::Plain(bridge));
    }
    filtered(state, port, member, bridge)
}

fn filtered<'a>(
    state: &State,
    port: &str,
    member: &Row,
    bridge: &'a Row,
) -> Result<Entry<'a>, Cut> {
    if takes_only_tagged(member) {
        let reason = format!("{port} takes only tagged frames");
        return Err(Cut::new(Rule::FrameTypes, reason));
    }
    let vlan = pvid(member);
    if tagged(state, &bridge.text("name"), vlan, port) {
        let reason = format!("{port} would get the answers of VLAN {vlan} tagged");
        return Err(Cut::new(Rule::Vlan, reason));
    }
    Ok(Entry::Filtered(bridge, vlan))
}

pub(super) fn takes_only_tagged(row: &Row) -> bool {
    value_of(row, "frame-types") == Value::Word("admit-only-vlan-tagged".to_owned())
}

pub(super) fn takes_only_untagged(row: &Row) -> bool {
    let word = "admit-only-untagged-and-priority-tagged";
    value_of(row, "frame-types") == Value::Word(word.to_owned())
}

pub(super) fn pvid(row: &Row) -> u16 {
    match value_of(row, "pvid") {
        Value::Number(vlan) => u16::try_from(vlan).unwrap_or(0),
        _ => 1,
    }
}

/// Whether the VLAN table says that a port or the bridge itself is a tagged
/// member.
pub(super) fn tagged(state: &State, bridge: &str, vlan: u16, member: &str) -> bool {
    state.of(Kind::BridgeVlan).iter().any(|row| {
        let holds = matches!(row.get("vlan-ids"), Some(Value::Vlans(ids)) if ids.0.contains(&vlan));
        let names = row.get("tagged").map(Value::names).unwrap_or_default();
        is_on(row) && holds && row.text("bridge") == bridge && names.contains(&member)
    })
}
