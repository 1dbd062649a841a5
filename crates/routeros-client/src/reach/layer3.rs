//! From the interfaces of the device to its address and service.

use std::net::IpAddr;

use super::layer2::{Entry, is_on, pvid, tagged, takes_only_tagged, takes_only_untagged};
use super::{Cut, Operator, Path, Rule};
use crate::plan::value_of;
use crate::row::{Row, State};
use crate::schema::Kind;
use crate::value::{Prefix, Value};

/// The version from which a bridge is a member of the VLANs that have an
/// interface, without being told.
const JOINS_ITSELF: u16 = 16;

fn prefix(row: &Row) -> Option<Prefix> {
    match row.get("address") {
        Some(Value::Prefix(prefix)) => Some(*prefix),
        _ => None,
    }
}

/// The interface that holds the dialled address, where frames of the port get
/// to it.
pub(super) fn address(state: &State, operator: &Operator, entry: &Entry<'_>) -> Result<Path, Cut> {
    let address = operator.device;
    let holds = |row: &&Row| is_on(row) && prefix(row).is_some_and(|p| p.address == address);
    let holders: Vec<String> = state
        .of(Kind::Address)
        .iter()
        .filter(holds)
        .map(|row| row.text("interface"))
        .collect();
    let mut cut = Cut::new(Rule::Address, format!("no interface holds {address}"));
    for interface in holders {
        match way(state, operator, entry, &interface) {
            Ok(path) => return Ok(path),
            Err(found) => cut = found,
        }
    }
    Err(cut)
}

fn way(
    state: &State,
    operator: &Operator,
    entry: &Entry<'_>,
    interface: &str,
) -> Result<Path, Cut> {
    let (address, port) = (operator.device, &operator.port);
    let elsewhere = |from: &str| {
        let reason = format!("{address} is on {interface}, but {port} leads to {from}");
        Err(Cut::new(Rule::Address, reason))
    };
    let path = |bridge: Option<String>, vlan| {
        let interface = interface.to_owned();
        Ok(Path {
            interface,
            bridge,
            vlan,
        })
    };
    match *entry {
        Entry::Routed(port) if port == interface => path(None, None),
        Entry::Routed(port) => elsewhere(&format!("{port} alone")),
        Entry::Plain(bridge) if bridge.text("name") == interface => {
            path(Some(bridge.text("name")), None)
        }
        Entry::Plain(bridge) => elsewhere(&format!("{}, untagged", bridge.text("name"))),
        Entry::Filtered(bridge, vlan) => {
            let name = bridge.text("name");
            if name == interface {
                own(state, bridge, vlan, address, port)?;
            } else {
                through_vlan(state, bridge, vlan, interface, operator)?;
            }
            path(Some(name), Some(vlan))
        }
    }
}

/// The address is on the bridge itself: its own port must be in the VLAN, and
/// take untagged frames.
fn own(state: &State, bridge: &Row, vlan: u16, address: IpAddr, port: &str) -> Result<(), Cut> {
    let name = bridge.text("name");
    if takes_only_tagged(bridge) {
        let reason = format!("{address} is on {name}, which takes only tagged frames");
        return Err(Cut::new(Rule::FrameTypes, reason));
    }
    if pvid(bridge) == vlan && joined(state, &name, vlan) {
        let reason = format!("{name} is both a tagged and an untagged member of VLAN {vlan}");
        return Err(Cut::new(Rule::Vlan, reason));
    }
    if pvid(bridge) != vlan {
        let reason = format!(
            "frames of {port} are in VLAN {vlan}, but {address} is on {name} itself, in VLAN {}",
            pvid(bridge)
        );
        return Err(Cut::new(Rule::Vlan, reason));
    }
    Ok(())
}

/// Whether a bridge is a tagged member of a VLAN: by the table, or by itself.
fn joined(state: &State, bridge: &str, vlan: u16) -> bool {
    let of_vlan = |row: &Row| {
        row.text("interface") == bridge
            && value_of(row, "vlan-id") == Value::Number(vlan.into())
            && is_on(row)
    };
    let itself = state.version.at_least(JOINS_ITSELF) && state.of(Kind::Vlan).iter().any(of_vlan);
    itself || tagged(state, bridge, vlan, bridge)
}

/// The address is on a VLAN interface: the same VLAN, and the bridge a tagged
/// member of it.
fn through_vlan(
    state: &State,
    bridge: &Row,
    vlan: u16,
    interface: &str,
    operator: &Operator,
) -> Result<(), Cut> {
    let (name, address, port) = (bridge.text("name"), operator.device, &operator.port);
    let found = state
        .of(Kind::Vlan)
        .iter()
        .find(|row| row.text("name") == interface && row.text("interface") == name && is_on(row));
    let Some(found) = found else {
        let reason = format!("{address} is on {interface}, which is no VLAN of {name}");
        return Err(Cut::new(Rule::Address, reason));
    };
    let id = value_of(found, "vlan-id");
    if id != Value::Number(vlan.into()) {
        let reason = format!("frames of {port} are in VLAN {vlan}, but {address} is in VLAN {id}");
        return Err(Cut::new(Rule::Vlan, reason));
    }
    // What takes only tagged frames is no member by its pvid.
    if pvid(bridge) == vlan && !takes_only_tagged(bridge) {
        let reason = format!("{name} takes VLAN {vlan} untagged, so {interface} may not see it");
        return Err(Cut::new(Rule::Vlan, reason));
    }
    if takes_only_untagged(bridge) {
        let reason = format!("{name} takes no tagged frames, so {interface} answers nobody");
        return Err(Cut::new(Rule::FrameTypes, reason));
    }
    if !joined(state, &name, vlan) {
        let reason = format!("{name} is no tagged member of VLAN {vlan}");
        return Err(Cut::new(Rule::Vlan, reason));
    }
    Ok(())
}

/// Answers go by the interface that the question came by: no other one has
/// the same network, and the operator is in it.
pub(super) fn route(state: &State, operator: &Operator, path: &Path) -> Result<(), Cut> {
    let on = |row: &&Row| is_on(row) && !is_off(state, &row.text("interface"));
    let rows = || state.of(Kind::Address).iter().filter(on);
    let here = |row: &&Row| row.text("interface") == path.interface;
    let network = rows()
        .filter(here)
        .filter_map(prefix)
        .find(|prefix| prefix.address == operator.device);
    let Some(network) = network else {
        return Ok(());
    };
    if let Some(own) = operator.own.filter(|own| !network.contains(*own)) {
        let reason = format!("{own} is not in the network of {network}");
        return Err(Cut::new(Rule::Route, reason));
    }
    let clash = rows().filter(|row| !here(row)).find(|row| {
        prefix(row).is_some_and(|other| {
            operator
                .own
                .map_or_else(|| other.overlaps(network), |own| other.contains(own))
        })
    });
    match clash {
        None => Ok(()),
        Some(row) => Err(Cut::new(
            Rule::Route,
            format!(
                "{} on {} is the same network as {network} on {}: answers may leave there",
                row.text("address"),
                row.text("interface"),
                path.interface
            ),
        )),
    }
}

/// Whether an interface is known to be switched off.
fn is_off(state: &State, name: &str) -> bool {
    let mut rows = [Kind::Ethernet, Kind::Bridge, Kind::Vlan]
        .into_iter()
        .flat_map(|kind| state.of(kind));
    rows.any(|row| row.text("name") == name && !is_on(row))
}

/// SSH listens, and for this operator.
pub(super) fn service(state: &State, operator: &Operator) -> Result<(), Cut> {
    let ssh = |row: &&Row| row.text("name") == "ssh" && !row.is_dynamic();
    let Some(row) = state.of(Kind::Service).iter().find(ssh) else {
        return Ok(());
    };
    if !is_on(row) {
        return Err(Cut::new(Rule::Service, "the service ssh is disabled"));
    }
    let from = row.get("address").map(Value::names).unwrap_or_default();
    let operator_at = operator.own.unwrap_or(operator.device);
    let open = from
        .iter()
        .any(|text| Prefix::read(text).is_ok_and(|prefix| prefix.contains(operator_at)));
    if from.is_empty() || open {
        return Ok(());
    }
    let reason = format!("ssh takes connections from {} only", from.join(", "));
    Err(Cut::new(Rule::Service, reason))
}
