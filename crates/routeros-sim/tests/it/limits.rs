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
