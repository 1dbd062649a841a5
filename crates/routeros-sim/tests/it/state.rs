//! Items, their ids, and what follows from them.

use crate::lab::Lab;

#[test]
fn ids_are_in_the_case_of_the_version_and_never_come_back() {
    for (minor, expected) in [(16, "*a"), (19, "*a"), (20, "*A"), (24, "*A")] {
        let mut lab = Lab::chr(minor);
        lab.quietly(&["/interface/bridge/add name=nine"]);
        let add = ":put [/interface/bridge/add name=ten]";
        assert_eq!(lab.type_in(add), format!("{expected}\n"), "7.{minor}");
        lab.quietly(&[
            "/interface/bridge/remove ten",
            "/interface/bridge/set *9 name=x",
        ]);
        assert_eq!(
            lab.type_in(add),
            format!("{expected}\n").replace(['a', 'A'], if minor < 20 { "b" } else { "B" })
        );
    }
}

#[test]
fn interfaces_of_all_types_share_their_ids_and_names() {
    let mut lab = Lab::chr(20);
    assert_eq!(lab.type_in(":put [/interface/bridge/add name=br]"), "*9\n");
    assert_eq!(
        lab.type_in(":put [/interface/vlan/add name=v interface=br vlan-id=2]"),
        "*A\n"
    );
    assert_eq!(
        lab.type_in("/interface/vlan/add name=br interface=br vlan-id=3"),
        "failure: already have interface with such name\n"
    );
    assert_eq!(
        lab.type_in(":put [/ip/pool/add name=p ranges=10.0.0.1]"),
        "*1\n"
    );
}

#[test]
fn a_reference_follows_a_rename_and_dangles_after_a_removal() {
    let mut lab = Lab::chr(16);
    lab.quietly(&[
        "/interface/bridge/add name=br",
        "/interface/vlan/add name=v interface=br vlan-id=10",
        "/ip/address/add address=10.0.0.1/24 interface=v",
        "/ip/pool/add name=p ranges=10.0.0.2",
        "/ip/dhcp-server/add name=d interface=v address-pool=p",
        "/interface/bridge/set br name=other",
        "/interface/vlan/set v name=w",
    ]);
    assert_eq!(
        lab.type_in(":put [/interface/vlan/get w interface]"),
        "other\n"
    );
    assert_eq!(lab.type_in(":put [/ip/address/get 0 interface]"), "w\n");
    lab.quietly(&["/interface/vlan/remove w", "/ip/pool/remove p"]);
    assert_eq!(lab.type_in(":put [/ip/address/get 0 interface]"), "*a\n");
    assert_eq!(lab.type_in(":put [/ip/address/get 0 invalid]"), "true\n");
    assert_eq!(
        lab.type_in(":put [/ip/dhcp-server/get d address-pool]"),
        "*1\n"
    );
    assert_eq!(
        lab.type_in(":put [/ip/dhcp-server/get d invalid]"),
        "true\n"
    );
    assert!(lab.type_in("/ip/address/export").contains("interface=*a"));
    assert_eq!(
        lab.type_in("/ip/address/add address=10.1.0.1/24 interface=*a"),
        "input does not match any value of interface\n"
    );
}

#[test]
fn setting_and_removing_what_find_does_not_find_is_silent() {
    let mut lab = Lab::factory(20);
    lab.quietly(&[
        "/ip/address/set [find where interface=ether9] disabled=yes",
        "/ip/address/remove [find where interface=ether9]",
        "/ip/address/disable [find comment=nobody]",
    ]);
    assert_eq!(
        lab.type_in("/interface/bridge/set nobody comment=x"),
        "no such item\n"
    );
    assert_eq!(lab.type_in(":put [/ip/address/get 0 disabled]"), "false\n");
}

#[test]
fn targets_by_number_name_id_list_and_argument() {
    let mut lab = Lab::chr(20);
    for name in ["a", "b", "c", "d"] {
        lab.quietly(&[&format!("/ip/pool/add name={name} ranges=10.0.0.1")]);
    }
    lab.quietly(&[
        "/ip/pool/set 0 comment=number",
        "/ip/pool/set b comment=name",
        "/ip/pool/set *3 comment=id",
        "/ip/pool/set numbers=d comment=argument",
        "/ip/pool/set a,b ranges=10.0.0.2",
        "/ip/pool/comment c comment=again",
    ]);
    for (name, comment) in [
        ("a", "number"),
        ("b", "name"),
        ("c", "again"),
        ("d", "argument"),
    ] {
        let got = lab.type_in(&format!(":put [/ip/pool/get {name} comment]"));
        assert_eq!(got, format!("{comment}\n"));
    }
    assert_eq!(
        lab.type_in(":put [/ip/pool/find where ranges=10.0.0.2]"),
        "*1;*2\n"
    );
    lab.quietly(&["/ip/pool/remove [find]"]);
    assert_eq!(lab.type_in(":put [:len [/ip/pool/find]]"), "0\n");
}

#[test]
fn flags_are_in_as_value_from_7_20() {
    for (minor, present) in [(16, false), (20, true)] {
        let mut lab = Lab::factory(minor);
        let got = lab.type_in(":put [/ip/address/print detail as-value]");
        assert_eq!(got.contains("dynamic="), present, "7.{minor}: {got}");
        let named = lab.type_in(":put [/ip/address/print as-value proplist=.id,disabled]");
        assert_eq!(named, ".id=*1;disabled=false\n");
    }
}

#[test]
fn an_imported_file_stops_at_its_first_error_and_keeps_what_was_done() {
    let mut lab = Lab::chr(16);
    lab.quietly(&[
        "/interface/bridge/add name=br",
        "/interface/bridge/export file=x",
    ]);
    let again = lab.type_in("/import x.rsc");
    assert_eq!(
        again,
        "Script Error: failure: already have interface with such name \
         (/interface/bridge/add; line 5) (:import; line 1)\n"
    );
    lab.quietly(&["/interface/bridge/remove br"]);
    let done = lab.type_in("/import file-name=x.rsc");
    assert!(
        done.ends_with("Script file loaded and executed successfully\n"),
        "{done}"
    );
    assert_eq!(
        lab.type_in(":put [:len [/interface/bridge/find where name=br]]"),
        "1\n"
    );
    assert_eq!(
        lab.type_in("/import nope.rsc"),
        "Cannot open import file, file does not exist (:import; line 1)\n"
    );
}

#[test]
fn an_export_of_a_factory_switch_makes_the_same_switch() {
    let mut lab = Lab::factory(20);
    let before = lab.type_in("/export terse");
    lab.quietly(&[
        "/export file=all",
        "/ip/address/remove [find]",
        "/interface/bridge/port/remove [find]",
        "/interface/bridge/remove [find]",
    ]);
    let done = lab.type_in("/import all.rsc");
    assert!(done.ends_with("successfully\n"), "{done}");
    assert_eq!(lab.type_in("/export terse"), before);
}

#[test]
fn a_timer_belongs_to_its_maker_and_its_script_keeps_its_quotes() {
    let mut lab = Lab::factory(20);
    lab.quietly(&["/system/scheduler/add name=t interval=10m on-event=\"/log info \\\"x\\\"\""]);
    assert_eq!(
        lab.type_in(":put [/system/scheduler/get t owner]"),
        "admin\n"
    );
    assert_eq!(
        lab.type_in(":put [/system/scheduler/get t interval]"),
        "00:10:00\n"
    );
    assert_eq!(
        lab.type_in(":put [/system/scheduler/get t on-event]"),
        "/log info \"x\"\n"
    );
}

#[test]
fn numbers_are_those_that_items_were_first_shown_with() {
    let mut lab = Lab::chr(16);
    assert!(
        lab.type_in("/ip/service/print where name=ssh")
            .contains("\n0 ssh")
    );
    assert!(lab.type_in("/ip/service/print").contains("\n3   ssh"));
    assert!(
        lab.type_in("/ip/service/print where name=ssh")
            .contains("\n3 ssh")
    );
}

#[test]
fn one_record_a_line_of_leases() {
    let lines = &[
        "/ip/pool/add name=p ranges=10.9.0.20-10.9.0.30",
        "/ip/dhcp-server/add name=attic interface=ether1 address-pool=p",
        "/ip/dhcp-server/lease/add server=attic address=10.9.0.10 mac-address=02:00:00:00:00:0a",
    ];
    let read = ":foreach i in=[/ip/dhcp-server/lease find where server=attic] \
                do={:put [/ip/dhcp-server/lease get $i]}";
    let mut lab = Lab::chr(24);
    lab.quietly(lines);
    assert_eq!(
        lab.type_in(read),
        ".id=*1;active-agent-circuit-id=;active-agent-remote-id=;address=10.9.0.10;\
         address-lists=;agent-circuit-id=;agent-remote-id=;blocked=false;dhcp-option=;\
         disabled=false;dynamic=false;last-seen=never;mac-address=02:00:00:00:00:0A;\
         radius=false;server=attic;status=waiting\n"
    );
    let mut lab = Lab::chr(16);
    lab.quietly(lines);
    assert!(!lab.type_in(read).contains("agent"));
    assert_eq!(
        lab.type_in(":put [/ip/dhcp-server/lease/get 0 lease-time]"),
        "00:00:00\n"
    );
}

#[test]
fn a_cable_that_is_pulled_is_counted() {
    let mut lab = Lab::factory(20);
    lab.device.set_link("ether3", false);
    lab.device.set_link("ether3", false);
    lab.device.set_link("ether3", true);
    lab.device.set_link("ether3", false);
    for (name, expected) in [("link-downs", "2"), ("running", "false")] {
        let got = lab.type_in(&format!(":put [/interface/get ether3 {name}]"));
        assert_eq!(got, format!("{expected}\n"));
    }
}

#[test]
fn leases_are_exported_between_clients_and_networks() {
    let mut lab = Lab::chr(16);
    lab.quietly(&[
        "/ip/dhcp-client/add interface=ether2",
        "/ip/dhcp-server/add name=d interface=ether1",
        "/ip/dhcp-server/network/add address=10.9.0.0/24",
        "/ip/dhcp-server/lease/add server=d address=10.9.0.10 mac-address=02:00:00:00:00:0a",
    ]);
    let export = lab.type_in("/export terse");
    let place = |section: &str| export.find(section).expect("a section");
    let client = place("/ip dhcp-client add");
    let lease = place("/ip dhcp-server lease add address=10.9.0.10");
    assert!(
        client < lease && lease < place("/ip dhcp-server network add"),
        "{export}"
    );
}
