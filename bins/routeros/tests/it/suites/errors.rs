//! What goes wrong on the device, or is wrong already: nothing stays half
//! done, and the words say what to do.

use routeros_sim::mode::DeviceMode;
use routeros_sim::system::files::CAPACITY;
use routeros_sim::{Device, Version};

use super::script::Script;
use crate::world::{Said, World};

const SUITE: &str = "errors";
const APPLY: [&str; 5] = ["apply", "--yes", "--confirm-within", "10m", "office.toml"];

/// Without the plan, which is another suite's.
const QUIET: [&str; 6] = [
    "apply",
    "--quiet",
    "--yes",
    "--confirm-within",
    "10m",
    "office.toml",
];

/// A case against a device that is not quite as from the factory.
fn against(device: Device, case: &str, what: &str) -> Script {
    let text = format!("# {SUITE}: {case}, {what}\n");
    Script::within(World::of(device), SUITE, case, text)
}

/// The program ends with this code for this reason, and the device is as it
/// was, without a timer.
fn unharmed(script: &mut Script, arguments: &[&str], exit: i32, reason: &str) -> Said {
    let before = script.export();
    let said = script.run(arguments).ends(exit);
    let shown = format!("error[{reason}]: ");
    assert!(said.err.contains(&shown), "{}", said.err);
    assert!(said.err.contains("\nhint: "), "no way on: {}", said.err);
    assert_eq!(script.export(), before);
    assert_eq!(script.world.sim.boots(), 0);
    said
}

#[test]
fn refused_in_the_middle() {
    let mut script = Script::new(SUITE, "refused-in-the-middle", 16);
    script.office(&[]);
    script.note("an entry of which the file knows nothing has the VLAN already");
    script.by_hand("/interface/bridge/vlan add bridge=bridge vlan-ids=10,20");
    let said = unharmed(&mut script, &APPLY, 1, "taken-back");
    assert!(said.err.contains("failure: "), "{}", said.err);
    assert!(said.err.contains("as it was before"), "{}", said.err);
    assert_eq!(script.world.left_over(), "");
    script.matches();
}

#[test]
fn an_old_version() {
    let mut script = Script::new(SUITE, "an-old-version", 12);
    script.office(&[]);
    let said = unharmed(&mut script, &QUIET, 3, "unsupported-version");
    assert!(said.err.contains("7.16"), "{}", said.err);
    assert!(said.err.contains("7.12"), "{}", said.err);
    script.wrote_nothing();
    script.matches();
}

#[test]
fn another_board() {
    let device = Device::chr(Version::new(20), 26);
    let mut script = against(device, "another-board", "a virtual machine");
    script.office(&[]);
    script.by_hand("/ip/address add address=192.168.88.1/24 interface=ether24");
    unharmed(&mut script, &QUIET, 3, "wrong-device");
    script.wrote_nothing();
    script.matches();
}

#[test]
fn an_earlier_run_is_pending() {
    let mut script = Script::new(SUITE, "an-earlier-run-is-pending", 16);
    script.office(&[]);
    script.by_hand("/system/scheduler add name=attic-rollback interval=10m on-event=\":put 1\"");
    let said = unharmed(&mut script, &QUIET, 3, "rollback-pending");
    assert!(
        said.err.contains("/system/scheduler remove"),
        "{}",
        said.err
    );
    script.wrote_nothing();
    script.matches();
}

#[test]
fn a_full_store() {
    let mut device = Device::factory(Version::new(20));
    let others = vec![0; CAPACITY - 1_000];
    device
        .files
        .write("others.bin", others, 0)
        .expect("it fits");
    let mut script = against(device, "a-full-store", "no room for a backup");
    script.office(&[]);
    unharmed(&mut script, &QUIET, 3, "not-armed");
    assert_eq!(script.world.left_over().trim(), "others.bin");
    script.matches();
}

#[test]
fn the_device_mode_forbids_timers() {
    let mut device = Device::factory(Version::new(20));
    device.set_device_mode(DeviceMode::Home);
    let mut script = against(device, "the-device-mode-forbids-timers", "mode home");
    script.office(&[]);
    let said = unharmed(&mut script, &QUIET, 3, "not-armed");
    assert!(said.err.contains("device-mode"), "{}", said.err);
    assert_eq!(script.world.left_over(), "");
    script.matches();
}

#[test]
fn a_damaged_file() {
    let mut script = Script::new(SUITE, "a-damaged-file", 20);
    script.office(&[("address = \"10.0.0.1/24\"\n", "address = \"10.0.0.1/2")]);
    script.alone(&QUIET).ends(3);
    script.file("office.toml", "owner = \"attic\"\n\u{0}\u{1}");
    let said = script.alone(&QUIET).ends(3);
    assert!(said.err.contains("error[invalid-file]"), "{}", said.err);
    assert!(said.err.contains("line 2"), "{}", said.err);
    std::fs::write(script.world.home().join("office.toml"), [0xff, 0xfe]).expect("written");
    script.alone(&QUIET).ends(1);
    script.matches();
}

#[test]
fn a_damaged_backup() {
    let mut script = Script::new(SUITE, "a-damaged-backup", 20);
    script.run(&["backup", "--output", "before"]).ends(0);
    let restore = ["restore", "--yes", "before.backup"];
    script.file("before.backup", "no backup at all");
    unharmed(&mut script, &restore, 1, "local-file");
    script.wrote_nothing();
    script.matches();
}

#[test]
fn no_place_for_the_copy() {
    let mut script = Script::new(SUITE, "no-place-for-the-copy", 20);
    script.office(&[]);
    script.file("taken", "a file, no folder");
    let arguments = [&QUIET[..], &["--backup-dir", "taken"]].concat();
    unharmed(&mut script, &arguments, 1, "local-file");
    script.matches();
}

#[test]
fn no_place_for_a_backup() {
    let mut script = Script::new(SUITE, "no-place-for-a-backup", 20);
    script.file("taken", "a file, no folder");
    let backup = ["backup", "--output", "taken/switch"];
    let said = unharmed(&mut script, &backup, 1, "local-file");
    let copy = "attic-copy.backup";
    assert!(said.err.contains(copy), "{}", said.err);
    assert_eq!(script.world.left_over().trim(), copy);
    script.note("with a place for it, nothing is left on the device");
    script.run(&["backup", "--output", "switch"]).ends(0);
    assert_eq!(script.world.left_over(), "");
    script.matches();
}
