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

/// The office, but the rescue port belongs to VLAN 10 as well.
fn cut_off(world: &World) -> String {
    let text = std::fs::read_to_string(office()).expect("the file");
    let cut = text.replace(
        "interface = \"ether24\"\npvid = 1\n",
        "interface = \"ether24\"\npvid = 10\n",
    );
    assert_ne!(cut, text);
    let file = world.home().join("cut-off.toml");
    std::fs::write(&file, cut).expect("written");
    file.to_str().expect("text").to_owned()
}

#[test]
fn a_plan_that_cuts_off_is_refused_and_forced_the_device_takes_it_back() {
    let world = World::factory(16);
    let file = cut_off(&world);
    let operator = world.at("ether24");
    let said = operator.run(&apply(&file, "3m")).ends(3);
    assert!(said.err.contains("error[lockout]"), "{}", said.err);
    assert!(said.err.contains("ether24"), "{}", said.err);
    assert_eq!(world.sim.writes(), []);

    let before = world.sim.console("/export terse");
    let mut forced = apply(&file, "3m");
    forced.extend(["--force", "lockout"]);
    let said = operator.run(&forced).ends(4);
    assert!(said.err.contains("error[rolled-back]"), "{}", said.err);
    assert!(
        said.err.contains("it is configured as it was before"),
        "{}",
        said.err
    );
    assert_eq!(world.sim.boots(), 1);
    let without_head = |text: &str| text.lines().skip(1).collect::<Vec<_>>().join("\n");
    assert_eq!(
        without_head(&world.sim.console("/export terse")),
        without_head(&before)
    );
    let most = 3 * 60_000 + 60_000;
    assert!(world.sim.unreachable(operator.dial) <= most);
}
