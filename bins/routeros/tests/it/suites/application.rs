//! The declared state is carried out on a switch from the factory.

use super::script::Script;
use crate::world::Said;

const SUITE: &str = "application";
/// The device's clock is fast; nothing but one case is about its patience.
const APPLY: [&str; 5] = ["apply", "--yes", "--confirm-within", "1h", "office.toml"];
const BOOTSTRAP: [&str; 5] = [
    "bootstrap",
    "--yes",
    "--new-password-file",
    "new-password",
    "office.toml",
];
/// The new password, with everything in it that a console could misread.
const NEW: &str = "a \"new\" $ecret;";

/// What the device itself is to count, once, in the office.
const OFFICE: [&str; 14] = [
    "/interface/bridge find where name=\"bridge-attic\" and vlan-filtering=yes",
    "/interface/vlan find where name=\"vlan10-attic\" and vlan-id=10 and interface=bridge-attic",
    "/interface/bridge/port find where interface=ether1 and pvid=10",
    "/interface/bridge/port find where interface=ether2 and pvid=10",
    "/interface/bridge/port find where interface=ether24 and pvid=1",
    "/ip/address find where address=10.0.0.1/24 and interface=vlan10-attic",
    "/ip/address find where address=192.168.88.1/24 and interface=bridge-attic",
    "/ip/pool find where name=\"pool-attic\"",
    "/ip/dhcp-server find where name=\"dhcp-attic\" and lease-time=1h and interface=vlan10-attic",
    "/ip/dhcp-server/network find where address=10.0.0.0/24 and dns-server=10.0.0.1",
    "/ip/dhcp-server/lease find where address=10.0.0.10 and server=dhcp-attic and dynamic=no",
    "/ip/dns/static find where name=\"attic.local\" and address=10.0.0.10",
    "/ip/dns/static find where name=\"attic.internal\" and address=10.0.0.10",
    "/ip/service find where name=\"telnet\" and disabled=yes",
];

fn bootstrap(script: &mut Script) -> Said {
    script.file("new-password", &format!("{NEW}\n"));
    script.run(&BOOTSTRAP)
}

fn is_the_office(script: &Script) {
    for find in OFFICE {
        assert_eq!(script.count(find), 1, "{find}");
    }
    assert_eq!(
        script.count("/interface/bridge/port find where pvid=10"),
        25
    );
    assert_eq!(script.count("/system/scheduler find"), 0);
    assert_eq!(script.count("/file find"), 0);
    let name = script.world.sim.console(":put [/system/identity/get name]");
    assert_eq!(name.trim(), "attic-switch");
}

/// Bootstrap and apply on a switch from the factory, and everything said.
fn from_the_factory(minor: u8, changes: &[(&str, &str)]) {
    let mut script = Script::new(SUITE, &format!("office-7.{minor}"), minor);
    script.office(changes);
    let said = bootstrap(&mut script).ends(0);
    assert!(said.out.contains("identity, password"), "{}", said.out);
    script.password(NEW);
    let said = script.run(&APPLY).ends(0);
    assert!(
        said.err.contains("confirmed over a new connection"),
        "{}",
        said.err
    );
    assert!(!format!("{}{}", said.out, said.err).contains("ecret"));
    assert_eq!(script.world.sim.boots(), 0);
    is_the_office(&script);
    script.matches();
}

#[test]
fn bootstrap_then_apply_makes_the_office_on_7_12() {
    from_the_factory(
        12,
        &[("minimum-version = \"7.16\"", "minimum-version = \"7.12\"")],
    );
}

#[test]
fn bootstrap_then_apply_makes_the_office_on_7_16() {
    from_the_factory(16, &[]);
}

#[test]
fn bootstrap_then_apply_makes_the_office_on_7_20() {
    from_the_factory(20, &[]);
}

#[test]
fn bootstrap_then_apply_makes_the_office_on_7_23() {
    from_the_factory(23, &[]);
}

/// Both commands are refused with that code, saying so, and write nothing.
fn both_are_refused(script: &mut Script, code: &str, saying: &str) {
    for run in [bootstrap, |script: &mut Script| script.run(&APPLY)] {
        let said = run(script).ends(3);
        assert!(said.err.contains(&format!("error[{code}]")), "{}", said.err);
        assert!(said.err.contains(saying), "{}", said.err);
        script.wrote_nothing();
    }
}

#[test]
fn a_version_that_is_too_old_is_refused() {
    let mut script = Script::new(SUITE, "too-old", 12);
    script.office(&[]);
    both_are_refused(&mut script, "unsupported-version", "upgrade the device");
    script.matches();
}

#[test]
fn by_any_other_port_both_are_refused_naming_ether24() {
    let mut script = Script::new(SUITE, "other-port", 16);
    script.office(&[]);
    script.plug("ether5");
    both_are_refused(&mut script, "wrong-port", "ether24");
    let others = (1..24).map(|port| format!("ether{port}"));
    let others = others.chain((1..3).map(|port| format!("sfp-sfpplus{port}")));
    script.world.sim.clear_log();
    for port in others {
        let operator = script.world.at(&port);
        for arguments in [BOOTSTRAP, APPLY] {
            let said = operator.run(&arguments).ends(3);
            let why = format!("you come by {port}; the management port is ether24");
            assert!(said.err.contains(&why), "{}", said.err);
        }
    }
    script.wrote_nothing();
    script.matches();
}

#[test]
fn every_step_is_told_with_its_number() {
    let mut script = Script::new(SUITE, "progress", 20);
    script.office(&[]);
    let plan = script.run(&["plan", "--json", "office.toml"]).ends(2);
    let plan: serde_json::Value =
        serde_json::from_str(plan.out.lines().last().expect("a plan")).expect("JSON");
    let planned = plan["steps"].as_array().expect("steps").len();
    let said = script.run(&[&APPLY[..], &["--json"]].concat()).ends(0);
    let events: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let named = |name: &str| {
        events
            .iter()
            .filter(|event| event["event"] == name)
            .collect::<Vec<_>>()
    };
    let steps = named("step");
    assert_eq!(steps.len(), planned);
    for (place, step) in steps.iter().enumerate() {
        assert_eq!(step["number"], place + 1);
        assert_eq!(step["of"], planned);
    }
    let sent: Vec<_> = script
        .world
        .sim
        .writes()
        .into_iter()
        .map(|entry| entry.command)
        .collect();
    assert!(steps.iter().all(|step| sent.iter().any(|sent| {
        let told = sent.split("; :put").next();
        step["command"].as_str() == told
    })));
    for once in ["armed", "confirmed", "disarmed", "finished"] {
        assert_eq!(named(once).len(), 1, "{once}");
    }
    script.matches();
}

#[test]
fn the_device_goes_back_after_the_time_that_was_given() {
    let mut script = Script::new(SUITE, "confirm-within", 20);
    script.office(&[]);
    let given = ["apply", "--yes", "--confirm-within"];
    for wrong in ["0s", "soon"] {
        script
            .run(&[&given[..], &[wrong, "office.toml"]].concat())
            .ends(64);
        assert_eq!(script.world.sim.log(), []);
    }
    // Both timeouts, and the moment for which a device that goes back answers.
    let said = script
        .run(&[&given[..], &["14s", "office.toml"]].concat())
        .ends(64);
    assert!(said.err.contains("give at least 15s"), "{}", said.err);
    assert_eq!(script.world.sim.log(), []);
    let said = script
        .run(&[&given[..], &["30m", "office.toml"]].concat())
        .ends(0);
    assert!(
        said.err.contains("goes back on its own in 1800 s"),
        "{}",
        said.err
    );
    let writes: Vec<_> = script
        .world
        .sim
        .writes()
        .into_iter()
        .map(|entry| entry.command)
        .collect();
    let place = |word: &str| {
        writes
            .iter()
            .position(|line| line.contains(word))
            .expect(word)
    };
    let armed = place("/system/scheduler add");
    assert!(writes[armed].contains("interval=30m"), "{}", writes[armed]);
    assert!(place("/system/backup") < armed);
    let first = writes
        .iter()
        .position(|line| line.starts_with("/interface"))
        .expect("a step");
    assert!(armed < first, "armed before the first step");
    assert!(first < place("/system/scheduler remove"));
    assert_eq!(script.count("/system/scheduler find"), 0);
    script.matches();
}

#[test]
fn without_yes_and_without_a_terminal_it_is_refused_with_what_to_do() {
    let mut script = Script::new(SUITE, "nobody-there", 20);
    script.office(&[]);
    script.file("new-password", NEW);
    let apply = ["apply", "office.toml"];
    let bootstrap = [
        "bootstrap",
        "--new-password-file",
        "new-password",
        "office.toml",
    ];
    for arguments in [&apply[..], &bootstrap] {
        let said = script.run(arguments).ends(3);
        assert!(said.err.contains("error[declined]"), "{}", said.err);
        assert!(said.err.contains("hint: give --yes"), "{}", said.err);
        script.wrote_nothing();
    }
    script.matches();
}
