//! What is done already is not done again, from wherever one starts.

use super::script::Script;
use crate::sweep::{for_each, hold};
use crate::world::World;

const SUITE: &str = "idempotency";
/// The device's clock is fast; nothing here is about its patience.
const APPLY: [&str; 5] = ["apply", "--yes", "--confirm-within", "1h", "office.toml"];
const OLD: [(&str, &str); 1] = [("minimum-version = \"7.16\"", "minimum-version = \"7.12\"")];

/// A switch on which the office has been applied; that is not shown.
fn office(case: &str, minor: u8) -> Script {
    let mut script = Script::new(SUITE, case, minor);
    script.office(&OLD);
    script.world.at("ether24").run(&APPLY).ends(0);
    script.note("office.toml has been applied");
    script
}

/// The plan is empty, apply says so, and nothing is written.
fn rests(script: &mut Script) {
    for arguments in [&["plan", "office.toml"][..], &APPLY] {
        let said = script.run(arguments).ends(0);
        assert!(said.out.contains("no change"), "{}", said.out);
        script.wrote_nothing();
    }
}

#[test]
fn a_second_run_reports_no_change_and_sends_no_writing_command() {
    for minor in [12, 16, 20, 23] {
        let mut script = office(&format!("second-run-7.{minor}"), minor);
        let before = script.export();
        rests(&mut script);
        assert_eq!(script.export(), before);
        script.matches();
    }
}

#[test]
fn after_a_restart_there_is_still_nothing_to_do() {
    let mut script = office("restart", 20);
    script.world.sim.fail_power();
    script.world.sim.advance(120_000);
    assert_eq!(script.world.sim.boots(), 1);
    script.note("the power failed, and came back");
    rests(&mut script);
    script.matches();
}

#[test]
fn the_same_in_other_words_is_no_change() {
    let mut script = office("other-words", 20);
    script.office(&[
        ("lease-time = \"1h\"", "lease-time = \"01:00:00\""),
        ("vlan-ids = 10", "vlan-ids = \"10\""),
        ("vlan-filtering = true", "vlan-filtering = \"yes\""),
        (
            "\"ether1\", \"ether2\", \"ether3\"",
            "\"ether3\", \"ether2\", \"ether1\"",
        ),
        (
            "ranges = \"10.0.0.100-10.0.0.199\"",
            "ranges = \"10.0.0.100-10.0.0.150,10.0.0.151-10.0.0.199\"",
        ),
    ]);
    rests(&mut script);
    script.matches();
}

/// The commands of the plan, from a switch from the factory.
fn steps(script: &mut Script) -> Vec<String> {
    let plan = script
        .world
        .at("ether24")
        .run(&["plan", "--json", "office.toml"])
        .ends(2);
    let plan: serde_json::Value =
        serde_json::from_str(plan.out.lines().last().expect("a plan")).expect("JSON");
    let steps = plan["steps"].as_array().expect("steps").iter();
    steps
        .map(|step| step["command"].as_str().expect("a command").to_owned())
        .collect()
}

/// Carries out the office from the state after each of its steps.
fn half_way(minor: u8) {
    let mut script = Script::new(SUITE, &format!("half-way-7.{minor}"), minor);
    script.office(&OLD);
    let steps = steps(&mut script);
    script.world.at("ether24").run(&APPLY).ends(0);
    let goal = script.export();
    assert!(steps.len() > 40, "{}", steps.len());
    let states: Vec<usize> = (1..=steps.len()).collect();
    for_each(&states, |done| {
        let mut half = Script::new(SUITE, "unused", minor);
        half.office(&OLD);
        for line in &steps[..*done] {
            hold(half.world.sim.console(line).is_empty(), line)?;
        }
        let said = half.world.at("ether24").run(&APPLY);
        let left = match steps.len() - done {
            0 => "no change".to_owned(),
            1 => "done: 1 step, confirmed".to_owned(),
            left => format!("done: {left} steps, confirmed"),
        };
        hold(said.out.trim() == left, &left)
            .and_then(|()| hold(half.export() == goal, "another end"))
            .map_err(|why| format!("7.{minor}, after {done} steps: {why}: {said:?}"))
    });
    println!("7.{minor}: {} states", states.len());
    for (place, step) in steps.iter().enumerate() {
        script.note(&format!("step {}: {step}", place + 1));
    }
    script.matches();
}

#[test]
fn apply_from_every_half_way_state_converges_to_the_same_export() {
    [12, 16, 20, 23].into_iter().for_each(half_way);
}

/// What was removed and made again stands at another place.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn drift_made_by_hand_is_found_and_mended() {
    let mut script = office("drift", 20);
    let goal = script.export();
    for line in [
        "/interface/bridge/port set [find where interface=ether3] pvid=20",
        "/ip/dhcp-server set [find where name=dhcp-attic] lease-time=10m",
        "/ip/address set [find where address=10.0.0.1/24] address=10.0.0.2/24",
        "/ip/dns/static remove [find where name=attic.internal]",
        "/interface/bridge/vlan set [find where vlan-ids=10] untagged=ether1,ether2",
        "/interface/bridge set [find where name=bridge-attic] vlan-filtering=no",
        "/ip/service set telnet disabled=no",
        "/system/identity set name=somebody",
    ] {
        assert_eq!(script.by_hand(line), "", "{line}");
    }
    assert_ne!(script.export(), goal);
    let said = script.run(&["drift", "office.toml"]).ends(2);
    for found in [
        "ether3",
        "lease-time",
        "10.0.0.1/24",
        "attic.internal",
        "untagged",
        "vlan-filtering",
        "telnet",
        "somebody",
    ] {
        assert!(said.out.contains(found), "{found}: {}", said.out);
    }
    script.wrote_nothing();
    script.run(&APPLY).ends(0);
    assert_eq!(sorted(&script.export()), sorted(&goal));
    rests(&mut script);
    script.matches();
}

/// Items that the file does not mention, of four kinds.
fn strangers(script: &mut Script) {
    for line in [
        "/ip/pool add name=guests ranges=10.9.0.1-10.9.0.9",
        "/ip/dns/static add name=printer.internal address=10.0.0.20",
        "/interface/vlan add name=vlan99 interface=bridge-attic vlan-id=99",
        "/ip/address add address=10.9.0.1/24 interface=vlan99",
    ] {
        script.by_hand(line);
    }
}

const STRANGERS: [&str; 4] = [
    "/ip/pool find where name=guests",
    "/ip/dns/static find where name=printer.internal",
    "/interface/vlan find where name=vlan99",
    "/ip/address find where address=10.9.0.1/24",
];

fn counts(script: &Script) -> Vec<usize> {
    STRANGERS.iter().map(|find| script.count(find)).collect()
}

#[test]
fn what_the_file_does_not_mention_is_left_alone() {
    let mut script = office("left-alone", 20);
    strangers(&mut script);
    script.note("a property that the file does not declare is left alone as well");
    script.by_hand("/interface/vlan set [find where name=vlan10-attic] mtu=1400");
    rests(&mut script);
    assert_eq!(counts(&script), [1, 1, 1, 1]);
    assert_eq!(script.count("/interface/vlan find where mtu=1400"), 1);
    script.matches();
}

#[test]
fn purge_removes_undeclared_items_of_its_kinds_alone() {
    let mut script = office("purge", 20);
    strangers(&mut script);
    script.office(&[("purge = []", "purge = [\"dns-static\", \"ip-pool\"]")]);
    let said = script.run(&["plan", "office.toml"]).ends(2);
    assert!(said.out.contains("2 remove"), "{}", said.out);
    assert_eq!(counts(&script), [1, 1, 1, 1]);
    script.run(&APPLY).ends(0);
    assert_eq!(counts(&script), [0, 0, 1, 1]);
    assert_eq!(script.count("/ip/pool find where name=pool-attic"), 1);
    rests(&mut script);
    script.matches();
}

#[test]
fn an_adopted_file_has_an_empty_plan_on_the_same_device() {
    for minor in [12, 16, 20, 23] {
        let factory = World::factory(minor);
        let mut office = office(&format!("adopted-7.{minor}"), minor);
        for world in [&factory, &office.world] {
            let operator = world.at("ether24");
            operator.run(&["adopt", "--output", "adopted.toml"]).ends(0);
            let file = world.home().join("adopted.toml");
            let text = std::fs::read_to_string(file).expect("written");
            assert!(text.contains("port = \"ether24\""), "{text}");
            let said = operator.run(&["plan", "adopted.toml"]).ends(0);
            assert!(said.out.contains("no change"), "{}", said.out);
            operator.run(&["apply", "--yes", "adopted.toml"]).ends(0);
        }
        let said = office.run(&["adopt"]).ends(0);
        office.wrote_nothing();
        assert!(said.out.contains("vlan10-attic"), "{}", said.out);
        for default in ["mtu = ", "horizon = "] {
            assert!(!said.out.contains(default), "{}", said.out);
        }
        office.matches();
    }
}
