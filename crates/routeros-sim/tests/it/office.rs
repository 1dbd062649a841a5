//! A factory switch made into that of an office, by hand.

use crate::lab::Lab;

const LINES: &[&str] = &[
    "/interface bridge set bridge name=bridge-attic comment=\"attic(was bridge/defconf)\"",
    "/interface bridge port set [find interface=ether1] pvid=10 \
     frame-types=admit-only-untagged-and-priority-tagged",
    "/interface bridge port set [find interface=ether2] pvid=10 \
     frame-types=admit-only-untagged-and-priority-tagged",
    "/interface bridge vlan add bridge=bridge-attic vlan-ids=10 tagged=bridge-attic \
     untagged=ether1,ether2 comment=\"attic\"",
    "/interface ethernet set [find default-name=ether1] comment=\"attic: cache NIC 1\"",
    "/interface vlan add name=vlan10-attic interface=bridge-attic vlan-id=10 comment=\"attic\"",
    "/ip address add address=10.0.0.1/24 interface=vlan10-attic comment=\"attic\"",
    "/ip pool add name=pool-attic ranges=10.0.0.100-10.0.0.199 comment=\"attic\"",
    "/ip dhcp-server add name=dhcp-attic interface=vlan10-attic address-pool=pool-attic \
     lease-time=1h comment=\"attic\"",
    "/ip dhcp-server network add address=10.0.0.0/24 dns-server=10.0.0.1 comment=\"attic\"",
    "/ip dhcp-server lease add server=dhcp-attic address=10.0.0.10 \
     mac-address=02:00:00:00:00:51 comment=\"attic\"",
    "/ip dns set allow-remote-requests=yes",
    "/ip dns static add name=attic.local address=10.0.0.10 comment=\"attic\"",
    "/interface bridge set bridge-attic vlan-filtering=yes",
    "/ip service disable telnet,ftp,www,api,api-ssl",
];

const THERE: &[&str] = &[
    "/interface/bridge find where name=\"bridge-attic\" and vlan-filtering=yes",
    "/interface/bridge/port find where interface=ether1 and pvid=10 and bridge=bridge-attic",
    "/interface/bridge/vlan find where vlan-ids=10 and tagged=bridge-attic and untagged=\"ether1,ether2\"",
    "/interface/vlan find where name=\"vlan10-attic\" and interface=bridge-attic and running=yes",
    "/ip/address find where address=10.0.0.1/24 and interface=vlan10-attic and invalid=no",
    "/ip/pool find where ranges=\"10.0.0.100-10.0.0.199\"",
    "/ip/dhcp-server find where name=\"dhcp-attic\" and lease-time=1h and invalid=no",
    "/ip/dhcp-server/network find where address=10.0.0.0/24 and dns-server=10.0.0.1",
    "/ip/dhcp-server/lease find where server=dhcp-attic and mac-address=\"02:00:00:00:00:51\"",
    "/ip/dns/static find where name=\"attic.local\" and type=A and ttl=1d",
    "/ip/service find where name=telnet and disabled=yes",
    "/interface/bridge/vlan find where dynamic=yes and vlan-ids=1 and current-tagged=\"\"",
];

#[test]
fn every_version_can_be_made_into_it() {
    for minor in [12, 16, 20, 23, 24] {
        let mut lab = Lab::factory(minor);
        lab.quietly(LINES);
        for find in THERE {
            let count = lab.type_in(&format!(":put [:len [{find}]]"));
            assert_eq!(count, "1\n", "7.{minor}: {find}");
        }
    }
}

#[test]
fn its_export_makes_it_again() {
    let mut lab = Lab::factory(16);
    lab.quietly(LINES);
    let made = lab.type_in("/export terse");
    lab.quietly(&[
        "/export file=office",
        "/ip/dhcp-server/lease/remove [find]",
        "/ip/dhcp-server/network/remove [find]",
        "/ip/dhcp-server/remove [find]",
        "/ip/dns/static/remove [find]",
        "/ip/pool/remove [find]",
        "/ip/address/remove [find]",
        "/interface/vlan/remove [find]",
        "/interface/bridge/vlan/remove [find where dynamic=no]",
        "/interface/bridge/port/remove [find]",
        "/interface/bridge/remove [find]",
        "/interface/ethernet/set [find] comment=\"\"",
        "/ip/dns/set allow-remote-requests=no",
    ]);
    assert_ne!(lab.type_in("/export terse"), made);
    let done = lab.type_in("/import office.rsc");
    assert!(done.ends_with("successfully\n"), "{done}");
    assert_eq!(lab.type_in("/export terse"), made);
}
