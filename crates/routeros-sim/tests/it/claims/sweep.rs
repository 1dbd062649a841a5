//! A device with something in every menu, and the forms in which it shows it.

use std::collections::{BTreeMap, BTreeSet};

use crate::lab::Lab;
use routeros_sim::{Device, UNKNOWN, Version, menus};

/// Menus and forms, and the minor versions in which the simulator answers.
pub(super) type Claims = BTreeMap<(String, &'static str), BTreeSet<u8>>;

/// The versions that are asked.
pub(super) const MINORS: std::ops::RangeInclusive<u8> = 12..=24;

/// Forms and how they are asked for; of a menu `{}`, of an item `*`.
const FORMS: &[(&str, &str)] = &[
    ("print", "{}/print"),
    ("print", "{}/print where .id=*"),
    ("brief", "{}/print brief where .id=*"),
    ("detail", "{}/print detail where .id=*"),
    ("terse", "{}/print terse where .id=*"),
    ("value-list", "{}/print value-list where .id=*"),
    ("show-ids", "{}/print show-ids where .id=*"),
    ("show-ids", "{}/print detail show-ids where .id=*"),
    ("show-ids", "{}/print terse show-ids where .id=*"),
    ("as-value", ":put [{}/print as-value]"),
    ("as-value", ":put [{}/print detail as-value]"),
    ("get", ":put [{}/get]"),
    ("get", ":put [{}/get *]"),
    (
        "json",
        ":put [:serialize to=json options=json.no-string-conversion value=[{}/print as-value]]",
    ),
    (
        "json",
        ":put [:serialize to=json options=json.no-string-conversion value=[{}/print detail as-value]]",
    ),
    ("export", "{}/export"),
    ("export terse", "{}/export terse"),
    ("export verbose", "{}/export verbose"),
];

/// Something in every menu.
const LINES: &[&str] = &[
    "/interface/bridge/port/remove [find]",
    "/interface/bridge/set [find where name=bridge] auto-mac=yes admin-mac=\"\"",
    "/interface/bridge/add name=br",
    "/interface/bridge/port/add bridge=br interface=ether2",
    "/interface/bridge/vlan/add bridge=br vlan-ids=10 tagged=br untagged=ether2",
    "/interface/vlan/add name=vlan10 interface=br vlan-id=10",
    "/interface/list/add name=WAN",
    "/interface/list/member/add list=WAN interface=ether1",
    "/interface/ethernet/set ether5 comment=five",
    "/ip/address/add address=10.0.0.1/24 interface=ether3",
    "/ip/pool/add name=pool1 ranges=10.0.0.100-10.0.0.199",
    "/ip/dhcp-server/add name=dhcp1 interface=ether3 address-pool=pool1",
    "/ip/dhcp-server/network/add address=10.0.0.0/24 gateway=10.0.0.1 dns-server=10.0.0.1",
    "/ip/dhcp-server/lease/add server=dhcp1 address=10.0.0.10 mac-address=02:00:00:00:00:51",
    "/ip/dhcp-client/add interface=ether4",
    "/ip/dns/set allow-remote-requests=yes",
    "/ip/dns/static/add name=attic.test address=10.0.0.10",
    "/ip/service/set ssh port=2222",
    "/ip/neighbor/discovery-settings/set discover-interface-list=none",
    "/system/identity/set name=attic",
    "/system/clock/set time-zone-name=Europe/Riga",
    "/system/note/set show-at-login=yes note=hello",
    "/system/scheduler/add name=timer interval=10m on-event=\":put 1\"",
    "/system/script/add name=script source=\":put 1\"",
    "/log/info hello",
];

const SURROUNDINGS: &[(&str, &[(&str, &str)])] = &[
    (
        "/ip/arp",
        &[
            ("address", "10.0.0.9"),
            ("mac-address", "02:00:00:00:00:09"),
            ("interface", "ether1"),
            ("status", "reachable"),
            ("complete", "yes"),
        ],
    ),
    (
        "/interface/bridge/host",
        &[("mac-address", "02:00:00:00:00:09"), ("vid", "1")],
    ),
    ("/user/active", &[("name", "admin"), ("via", "ssh")]),
    ("/user/ssh-keys", &[("user", "admin"), ("bits", "256")]),
];

fn furnished(device: Device) -> Lab {
    let mut lab = Lab::of(device);
    for line in LINES {
        let answer = lab.type_in(line);
        assert!(answer.is_empty(), "{line}: {answer}");
    }
    for (path, row) in SURROUNDINGS {
        let row = row.iter().map(|(name, value)| (*name, (*value).to_owned()));
        lab.device.set_rows(path, &[row.collect()]);
    }
    let backup = lab.device.files.write("a.backup", vec![0; 22_222], 0);
    backup.expect("written");
    // Leaves that file to the menu.
    lab.type_in("/system/backup/save name=b dont-encrypt=yes");
    lab.type_in("/file/remove b.backup");
    lab
}

/// The ids of some items of a menu; one that is none for a singleton.
fn ids(lab: &mut Lab, path: &str) -> Vec<String> {
    let ids = lab.type_in(&format!(":put [{path}/find]"));
    let mut ids: Vec<String> = ids.trim_end().split(';').map(str::to_owned).collect();
    ids.retain(|id| id.starts_with('*'));
    ids.dedup_by_key(|id| id.len());
    ids
}

/// Everything that any simulated device is willing to print.
pub(super) fn claims() -> Claims {
    let mut claims = Claims::new();
    for minor in MINORS {
        let version = Version::new(minor);
        let mut empty: BTreeSet<&str> = menus(version).iter().map(|(path, _)| *path).collect();
        for device in [Device::factory(version), Device::chr(version, 8)] {
            let mut lab = furnished(device);
            for (path, _) in menus(version) {
                let ids = ids(&mut lab, path);
                if !ids.is_empty()
                    || lab
                        .type_in(&format!(":put [{path}/find]"))
                        .starts_with("bad")
                {
                    empty.remove(path);
                }
                for (form, line) in FORMS {
                    let lines = match line.contains('*') {
                        true => ids.iter().map(|id| line.replace('*', id)).collect(),
                        false => vec![(*line).to_owned()],
                    };
                    for line in lines {
                        if is_shown(&lab.type_in(&line.replace("{}", path))) {
                            claims
                                .entry((path.to_owned(), form))
                                .or_default()
                                .insert(minor);
                        }
                    }
                }
            }
        }
        assert!(empty.is_empty(), "7.{minor}: nothing is in {empty:?}");
    }
    claims
}

/// Whether something is said of an item, and nothing is refused.
fn is_shown(answer: &str) -> bool {
    let refused = [
        UNKNOWN,
        "bad ",
        "expected ",
        "syntax ",
        "no such item",
        "input ",
    ]
    .iter()
    .any(|start| answer.starts_with(start));
    let mut lines = answer
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    !refused && lines.next().is_some()
}
