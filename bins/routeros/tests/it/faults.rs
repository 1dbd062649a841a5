//! Connections that end at every moment, and a device whose power fails.

use crate::world::{World, office};

const WITHIN: &str = "3m";
const APPLY: [&str; 4] = ["apply", "--yes", "--confirm-within", WITHIN];

/// The time given, and one boot.
const LONGEST: u64 = 3 * 60_000 + 60_000;

fn apply<'a>(file: &'a str) -> Vec<&'a str> {
    [&APPLY[..], &[file]].concat()
}

/// How many commands an undisturbed run sends.
fn commands() -> u64 {
    let world = World::factory(20);
    world.at("ether24").run(&apply(&office())).ends(0);
    world.sim.log().len() as u64
}

/// The places at which runs are disturbed: all of them where the environment
/// asks for that, else a few spread over the run.
fn places(count: u64) -> Vec<u64> {
    match std::env::var_os("ROUTEROS_TEST_EVERY_PLACE") {
        Some(_) => (1..=count).collect(),
        None => (1..=count)
            .step_by(usize::try_from(count / 9).unwrap_or(1).max(1))
            .collect(),
    }
}

fn disturbed(disturb: impl Fn(&World, u64)) {
    for place in places(commands()) {
        let world = World::factory(20);
        let operator = world.at("ether24");
        disturb(&world, place);
        let said = operator.run(&apply(&office()));
        // A device that went back may be told again.
        assert!(
            [0, 4].contains(&said.code),
            "at {place}: {}\n{}",
            said.out,
            said.err
        );
        if said.code == 4 {
            operator.run(&apply(&office())).ends(0);
        }
        world.sim.clear_faults();
        world.sim.clear_log();
        operator.run(&["plan", &office()]).ends(0);
        assert_eq!(
            world
                .sim
                .console(":put [:len [/system/scheduler find]]")
                .trim(),
            "0",
            "at {place}"
        );
        assert!(
            world.sim.unreachable(operator.dial) <= LONGEST,
            "at {place}"
        );
    }
}

#[test]
fn lost_acknowledgements_are_made_up_for() {
    disturbed(|world, place| world.sim.cut_after(place));
}

#[test]
fn lost_connections_are_made_up_for() {
    disturbed(|world, place| world.sim.cut_before(place));
}

#[test]
fn a_power_failure_in_the_middle_is_made_up_for() {
    disturbed(|world, place| world.sim.reboot_after(place));
}

#[test]
fn a_second_run_beside_an_unconfirmed_one_is_refused() {
    let world = World::factory(16);
    let operator = world.at("ether24");
    world
        .sim
        .console("/system/scheduler add name=attic-rollback interval=10m on-event=\":put 1\"");
    let said = operator.run(&apply(&office())).ends(3);
    assert!(said.err.contains("error[rollback-pending]"), "{}", said.err);
    assert!(
        said.err.contains("/system/scheduler remove"),
        "{}",
        said.err
    );
    assert_eq!(world.sim.writes(), []);
}
