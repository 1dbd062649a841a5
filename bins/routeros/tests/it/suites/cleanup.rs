//! What the tool did is taken back, and nothing else.

use std::collections::BTreeSet;

use super::script::Script;

const SUITE: &str = "cleanup";
/// The device's clock is fast; nothing here is about its patience.
const APPLY: [&str; 5] = ["apply", "--yes", "--confirm-within", "1h", "office.toml"];
const CLEANUP: [&str; 5] = ["cleanup", "--yes", "--confirm-within", "1h", "office.toml"];

/// A switch from the factory; the office is not applied yet.
fn factory(case: &str, minor: u8) -> Script {
    let mut script = Script::new(SUITE, case, minor);
    script.office(&[]);
    script
}

/// Applies the office, which is not shown.
fn apply(script: &mut Script) {
    script.world.at("ether24").run(&APPLY).ends(0);
    script.note("office.toml has been applied");
}

fn lines(text: &str) -> BTreeSet<String> {
    text.lines().map(str::to_owned).collect()
}

/// Kinds without comments, and settings, are not set back; the plan says so.
const STAYS: [&str; 3] = ["/ip service", "/system identity", "/ip dns set"];

#[test]
fn what_was_made_goes_and_the_factory_configuration_is_back() {
    for minor in [16, 20, 23] {
        let mut script = factory(&format!("whole-7.{minor}"), minor);
        let before = lines(&script.export());
        apply(&mut script);
        assert_ne!(lines(&script.export()), before);
        let said = script.run(&CLEANUP).ends(0);
        for wrong in ["has no default", "counts all 0"] {
            assert!(!said.err.contains(wrong), "{}", said.err);
        }
        let after = lines(&script.export());
        let left: Vec<_> = after
            .difference(&before)
            .filter(|line| !STAYS.iter().any(|kind| line.starts_with(kind)))
            .collect();
        assert_eq!(left, Vec::<&String>::new());
        let lost: Vec<_> = before.difference(&after).collect();
        assert_eq!(lost, Vec::<&String>::new());
        assert_eq!(script.count("/system/scheduler find"), 0);
        script.matches();
    }
}

#[test]
fn an_adopted_bridge_gets_its_name_and_comment_back() {
    let mut script = factory("adopted-bridge", 20);
    script.by_hand(
        "/interface/bridge set [find where name=bridge] comment=\"the (old) bridge/100%\"",
    );
    apply(&mut script);
    assert_eq!(
        script.count("/interface/bridge find where name=bridge-attic"),
        1
    );
    assert_eq!(script.count("/interface/bridge find where name=bridge"), 0);
    script.run(&CLEANUP).ends(0);
    let back = "/interface/bridge find where name=bridge and comment=\"the (old) bridge/100%\" and vlan-filtering=no";
    assert_eq!(script.count(back), 1);
    assert_eq!(script.count("/interface/bridge find"), 1);
    script.matches();
}

#[test]
fn changed_items_get_their_values_and_comments_back() {
    let mut script = factory("changed", 20);
    script.by_hand("/interface/bridge/port set [find where interface=ether1] comment=\"uplink; of \\\"them\\\"\"");
    script.by_hand("/interface/ethernet set ether2 comment=lab");
    apply(&mut script);
    assert_eq!(
        script.count("/interface/bridge/port find where interface=ether1 and pvid=10"),
        1
    );
    script.run(&CLEANUP).ends(0);
    for back in [
        "/interface/bridge/port find where interface=ether1 and pvid=1 and frame-types=admit-all and comment=\"uplink; of \\\"them\\\"\"",
        "/interface/ethernet find where name=ether2 and comment=lab",
    ] {
        assert_eq!(script.count(back), 1, "{back}");
    }
    assert_eq!(
        script.count("/interface/bridge/port find where comment~\"^attic\""),
        0
    );
    script.matches();
}

#[test]
fn what_was_made_by_hand_is_not_touched() {
    let mut script = factory("by-hand", 20);
    apply(&mut script);
    for line in [
        "/ip/pool add name=guests ranges=10.9.0.1-10.9.0.9 comment=\"attics are nice\"",
        "/ip/dns/static add name=printer.internal address=10.0.0.20",
        "/interface/vlan add name=vlan99 interface=bridge-attic vlan-id=99 comment=\"not attic\"",
        "/ip/address add address=10.9.0.1/24 interface=vlan99",
    ] {
        assert!(!script.by_hand(line).contains("fail"), "{line}");
    }
    script.run(&CLEANUP).ends(0);
    for kept in [
        "/ip/pool find where name=guests and comment=\"attics are nice\"",
        "/ip/dns/static find where name=printer.internal",
        "/interface/vlan find where name=vlan99 and interface=bridge and comment=\"not attic\"",
        "/ip/address find where address=10.9.0.1/24 and interface=vlan99",
    ] {
        assert_eq!(script.count(kept), 1, "{kept}");
    }
    assert_eq!(script.count("/ip/dns/static find"), 1);
    script.matches();
}

#[test]
fn a_second_cleanup_changes_nothing() {
    let mut script = factory("second", 20);
    apply(&mut script);
    script.world.at("ether24").run(&CLEANUP).ends(0);
    script.note("cleanup has been done");
    let before = script.export();
    for arguments in [&["cleanup", "--dry-run", "office.toml"][..], &CLEANUP] {
        let said = script.run(arguments).ends(0);
        assert!(said.out.contains("no change"), "{}", said.out);
        script.wrote_nothing();
    }
    assert_eq!(script.export(), before);
    script.note("and the office can be made again");
    script.world.at("ether24").run(&APPLY).ends(0);
    script.matches();
}

#[test]
fn a_dry_run_and_a_run_without_yes_change_nothing() {
    let mut script = factory("dry-run", 20);
    apply(&mut script);
    let before = script.export();
    script.run(&["cleanup", "--dry-run", "office.toml"]).ends(2);
    script.wrote_nothing();
    let said = script.run(&["cleanup", "office.toml"]).ends(3);
    assert!(said.err.contains("hint: give --yes"), "{}", said.err);
    script.wrote_nothing();
    assert_eq!(script.export(), before);
    script.matches();
}

#[test]
fn a_cleanup_that_would_cut_off_is_refused() {
    let mut script = factory("lockout", 20);
    apply(&mut script);
    script.note("the operator's own address carries the mark, as if the tool had made it");
    script.by_hand("/ip/address set [find where address=192.168.88.1/24] comment=attic");
    let before = script.export();
    let said = script.run(&CLEANUP).ends(3);
    assert!(said.err.contains("error[lockout]"), "{}", said.err);
    script.wrote_nothing();
    assert_eq!(script.export(), before);

    let forced = [
        "cleanup",
        "--yes",
        "--force",
        "lockout",
        "--confirm-within",
        "3m",
        "office.toml",
    ];
    let said = script.world.at("ether24").run(&forced).ends(4);
    assert!(said.err.contains("error[rolled-back]"), "{}", said.err);
    script.note("forced, the device takes it back: exit code 4");
    assert_eq!(script.export(), before);
    script.matches();
}

#[test]
fn by_another_port_it_is_refused() {
    let mut script = factory("other-port", 20);
    script.plug("ether5");
    let said = script.run(&CLEANUP).ends(3);
    assert!(
        said.err.contains("the management port is ether24"),
        "{}",
        said.err
    );
    script.wrote_nothing();
    script.matches();
}

#[test]
fn a_backup_from_before_takes_everything_back() {
    let mut script = factory("restore", 20);
    let before = script.export();
    script.run(&["backup", "--output", "before"]).ends(0);
    assert!(script.world.home().join("before.rsc").exists());
    assert_eq!(script.count("/file find"), 0);
    apply(&mut script);
    let said = script.run(&["restore", "before.backup"]).ends(3);
    assert!(said.err.contains("hint: give --yes"), "{}", said.err);
    let operator = script.world.at("ether24");
    let said = operator.run(&["restore", "--yes", "before.backup"]).ends(0);
    script.note(&format!("with --yes: {}", said.out.trim()));
    assert_eq!(script.world.sim.boots(), 1);
    assert_eq!(script.count("/file find"), 0);
    assert_eq!(script.export(), before);
    script.matches();
}

#[test]
fn a_reset_takes_everything_back() {
    let mut script = factory("reset", 20);
    let before = script.export();
    apply(&mut script);
    let said = script.run(&["reset"]).ends(3);
    assert!(said.err.contains("hint: give --yes"), "{}", said.err);
    script.wrote_nothing();
    let said = script.world.at("ether24").run(&["reset", "--yes"]).ends(0);
    script.note(&format!("with --yes: {}", said.out.trim()));
    script.world.sim.advance(180_000);
    assert_eq!(script.world.sim.boots(), 1);
    assert_eq!(script.export(), before);
    script.matches();
}
