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
    assert_eq!(lab.type_in("/system/scheduler/print"), "\n");
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

#[test]
fn menus_without_a_table_give_whole_records() {
    let mut lab = Lab::factory(20);
    let bridges = lab.type_in(":put [/interface/bridge/print as-value]");
    assert!(bridges.contains(";name=bridge;"), "{bridges}");
}

#[test]
fn sizes_of_files_are_shown_in_units_and_read_in_bytes() {
    let mut lab = Lab::factory(20);
    lab.quietly(&["/export file=x"]);
    let bytes = lab.type_in(":put [/file/get x.rsc size]");
    let bytes: usize = bytes.trim().parse().expect("a number");
    let shown = format!("{}.{}KiB", bytes / 1024, bytes * 10 / 1024 % 10);
    let table = lab.type_in("/file/print");
    assert!(
        table.contains(&format!("0 x.rsc  script  {shown}")),
        "{table}"
    );
}
