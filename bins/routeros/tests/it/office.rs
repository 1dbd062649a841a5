//! A switch from the factory becomes that of the office.

use crate::world::{World, office};

const APPLY: [&str; 3] = ["apply", "--yes", "--confirm-within"];

fn apply<'a>(file: &'a str, within: &'a str) -> Vec<&'a str> {
    let mut arguments = APPLY.to_vec();
    arguments.extend([within, file]);
    arguments
}

#[test]
fn a_plan_has_changes_and_changes_nothing() {
    let world = World::factory(16);
    let operator = world.at("ether24");
    let said = operator.run(&["plan", &office()]).ends(2);
    assert!(said.out.contains("vlan10-attic"), "{}", said.out);
    let dry = operator.run(&["apply", "--dry-run", &office()]).ends(2);
    assert_eq!(dry.out, said.out);
    assert_eq!(world.sim.writes(), []);
}

#[test]
fn the_office_is_made_and_a_second_run_writes_nothing() {
    for minor in [16, 20, 23] {
        let world = World::factory(minor);
        let operator = world.at("ether24");
        let said = operator.run(&apply(&office(), "10m")).ends(0);
        assert!(
            said.err.contains("confirmed over a new connection"),
            "{}",
            said.err
        );
        for count in [
            "/interface/vlan find where name=\"vlan10-attic\" and vlan-id=10",
            "/ip/dhcp-server/lease find where address=10.0.0.10",
            "/ip/dns/static find where name=\"attic.internal\"",
            "/interface/bridge find where name=\"bridge-attic\" and vlan-filtering=yes",
        ] {
            let counted = world.sim.console(&format!(":put [:len [{count}]]"));
            assert_eq!(counted.trim(), "1", "{count}");
        }
        for gone in [
            "/system/scheduler find",
            "/file find where name=\"attic-pre.backup\"",
        ] {
            let counted = world.sim.console(&format!(":put [:len [{gone}]]"));
            assert_eq!(counted.trim(), "0", "{gone}");
        }
        assert_eq!(world.sim.boots(), 0);
        world.sim.clear_log();
        let again = operator.run(&apply(&office(), "10m")).ends(0);
        assert!(again.out.contains("no change"), "{}", again.out);
        assert_eq!(world.sim.writes(), []);
        operator.run(&["plan", &office()]).ends(0);
    }
}

#[test]
fn from_another_port_it_is_refused_and_the_port_is_named() {
    let world = World::factory(16);
    let said = world.at("ether5").run(&apply(&office(), "10m")).ends(3);
    assert!(
        said.err
            .contains("you come by ether5; the management port is ether24"),
        "{}",
        said.err
    );
    assert!(said.err.contains("error[wrong-port]"), "{}", said.err);
    assert_eq!(world.sim.writes(), []);
}
