//! Files that cannot be read.

use expect_test::{Expect, expect};
use routeros_client::desired::Desired;
use routeros_client::schema::Kind;

use super::factory::{office, read};

fn check(text: &str, expected: Expect) {
    let faults = Desired::read(text).expect_err("faults");
    expected.assert_eq(&faults.to_string());
}

#[test]
fn unknown_names_are_told_with_the_nearest_known_one() {
    check(
        "owner = \"attic\"\n[[bridge-prot]]\n[[bridge]]\nname = \"b\"\nvlan-filtring = true\n\
         [device]\nbord = \"x\"\n[management]\nprt = \"ether1\"\n",
        expect![[r#"
            line 2: unknown section "bridge-prot", did you mean "bridge-port"?
            line 5: bridge has no property "vlan-filtring", did you mean "vlan-filtering"?
            line 7: unknown key "bord", did you mean "board"?
            line 8: management takes a port and an address
            line 9: unknown key "prt", did you mean "port"?"#]],
    );
}

#[test]
fn values_are_read_by_the_type_of_their_property() {
    check(
        "owner = \"attic\"\n[[vlan]]\nname = \"v\"\nvlan-id = 4095\nmtu = [1]\n\
         [[ip-address]]\naddress = \"10.0.0.1/40\"\n[[bridge]]\nvlan-filtering = 1\n\
         [[dhcp-server]]\nlease-time = \"soon\"\n[[bridge-port]]\nframe-types = \"tagged\"\n\
         interfaces = \"ether1\"\n[[ip-pool]]\nused = 4\n",
        expect![[r#"
            line 4: vlan-id: 4095 is out of range (1..4094)
            line 5: mtu: a list is not taken here
            line 7: address: "10.0.0.1/40" is not an address with the length of its network
            line 9: vlan-filtering: "1" is not yes or no
            line 11: lease-time: "soon" is not a span of time
            line 13: frame-types: "tagged" is none of admit-all, admit-only-untagged-and-priority-tagged, admit-only-vlan-tagged
            line 14: interfaces takes a list
            line 16: used is only shown by the device, never set"#]],
    );
}

#[test]
fn forms_are_told() {
    check(
        "purge = [\"dns\", \"ip-pol\"]\n[dns]\nservers = [\"a,b\"]\n[bridge]\nname = \"b\"\n\
         [[bridge-port]]\ninterface = \"ether1\"\ninterfaces = [\"ether2\"]\n[[dns-static]]\nadopt = \"x\"\n",
        expect![[r#"
            line 1: "dns" is no kind whose items can be removed
            line 1: "ip-pol" is no kind whose items can be removed, did you mean "ip-pool"?
            line 1: owner is missing: the word that marks what the tool made
            line 3: servers: "a,b" holds a comma; write a list
            line 4: write [[bridge]]
            line 6: declare interface or interfaces, not both
            line 10: dns-static has no property "adopt""#]],
    );
    check(
        "owner = ",
        expect!["line 1: string values must be quoted, expected literal string"],
    );
    check(
        "owner = \"a b\"",
        expect![[r#"line 1: owner takes one word of letters, digits, "-", "_" and ".""#]],
    );
}

#[test]
fn lists_of_interfaces_are_one_item_each() {
    let office = office();
    assert_eq!(office.of(Kind::BridgePort).count(), 26);
    let lines: Vec<_> = office.of(Kind::BridgePort).map(|port| port.line).collect();
    assert_eq!(lines[0], lines[24]);
    assert_ne!(lines[24], lines[25]);
    assert_eq!(office.of(Kind::Identity).count(), 1);
}

#[test]
fn numbers_booleans_and_lists_may_be_toml_or_text() {
    let one = "[[bridge]]\nname = \"b\"\nvlan-filtering = true\npvid = 10\npriority = 0x8000\n";
    let two = "[[bridge]]\nname = \"b\"\nvlan-filtering = \"yes\"\npvid = \"10\"\npriority = \"0x8000\"\n";
    let read = |text: &str| read(&format!("owner = \"a\"\n{text}")).items;
    assert_eq!(read(one), read(two));
    let list =
        "[[bridge-vlan]]\nbridge = \"b\"\nvlan-ids = [10, \"20-21\"]\ntagged = [\"x\", \"y\"]\n";
    let text = "[[bridge-vlan]]\nbridge = \"b\"\nvlan-ids = \"20,21,10\"\ntagged = \"y,x\"\n";
    assert_eq!(read(list), read(text));
}
