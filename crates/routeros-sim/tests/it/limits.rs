//! What a device does not let anybody do, and what it writes down.

use crate::lab::Lab;
use routeros_sim::mode::DeviceMode;

#[test]
fn from_7_15_a_failed_command_is_in_the_log() {
    for (minor, lines) in [(14, "0"), (15, "1")] {
        let mut lab = Lab::chr(minor);
        lab.type_in("/bogus");
        lab.type_in(":put fine");
        let count = lab.type_in(":put [:len [/log/find where message~\"from sshd failed\"]]");
        assert_eq!(count, format!("{lines}\n"), "7.{minor}");
    }
}

#[test]
fn brackets_cannot_be_too_deep_nor_scripts_too_long() {
    let mut lab = Lab::chr(16);
    for deep in ["(", "!", "[", "{"] {
        let answer = lab.type_in(&format!(":put {}", deep.repeat(100_000)));
        assert!(!answer.is_empty(), "{deep}");
    }
    let answer = lab.type_in(&format!(":put ({}1)", "!".repeat(100_000)));
    assert!(answer.starts_with(routeros_sim::UNKNOWN), "{answer}");
    let answer = lab.type_in(":while (1 = 1) do={ :local a 1 }");
    assert!(answer.starts_with(routeros_sim::UNKNOWN), "{answer}");
}

#[test]
fn a_device_in_the_mode_of_a_home_has_no_scheduler() {
    let mut lab = Lab::factory(20);
    lab.device.set_device_mode(DeviceMode::Home);
    let add = "/system/scheduler/add name=t interval=10m on-event=\"\"";
    assert_eq!(lab.type_in(add), "failure: not allowed by device-mode\n");
    lab.device.set_device_mode(DeviceMode::Basic);
    lab.quietly(&[add]);
}

#[test]
fn what_was_never_seen_is_not_shown_but_can_be_read() {
    let mut lab = Lab::factory(20);
    lab.quietly(&["/system/scheduler/add name=t interval=10m on-event=\"\""]);
    for line in [
        "/system/scheduler/print",
        "/system/scheduler/print detail",
        "/system/device-mode/print",
    ] {
        let answer = lab.type_in(line);
        assert!(
            answer.starts_with(routeros_sim::UNKNOWN),
            "{line}: {answer}"
        );
    }
    assert_eq!(lab.type_in("/system/scheduler/print count-only"), "1\n");
    assert_eq!(lab.type_in(":put [/system/scheduler/get t name]"), "t\n");
    assert_eq!(
        lab.type_in(":put [/system/device-mode/get mode]"),
        "basic\n"
    );
}

/// Lines whose answers are not known.
fn unknown(lab: &mut Lab, lines: &[&str]) {
    for line in lines {
        let answer = lab.type_in(line);
        assert!(
            answer.starts_with(routeros_sim::UNKNOWN),
            "{line}: {answer}"
        );
    }
}

#[test]
fn networks_are_shown_by_the_three_columns_that_were_seen() {
    let mut lab = Lab::chr(16);
    let add = "/ip/dhcp-server/network/add address=10.9.0.0/24 gateway=10.9.0.1";
    lab.quietly(&[&format!("{add} dns-server=10.9.0.2,10.9.0.3")]);
    assert_eq!(
        lab.type_in("/ip/dhcp-server/network/print"),
        "Columns: ADDRESS, GATEWAY, DNS-SERVER\n\
         # ADDRESS      GATEWAY   DNS-SERVER\n\
         0 10.9.0.0/24  10.9.0.1  10.9.0.2  \n                         \
         10.9.0.3  \n\n"
    );
    lab.quietly(&["/ip/dhcp-server/network/set 0 domain=attic.test"]);
    unknown(&mut lab, &["/ip/dhcp-server/network/print"]);
    unknown(&mut lab, &["/ip/dhcp-server/network/print detail"]);
    let record = lab.type_in(":put [/ip/dhcp-server/network/get 0]");
    assert!(record.contains(";domain=attic.test;"), "{record}");
}

#[test]
fn leases_are_shown_with_the_one_flag_that_was_seen() {
    let mut lab = Lab::chr(22);
    lab.quietly(&["/ip/dhcp-server/lease/add address=10.9.0.10 mac-address=02:00:00:00:00:0a"]);
    assert_eq!(
        lab.type_in("/ip/dhcp-server/lease/print"),
        "Columns: ADDRESS, MAC-ADDRESS, SERVER, STATUS, LAST-SEEN\n\
         # ADDRESS    MAC-ADDRESS        SERVER  STATUS   LAST-SEEN\n\
         0 10.9.0.10  02:00:00:00:00:0A  all     waiting  never    \n\n"
    );
    unknown(&mut lab, &["/ip/dhcp-server/lease/print detail"]);
    lab.quietly(&["/ip/dhcp-server/lease/disable 0"]);
    unknown(&mut lab, &["/ip/dhcp-server/lease/print"]);
}

#[test]
fn static_names_and_small_files_are_not_shown_but_can_be_read() {
    let mut lab = Lab::factory(20);
    lab.quietly(&[
        "/ip/dns/static/add name=a.test address=10.0.0.1",
        "/ip/pool/export file=small",
    ]);
    unknown(
        &mut lab,
        &[
            "/ip/dns/static/print",
            "/ip/dns/static/print detail",
            "/file/print",
        ],
    );
    let record = lab.type_in(":put [/ip/dns/static/print detail as-value]");
    assert!(record.contains(";name=a.test;"), "{record}");
    assert_eq!(
        lab.type_in(":put ([/file/get small.rsc size] < 1024)"),
        "true\n"
    );
}

#[test]
fn scripts_get_whole_records_only_in_detail_and_where_they_are_known() {
    let mut lab = Lab::factory(20);
    let bridges = lab.type_in(":put [/interface/bridge/print detail as-value]");
    assert!(bridges.contains(";name=bridge;"), "{bridges}");
    unknown(
        &mut lab,
        &[
            ":put [/interface/bridge/print as-value]",
            ":put [/ip/service/print as-value]",
            ":put [/user/get admin]",
            ":put [/system/clock/print as-value]",
        ],
    );
    assert_eq!(lab.type_in(":put [/user/get admin name]"), "admin\n");
}

#[test]
fn blocks_with_properties_that_were_never_seen_are_not_shown() {
    let mut lab = Lab::factory(16);
    let bridge = lab.type_in("/interface/bridge/print detail where name=bridge");
    assert!(bridge.starts_with(routeros_sim::UNKNOWN), "{bridge}");
    lab.quietly(&["/interface/bridge/add name=plain"]);
    let plain = lab.type_in("/interface/bridge/print detail where name=plain");
    assert!(plain.contains(" 1 R name=\"plain\" mtu=auto "), "{plain}");
    lab.quietly(&["/interface/bridge/set plain vlan-filtering=yes"]);
    unknown(
        &mut lab,
        &["/interface/bridge/print detail where name=plain"],
    );
}

#[test]
fn of_the_switch_only_known_figures_can_be_had() {
    let mut lab = Lab::factory(16);
    unknown(
        &mut lab,
        &[
            "/system/resource/print",
            "/system/package/print",
            ":put [/system/resource/get free-memory]",
            ":put [/system/routerboard/get current-firmware]",
            ":put [/system/resource/print as-value]",
        ],
    );
    for (name, value) in [("board-name", "CRS326-24G-2S+"), ("cpu-count", "2")] {
        let line = format!(":put [/system/resource/get {name}]");
        assert_eq!(lab.type_in(&line), format!("{value}\n"));
    }
}

#[test]
fn files_are_shown_where_their_type_and_size_are_known() {
    let mut lab = Lab::factory(22);
    lab.device
        .files
        .write("saved.backup", vec![0; 22_222], 1_784_900_829_000)
        .expect("written");
    lab.type_in("/file/find");
    assert_eq!(
        lab.type_in("/file/print"),
        "Columns: NAME, TYPE, SIZE, LAST-MODIFIED\n\
         # NAME          TYPE    SIZE     LAST-MODIFIED      \n\
         0 saved.backup  backup  21.7KiB  2026-07-24 13:47:09\n\n"
    );
    assert_eq!(lab.type_in(":put [/file/get saved.backup size]"), "22222\n");
    lab.quietly(&["/export file=x"]);
    unknown(&mut lab, &["/file/print", ":put [/file/get x.rsc type]"]);
}
