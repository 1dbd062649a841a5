//! What a device has, in words and as JSON, on every version.

use std::collections::BTreeSet;

use serde_json::Value;

use super::script::Script;
use crate::world::Said;

const SUITE: &str = "queries";

const SUBJECTS: [&str; 7] = [
    "interfaces",
    "vlans",
    "bridges",
    "bridge-ports",
    "ip-addresses",
    "dhcp",
    "dns",
];

const MINORS: [u8; 4] = [12, 16, 20, 23];

/// One value a line; the rows among them.
fn rows(said: &Said) -> Vec<Value> {
    let values = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect(line));
    values
        .filter(|value: &Value| value.get("kind").is_some())
        .collect()
}

fn of_kind<'a>(rows: &'a [Value], kind: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["kind"] == kind).collect()
}

/// Something of every kind, made by hand.
fn furnish(script: &mut Script) {
    for line in [
        "/interface/vlan add name=vlan20 interface=bridge vlan-id=20 comment=\"a \\\"guest\\\" VLAN\"",
        "/interface/bridge/vlan add bridge=bridge tagged=bridge,ether2 untagged=ether3 vlan-ids=20",
        "/ip/address add address=10.20.0.1/24 interface=vlan20",
        "/ip/pool add name=guests ranges=10.20.0.100-10.20.0.199",
        "/ip/dhcp-server add name=guests interface=vlan20 address-pool=guests lease-time=2h",
        "/ip/dhcp-server/network add address=10.20.0.0/24 dns-server=10.20.0.1",
        "/ip/dhcp-server/lease add server=guests address=10.20.0.10 mac-address=02:00:00:00:00:20",
        "/ip/dns set servers=9.9.9.9,1.1.1.1 allow-remote-requests=yes",
        "/ip/dns/static add name=printer.internal address=10.20.0.10",
    ] {
        script.by_hand(line);
    }
}

/// Every subject in both forms; the properties that each version must show.
fn everything(minor: u8) {
    let mut script = Script::new(SUITE, &format!("everything-7.{minor}"), minor);
    furnish(&mut script);
    for subject in SUBJECTS {
        let words = script.run(&["query", subject]).ends(0);
        script.wrote_nothing();
        let json = script.run(&["--json", "query", subject]).ends(0);
        script.wrote_nothing();
        let rows = rows(&json);
        shown_alike(subject, &words.out, &rows);
        holds(subject, &rows);
    }
    script.matches();
}

/// Both forms show as many items of each kind.
fn shown_alike(subject: &str, words: &str, rows: &[Value]) {
    let heads = words.lines().filter(|line| !line.starts_with(' '));
    let mut shown = 0;
    for head in heads {
        let (kind, count) = head.split_once(" (").expect(head);
        let (count, _) = count.split_once(')').expect(head);
        let count: usize = count.parse().expect(head);
        assert_eq!(of_kind(rows, kind).len(), count, "{subject}: {head}");
        shown += count;
    }
    assert_eq!(shown, rows.len(), "{subject}");
}

/// What was made by hand is there, with its values.
fn holds(subject: &str, rows: &[Value]) {
    let expected: &[(&str, &str, &str)] = match subject {
        "interfaces" => &[("interface", "name", "sfp-sfpplus2")],
        "vlans" => &[
            ("vlan", "comment", "a \"guest\" VLAN"),
            ("bridge-vlan", "vlan-ids", "20"),
            ("bridge-vlan", "tagged", "bridge,ether2"),
        ],
        "bridges" => &[("bridge", "name", "bridge"), ("bridge", "mtu", "auto")],
        "bridge-ports" => &[
            ("bridge-port", "interface", "ether24"),
            ("bridge-port", "horizon", "none"),
        ],
        "ip-addresses" => &[("ip-address", "address", "10.20.0.1/24")],
        "dhcp" => &[
            ("ip-pool", "ranges", "10.20.0.100-10.20.0.199"),
            ("dhcp-server", "lease-time", "2h"),
            ("dhcp-network", "dns-server", "10.20.0.1"),
            ("dhcp-lease", "mac-address", "02:00:00:00:00:20"),
        ],
        _ => &[
            ("dns", "servers", "9.9.9.9,1.1.1.1"),
            ("dns-static", "name", "printer.internal"),
        ],
    };
    for (kind, name, value) in expected {
        let found = |row: &&Value| text(&row["values"][name]) == *value;
        assert!(
            of_kind(rows, kind).iter().any(found),
            "{subject}: no {kind} with {name}={value}: {rows:#?}"
        );
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[test]
fn everything_on_7_12() {
    everything(12);
}

#[test]
fn everything_on_7_16() {
    everything(16);
}

#[test]
fn everything_on_7_20() {
    everything(20);
}

#[test]
fn everything_on_7_23() {
    everything(23);
}

#[test]
fn versions_agree() {
    let mut script = Script::new(SUITE, "versions-agree", 16);
    let mut seen = BTreeSet::new();
    for minor in MINORS {
        let mut other = Script::new(SUITE, "unshown", minor);
        furnish(&mut other);
        let mut all = Vec::new();
        for subject in ["vlans", "ip-addresses", "dhcp"] {
            for row in rows(&other.run(&["--json", "query", subject]).ends(0)) {
                let key = ["name", "vlan-ids", "address"].map(|name| text(&row["values"][name]));
                all.push(format!("{} {}", text(&row["kind"]), key.join(" ")));
            }
        }
        all.sort();
        seen.insert(all.join("\n"));
    }
    assert_eq!(seen.len(), 1, "{seen:#?}");
    script.note(&format!("on each of 7.{MINORS:?}:"));
    seen.iter()
        .flat_map(|all| all.lines())
        .for_each(|line| script.note(line));
    script.matches();
}

#[test]
fn empty_tables() {
    let mut script = Script::new(SUITE, "empty-tables", 20);
    for subject in ["vlans", "dhcp"] {
        let words = script.run(&["query", subject]).ends(0);
        assert!(
            words
                .out
                .lines()
                .all(|line| line.ends_with("(0)") || line.starts_with("  ")),
            "{}",
            words.out
        );
        let json = script.run(&["--json", "query", subject]).ends(0);
        assert!(rows(&json).is_empty(), "{}", json.out);
    }
    script.matches();
}

#[test]
fn dynamic_and_disabled_items_are_marked() {
    let mut script = Script::new(SUITE, "flags", 20);
    script.by_hand("/ip/address add address=10.9.0.1/24 interface=ether5 disabled=yes");
    script.by_hand("/interface/bridge set bridge vlan-filtering=yes");
    let addresses = script.run(&["--json", "query", "ip-addresses"]).ends(0);
    let rows_seen = rows(&addresses);
    let disabled = rows_seen
        .iter()
        .filter(|row| row["flags"]["disabled"] == true);
    assert_eq!(disabled.count(), 1, "{}", addresses.out);
    let words = script.run(&["query", "ip-addresses"]).ends(0);
    let line = words.out.lines().find(|line| line.contains("10.9.0.1/24"));
    assert!(
        line.expect("shown").trim_start().starts_with('X'),
        "{}",
        words.out
    );
    let vlans = script.run(&["query", "vlans"]).ends(0);
    assert!(
        vlans
            .out
            .lines()
            .any(|line| line.trim_start().starts_with('D')),
        "{}",
        vlans.out
    );
    script.matches();
}

#[test]
fn what_is_not_known_is_kept() {
    let mut script = Script::new(SUITE, "unknown-attributes", 20);
    let json = script.run(&["--json", "query", "interfaces"]).ends(0);
    let rows = rows(&json);
    let raw = script
        .world
        .sim
        .console(":put [:serialize to=json value=[/interface/print detail as-value]]");
    let raw: Vec<Value> = serde_json::from_str(&raw).expect("JSON");
    assert_eq!(rows.len(), raw.len());
    let mut unknown = BTreeSet::new();
    for (row, raw) in rows.iter().zip(&raw) {
        for name in raw.as_object().expect("an item").keys() {
            let known = row["values"].get(name).or(row["flags"].get(name));
            let kept = row["unknown"].get(name);
            assert!(
                name == ".id" || known.is_some() || kept.is_some(),
                "{name} of {row} is lost"
            );
            unknown.extend(kept.map(|_| name.clone()));
        }
    }
    script.note(&format!("kept without being known: {unknown:?}"));
    script.matches();
}
