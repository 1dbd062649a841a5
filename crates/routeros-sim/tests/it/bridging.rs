//! What follows from a bridge, its ports and its VLANs.

use crate::lab::Lab;

#[test]
fn a_bridge_that_filters_makes_rows_of_its_own() {
    let mut lab = Lab::factory(16);
    let rows = ":put [:len [/interface/bridge/vlan/find where dynamic=yes]]";
    assert_eq!(lab.type_in(rows), "0\n");
    lab.quietly(&[
        "/interface/bridge/port/set [find interface=ether1] pvid=10",
        "/interface/vlan/add name=v interface=bridge vlan-id=10",
        "/interface/bridge/set bridge vlan-filtering=yes",
    ]);
    assert_eq!(lab.type_in(rows), "3\n");
    let words = lab.type_in("/interface/bridge/vlan/print");
    assert!(
        words.starts_with(routeros_sim::UNKNOWN),
        "what it says of the row for a VLAN interface was never seen: {words}"
    );
    let current = ":put [/interface/bridge/vlan/get [find where vlan-ids=10 and current-untagged=ether1] current-untagged]";
    assert_eq!(lab.type_in(current), "ether1\n");
    let own = ":put [:len [/interface/bridge/vlan/find where dynamic=yes and untagged=\"\"]]";
    assert_eq!(lab.type_in(own), "3\n");
    let removal = "/interface/bridge/vlan/remove [find where dynamic=yes]";
    assert_eq!(lab.type_in(removal), "failure: can not change dynamic\n");
    assert!(!lab.type_in("/export").contains("/interface bridge vlan"));
    lab.quietly(&[
        "/interface/bridge/vlan/add bridge=bridge vlan-ids=10 tagged=bridge untagged=ether1",
    ]);
    assert_eq!(lab.type_in(rows), "1\n");
    lab.quietly(&["/interface/bridge/set bridge vlan-filtering=no"]);
    assert_eq!(lab.type_in(rows), "0\n");
}

#[test]
fn before_7_16_a_bridge_is_not_tagged_by_a_vlan_interface() {
    let mut lab = Lab::factory(15);
    lab.quietly(&[
        "/interface/vlan/add name=v interface=bridge vlan-id=10",
        "/interface/bridge/set bridge vlan-filtering=yes",
    ]);
    assert_eq!(
        lab.type_in(":put [:len [/interface/bridge/vlan/find]]"),
        "1\n"
    );
}

#[test]
fn values_that_follow_from_others() {
    let mut lab = Lab::factory(16);
    lab.quietly(&[
        "/interface/vlan/add name=v interface=bridge vlan-id=10",
        "/ip/address/add address=10.20.30.40/20 interface=v",
        "/ip/address/add address=10.9.0.1/24 interface=ether3",
        "/ip/pool/add name=p ranges=10.20.30.50",
        "/ip/dhcp-server/add name=d interface=v address-pool=p",
        "/ip/dhcp-server/add name=e interface=ether3 address-pool=p",
    ]);
    for (line, expected) in [
        ("[/ip/address/get 1 network]", "10.20.16.0"),
        ("[/ip/address/get 2 slave]", "true"),
        ("[/ip/address/get 2 actual-interface]", "bridge"),
        ("[/interface/vlan/get v l2mtu]", "1588"),
        ("[/interface/get v running]", "true"),
        ("[/ip/dhcp-server/get d invalid]", "false"),
        ("[/ip/dhcp-server/get d lease-time]", "00:30:00"),
        ("[/ip/dhcp-server/get e invalid]", "true"),
    ] {
        assert_eq!(
            lab.type_in(&format!(":put {line}")),
            format!("{expected}\n"),
            "{line}"
        );
    }
    assert!(
        lab.type_in("/ip/dhcp-server/print")
            .contains(";;; DHCP server can not run on slave")
    );
    lab.quietly(&["/ip/address/set 1 address=10.5.0.1/16"]);
    assert_eq!(
        lab.type_in(":put [/ip/address/get 1 network]"),
        "10.5.0.0\n"
    );
}

#[test]
fn from_7_17_rows_of_one_vlan_are_allowed_and_warned_of() {
    let mut lab = Lab::factory(17);
    lab.quietly(&[
        "/interface/bridge/vlan/add bridge=bridge vlan-ids=10 tagged=bridge",
        "/interface/bridge/vlan/add bridge=bridge vlan-ids=5-20 tagged=ether1",
    ]);
    let export = lab.type_in("/interface/bridge/vlan/export");
    assert_eq!(
        export
            .matches("# duplicate vlan ids are not allowed")
            .count(),
        2
    );
}

#[test]
fn ports_restart_when_a_bridge_changes_how_it_filters() {
    let mut lab = Lab::factory(20);
    let events = |lab: &mut Lab, line: &str| lab.events(line).len();
    assert_eq!(
        events(&mut lab, "/interface/bridge/set bridge vlan-filtering=yes"),
        1
    );
    assert_eq!(
        events(&mut lab, "/interface/bridge/set bridge comment=x"),
        0
    );
    assert_eq!(
        events(&mut lab, "/interface/ethernet/set ether5 l2mtu=9000"),
        1
    );
}

#[test]
fn the_switch_chip_forwards_for_one_bridge_only() {
    let mut lab = Lab::factory(20);
    let offloaded = ":put [:len [/interface/bridge/port/find where hw-offload=yes]]";
    assert_eq!(lab.type_in(offloaded), "26\n");
    lab.quietly(&[
        "/interface/bridge/add name=second",
        "/interface/bridge/port/set [find interface=ether9] bridge=second",
        "/interface/bridge/port/set [find interface=ether8] hw=no",
        "/interface/bridge/port/set [find interface=ether7] horizon=1",
    ]);
    assert_eq!(lab.type_in(offloaded), "23\n");
}
