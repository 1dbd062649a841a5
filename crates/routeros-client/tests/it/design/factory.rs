//! What the tests plan from.

use routeros_client::board;
use routeros_client::desired::Desired;
use routeros_client::plan::{Plan, after, diff};
use routeros_client::reach::Operator;
use routeros_client::row::{Row, State};
use routeros_client::schema::Kind;
use routeros_client::version::Version;

pub(super) const BOARD: &str = "CRS326-24G-2S+";

/// The file of the manual.
pub(super) fn office_text() -> &'static str {
    include_str!("../../../../../docs/operate/office.toml")
}

pub(super) fn office() -> Desired {
    read(office_text())
}

pub(super) fn read(text: &str) -> Desired {
    Desired::read(text).unwrap_or_else(|faults| panic!("{faults}"))
}

/// A row as a device of 7.20 shows it.
pub(super) fn row(kind: Kind, properties: &[(&str, &str)]) -> Row {
    let mut row = Row::new(kind);
    row.flags.dynamic = Some(false);
    for (name, value) in properties {
        row.take(name, value);
    }
    row
}

/// A switch as it comes out of its box: one bridge with all ports and
/// 192.168.88.1.
pub(super) fn factory() -> State {
    let mut state = board::blank(BOARD, Version::new(7, 20, 0));
    let ports = board::ports(BOARD).expect("known");
    let port = |name: &String| {
        let properties = [
            ("interface", name.as_str()),
            ("bridge", "bridge"),
            ("pvid", "1"),
            ("comment", "defconf"),
        ];
        row(Kind::BridgePort, &properties)
    };
    let bridge = [
        ("name", "bridge"),
        ("auto-mac", "no"),
        ("vlan-filtering", "no"),
        ("comment", "defconf"),
    ];
    let address = [
        ("address", "192.168.88.1/24"),
        ("network", "192.168.88.0"),
        ("interface", "bridge"),
        ("comment", "defconf"),
    ];
    let dns = [("servers", ""), ("allow-remote-requests", "no")];
    state.rows.extend([
        (Kind::Bridge, vec![row(Kind::Bridge, &bridge)]),
        (Kind::BridgePort, ports.iter().map(port).collect()),
        (Kind::Address, vec![row(Kind::Address, &address)]),
        (Kind::Dns, vec![row(Kind::Dns, &dns)]),
        (
            Kind::Identity,
            vec![row(Kind::Identity, &[("name", "MikroTik")])],
        ),
    ]);
    state
}

/// Somebody at a port who dials the address of the factory.
pub(super) fn at(port: &str) -> Operator {
    Operator {
        port: port.to_owned(),
        device: "192.168.88.1".parse().expect("an address"),
        own: Some("192.168.88.10".parse().expect("an address")),
    }
}

pub(super) fn plan(desired: &Desired, state: &State) -> Plan {
    diff(desired, state).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn taken(plan: &Plan, state: &State) -> State {
    let begun = state.clone();
    plan.steps
        .iter()
        .fold(begun, |state, step| after(&state, step))
}

/// The rows of every kind in an order of their own, without ids.
pub(super) fn content(state: &State) -> Vec<String> {
    let rows = state.rows.values().flatten();
    let mut content: Vec<String> = rows
        .map(|row| {
            let shown = row.values.iter().filter(|(_, value)| !value.is_unset());
            let shown: Vec<_> = shown
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            format!("{} {}", row.kind, shown.join(" "))
        })
        .collect();
    content.sort();
    content
}
