//! The configuration as text says what the device shows, and makes it again.

use routeros_client::export::parse;
use routeros_client::row::Row;
use routeros_client::schema::Kind;

use super::{Lab, MINORS};

/// Some of everything, with values that have to be quoted and wrapped.
const LINES: &[&str] = &[
    "/interface/bridge/add name=bridge-attic comment=\"attic: the \\\"office\\\"\" priority=0x1000 vlan-filtering=yes",
    "/interface/bridge/port/add bridge=bridge-attic interface=ether1 pvid=10 frame-types=admit-only-untagged-and-priority-tagged comment=\"a comment that is long enough to be wrapped somewhere; \\$not a variable\"",
    "/interface/bridge/port/add bridge=bridge-attic interface=ether2 horizon=3",
    "/interface/bridge/vlan/add bridge=bridge-attic vlan-ids=10 tagged=bridge-attic untagged=ether1,ether2",
    "/interface/bridge/vlan/add bridge=bridge-attic vlan-ids=20,30-35 tagged=bridge-attic,ether3,ether4,ether5,ether6,ether7,ether8",
    "/interface/ethernet/set [find where default-name=ether3] name=\"third port\" comment=\"caf\\C3\\A9\"",
    "/interface/vlan/add name=vlan10-attic interface=bridge-attic vlan-id=10 mtu=1400",
    "/ip/address/add address=10.0.0.1/24 interface=vlan10-attic",
    "/ip/address/add address=10.0.1.1/24 interface=\"third port\" disabled=yes",
    "/ip/pool/add name=pool-attic ranges=10.0.0.100-10.0.0.199,10.0.0.50",
    "/ip/dhcp-server/add name=dhcp-attic interface=vlan10-attic address-pool=pool-attic lease-time=1h30m",
    "/ip/dhcp-server/network/add address=10.0.0.0/24 dns-server=10.0.0.1,10.0.0.2 domain=attic.internal",
    "/ip/dhcp-server/lease/add server=dhcp-attic address=10.0.0.10 mac-address=02:00:00:00:00:51 lease-time=2h",
    "/ip/dns/set allow-remote-requests=yes servers=10.0.0.2,10.0.0.3 cache-size=4096KiB",
    "/ip/dns/static/add name=cache.attic.internal address=10.0.0.10 ttl=2h",
    "/ip/dns/static/add regexp=\"^a.*\\\\.attic\\$\" address=10.0.0.10",
    "/ip/service/set telnet disabled=yes",
    "/ip/service/set ssh port=2222 address=10.0.0.0/24",
    "/system/identity/set name=\"attic switch\"",
];

/// Whether both are the same item: an export leaves out what is at its default.
fn is_same(said: &Row, shown: &Row) -> bool {
    let menu = said.kind.menu();
    let same = |key: &str| {
        said.get(key)
            .is_none_or(|value| shown.get(key) == Some(value))
    };
    menu.singleton || menu.keys.iter().all(|key| same(key))
}

fn without_head(export: &str) -> Vec<&str> {
    export
        .lines()
        .filter(|line| !line.starts_with("# 20"))
        .collect()
}

#[test]
fn an_export_says_what_the_rows_say() {
    for minor in MINORS {
        for form in ["", " terse"] {
            let mut lab = Lab::blank(minor);
            lab.quietly(LINES);
            let printed = lab.say(format!("/export{form}"));
            let said = parse(&printed)
                .unwrap_or_else(|error| panic!("7.{minor}: {error}"))
                .state();
            let mut compared = 0;
            for kind in Kind::settable() {
                let shown: Vec<Row> = lab
                    .rows(kind)
                    .into_iter()
                    .filter(|row| !row.is_dynamic())
                    .collect();
                for row in said.of(kind) {
                    let of = |shown: &&Row| is_same(row, shown);
                    let shown = shown
                        .iter()
                        .find(of)
                        .unwrap_or_else(|| panic!("7.{minor} {kind}: {}", row.key()));
                    for (name, value) in row
                        .values
                        .iter()
                        .filter(|(name, _)| shown.get(name).is_some())
                    {
                        assert_eq!(
                            shown.get(name),
                            Some(value),
                            "7.{minor}{form} {kind} {}: {name}",
                            row.key()
                        );
                        compared += 1;
                    }
                }
                if kind.menu().can_add {
                    assert_eq!(said.of(kind).len(), shown.len(), "7.{minor}{form} {kind}");
                }
            }
            assert!(compared > 50, "7.{minor}{form}: {compared}");
            println!("7.{minor}{form}: {compared} values of the export are those of the rows");
        }
    }
}

#[test]
fn a_service_that_is_disabled_by_default_is_in_an_export_when_it_is_enabled() {
    let mut lab = Lab::blank(16);
    let service = |export: &str| {
        let state = parse(export).expect("parses").state();
        let found = state
            .of(Kind::Service)
            .iter()
            .find(|row| row.text("name") == "www-ssl");
        found.and_then(|row| row.flags.disabled)
    };
    assert_eq!(service(&lab.say("/export")), None);
    lab.quietly(["/ip/service/enable www-ssl"]);
    assert_eq!(service(&lab.say("/export")), Some(false));
}

#[test]
fn what_differs_from_the_default_is_in_an_export() {
    for minor in MINORS {
        let mut lab = Lab::blank(minor);
        lab.quietly(LINES);
        let said = parse(&lab.say("/export")).expect("parses").state();
        for kind in Kind::settable().filter(|kind| kind.menu().can_add) {
            for row in lab.rows(kind).iter().filter(|row| !row.is_dynamic()) {
                let in_export = said
                    .of(kind)
                    .iter()
                    .find(|said| is_same(said, row))
                    .expect("there");
                for (name, value) in &row.values {
                    let attribute = kind.attribute(name).expect("in the schema");
                    let default = attribute
                        .default
                        .and_then(|text| attribute.kind.read(text).ok());
                    if !attribute.read_only
                        && !value.is_unset()
                        && default.is_some_and(|default| default != *value)
                    {
                        assert_eq!(
                            in_export.get(name),
                            Some(value),
                            "7.{minor} {kind} {}: {name}",
                            row.key()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn an_export_that_was_read_and_written_makes_the_same_device() {
    for minor in MINORS {
        for form in ["", " terse"] {
            let mut lab = Lab::blank(minor);
            lab.quietly(LINES);
            let printed = lab.say(format!("/export{form}"));
            let written = parse(&printed).expect("parses").to_string();
            let mut blank = Lab::blank(minor);
            blank
                .device
                .files
                .write("again.rsc", written.into_bytes(), 0)
                .expect("written");
            let answer = blank.say("/import again.rsc");
            assert!(
                answer.ends_with("successfully\n"),
                "7.{minor}{form}: {answer}"
            );
            let again = blank.say(format!("/export{form}"));
            assert_eq!(
                without_head(&again),
                without_head(&printed),
                "7.{minor}{form}"
            );
        }
    }
}
