//! Views of a small switch.

use crate::items::{legend, property, row, view};
use routeros_sim::view::{Cell, Layout, Property, Row, View};

pub(super) fn bare(text: &str) -> Cell {
    Cell::Bare(text.to_owned())
}

pub(super) fn name(text: &str) -> Cell {
    Cell::Quoted(text.to_owned())
}

pub(super) fn list(items: &[&str]) -> Cell {
    Cell::List(items.iter().map(|item| (*item).to_owned()).collect())
}

/// Properties that nobody sets.
const COMPUTED: &[&str] = &[
    "actual-interface",
    "actual-mtu",
    "l2mtu",
    "mac-address",
    "current-tagged",
    "current-untagged",
];

/// An item with its number, id, flags, comment and properties.
pub(super) fn item(
    number: usize,
    flags: &[&'static str],
    comment: Option<&str>,
    properties: &[(&str, Cell)],
) -> Row {
    Row {
        number: Some(number),
        id: u32::try_from(number).expect("a small number") + 9,
        flags: flags.to_vec(),
        comment: comment.map(str::to_owned),
        properties: properties
            .iter()
            .map(|(name, value)| Property {
                stored: !COMPUTED.contains(name),
                ..property(name, value.clone())
            })
            .collect(),
        ..row()
    }
}

pub(super) fn addresses() -> View {
    let at = |address: &str, network: &str, interface: &str| {
        [
            ("address", bare(address)),
            ("network", bare(network)),
            ("interface", bare(interface)),
            ("actual-interface", bare(interface)),
        ]
    };
    let rows = vec![
        item(
            0,
            &[],
            Some("rescue port"),
            &at("192.168.88.1/24", "192.168.88.0", "ether24"),
        ),
        item(
            1,
            &["disabled"],
            None,
            &at("10.9.0.1/30", "10.9.0.0", "ether3"),
        ),
        item(
            2,
            &["dynamic", "slave"],
            None,
            &at("172.20.4.77/16", "172.20.0.0", "sfp-sfpplus1"),
        ),
        item(
            3,
            &["disabled", "invalid"],
            None,
            &at("10.8.0.1/30", "10.8.0.0", "*2C"),
        ),
    ];
    let flags = legend("X - disabled, I - invalid, D - dynamic; S - slave");
    let mut view = view(Layout::Table, flags, rows);
    view.path = "/ip/address";
    view.columns = &["address", "network", "interface"];
    view
}

pub(super) fn vlan_table() -> View {
    let entry = |id: &str, tagged: &[&str], untagged: &[&str]| {
        [
            ("bridge", bare("bridge-attic")),
            ("vlan-ids", Cell::NumberList(vec![id.to_owned()])),
            ("tagged", list(tagged)),
            ("untagged", list(untagged)),
            ("mvrp-forbidden", list(&[])),
            ("current-tagged", list(tagged)),
            ("current-untagged", list(untagged)),
        ]
    };
    let mut by_pvid = item(
        1,
        &["dynamic"],
        None,
        &entry("1", &[], &["bridge-attic", "ether24"]),
    );
    by_pvid.warnings = vec!["added by pvid".to_owned()];
    let first = &entry(
        "10",
        &["bridge-attic", "ether5"],
        &["ether1", "ether2", "ether3"],
    );
    let rows = vec![item(0, &[], Some("attic: access"), first), by_pvid];
    let mut view = view(Layout::Table, legend("X - disabled, D - dynamic"), rows);
    view.path = "/interface/bridge/vlan";
    view.columns = &["bridge", "vlan-ids", "current-tagged", "current-untagged"];
    view
}

/// A bridge whose properties fill several lines.
pub(super) fn bridges() -> View {
    let properties = [
        ("name", name("bridge-attic")),
        (
            "mtu",
            Cell::Sentinel {
                text: "auto",
                number: 0,
            },
        ),
        ("actual-mtu", Cell::Number(1500)),
        ("l2mtu", Cell::Number(1592)),
        ("arp", bare("enabled")),
        ("mac-address", bare("02:00:5E:10:00:18")),
        ("protocol-mode", bare("rstp")),
        ("auto-mac", Cell::Bool(false)),
        ("ageing-time", Cell::Duration(300)),
        ("priority", Cell::Hex(0x8000)),
        ("vlan-filtering", Cell::Bool(true)),
        (
            "ports",
            list(&[
                "ether1", "ether2", "ether3", "ether4", "ether5", "ether6", "ether7",
            ]),
        ),
    ];
    let rows = vec![
        item(0, &["running"], Some("attic"), &properties),
        item(1, &["disabled"], None, &[("name", name("spare"))]),
    ];
    let mut view = view(Layout::Block, legend("X - disabled, R - running"), rows);
    view.path = "/interface/bridge";
    view.columns = &["name", "mtu", "arp", "vlan-filtering"];
    view
}

/// Counters whose headings do not fit on one line.
pub(super) fn counters() -> View {
    let rows = (0..11usize).map(|number| {
        let counted = |by: u64| Cell::Counter(number as u64 * by);
        let name = format!("sfp-sfpplus{number}");
        let properties = [
            ("name", bare(&name)),
            ("rx-byte", counted(123_456_789)),
            ("tx-byte", counted(98_765)),
            ("rx-packet", counted(1_234)),
            ("tx-packet", counted(987)),
            ("tx-queue-drop", counted(0)),
            ("rx-error", counted(0)),
        ];
        item(number, &[], None, &properties)
    });
    let mut view = view(Layout::Table, legend("R - running"), rows.collect());
    view.columns = &[
        "name",
        "rx-byte",
        "tx-byte",
        "rx-packet",
        "tx-packet",
        "tx-queue-drop",
        "rx-error",
    ];
    view
}

/// A lease whose host name leaves no room for what follows.
pub(super) fn long_host_name() -> View {
    let host = "a-machine-with-a-name-that-fills-a-line-all-by-itself";
    let properties = [
        ("address", bare("10.0.0.110")),
        ("mac-address", bare("02:00:00:00:00:51")),
        ("host-name", bare(host)),
        ("server", bare("dhcp-attic")),
    ];
    let rows = vec![item(104, &["dynamic"], None, &properties)];
    let mut view = view(Layout::Table, legend("X - disabled; D - dynamic"), rows);
    view.columns = &["address", "mac-address", "host-name", "server"];
    view
}

pub(super) fn dns() -> View {
    let properties = [
        ("servers", list(&["9.9.9.9", "149.112.112.112"])),
        ("use-doh-server", bare("")),
        ("allow-remote-requests", Cell::Bool(true)),
        ("cache-max-ttl", Cell::Duration(604_800)),
    ];
    let mut view = view(
        Layout::Singleton,
        Vec::new(),
        vec![item(0, &[], None, &properties)],
    );
    view.path = "/ip/dns";
    view
}

/// A table one column too wide, in which two headings are as much longer than their values.
pub(super) fn one_column_too_wide() -> View {
    let name = "a-bridge-with-a-long-name";
    let properties = [
        ("name", bare(name)),
        ("type", bare("bridge")),
        ("actual-mtu", Cell::Number(65536)),
        ("l2mtu", Cell::Number(1592)),
        ("max-l2mtu", Cell::Number(9578)),
        ("mac-address", bare("02:00:5E:10:00:18")),
    ];
    let rows = vec![item(0, &[], None, &properties)];
    let mut view = view(Layout::Table, Vec::new(), rows);
    view.columns = &[
        "name",
        "type",
        "actual-mtu",
        "l2mtu",
        "max-l2mtu",
        "mac-address",
    ];
    view
}
