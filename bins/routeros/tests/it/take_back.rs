//! A step that the switch refuses: what was done before it is taken back, and
//! that is disturbed as well.

use std::sync::OnceLock;

use routeros_sim::Simulator;

use crate::sweep::{Course, LONGEST, apply, at_random, for_each, hold, judge, places};
use crate::world::{Operator, Said, World, office};

/// An entry of which the file knows nothing has its VLAN.
const IN_THE_WAY: &str = "/interface/bridge/vlan add bridge=bridge vlan-ids=10,20";
const REMOVAL: &str = "/system/scheduler remove";
/// Without being asked for all places, the way back is disturbed at every so many.
const EVERY: usize = 9;

/// A run that is refused in the middle, and not disturbed.
struct Refused {
    course: Course,
    /// The number of the command that is refused.
    refused: u64,
    /// The number of the command that stops the timer.
    disarmed: u64,
}

fn refused() -> &'static Refused {
    static REFUSED: OnceLock<Refused> = OnceLock::new();
    REFUSED.get_or_init(|| {
        let world = world();
        let before = world.configuration();
        world.at("ether24").run(&apply(&office())).ends(1);
        Refused {
            course: Course::without_end(before, world.sim.log().len() as u64),
            refused: number(&world, "/interface/bridge/vlan add", 0),
            disarmed: number(&world, REMOVAL, 0),
        }
    })
}

fn world() -> World {
    // Later versions take both entries.
    let world = World::factory(16);
    assert_eq!(world.sim.console(IN_THE_WAY), "");
    world
}

/// The number of the first command that begins so, after so many others.
fn number(world: &World, start: &str, after: usize) -> u64 {
    let log = world.sim.log();
    let mut rest = log.iter().skip(after);
    let place = rest.position(|entry| entry.command.starts_with(start));
    (after + place.expect(start) + 1) as u64
}

fn run(world: &World, operator: &Operator<'_>) -> (Said, Result<(), String>) {
    let said = operator.run(&apply(&office()));
    let judged = judged(world, operator, &said);
    (said, judged)
}

fn judged(world: &World, operator: &Operator<'_>, said: &Said) -> Result<(), String> {
    world.sim.clear_faults();
    judge(&refused().course, world, operator, said)
}

/// So long that the timer does not run meanwhile.
fn patiently(operator: &Operator<'_>) -> Said {
    operator.run(&["apply", "--yes", "--confirm-within", "1h", &office()])
}

fn disturbed(disturb: fn(&Simulator, u64)) {
    let Refused {
        course, refused, ..
    } = refused();
    for_each(&places(course.commands - refused, EVERY), |place| {
        let world = world();
        let operator = world.at("ether24");
        disturb(&world.sim, refused + place);
        let (said, judged) = run(&world, &operator);
        let told = said.code != 1 || said.err.contains("the device refused");
        judged
            .and_then(|()| hold(told, "no reason"))
            .map_err(|why| format!("at {place}: {why}\n{said:?}"))
    });
}

#[test]
fn lost_acknowledgements_on_the_way_back_are_made_up_for() {
    disturbed(Simulator::cut_after);
}

#[test]
fn lost_connections_on_the_way_back_are_made_up_for() {
    disturbed(Simulator::cut_before);
}

#[test]
fn a_power_failure_on_the_way_back_is_made_up_for() {
    disturbed(Simulator::reboot_after);
}

#[test]
fn random_faults_on_both_ways_are_made_up_for() {
    let commands = refused().course.commands;
    at_random("random faults, and refused", commands, |disturb| {
        let world = world();
        let operator = world.at("ether24");
        disturb(&world.sim);
        let (said, judged) = run(&world, &operator);
        judged.map_err(|why| format!("{why}\n{said:?}"))
    });
}

#[test]
fn the_answer_that_the_timer_is_stopped_is_lost_after_everything_was_taken_back() {
    for lose in [Simulator::cut_after, Simulator::cut_before] {
        let world = world();
        let operator = world.at("ether24");
        lose(&world.sim, refused().disarmed);
        let said = patiently(&operator).ends(1);
        assert_eq!(judged(&world, &operator, &said), Ok(()), "{}", said.err);
        assert!(said.err.contains("error[taken-back]"), "{}", said.err);
        assert!(said.err.contains("the device refused"), "{}", said.err);
        assert_eq!(world.sim.boots(), 0);
    }
}

/// How many commands it takes to try again to stop the timer.
fn between_two_removals() -> u64 {
    let world = world();
    let first = refused().disarmed;
    world.sim.cut_before(first);
    let operator = world.at("ether24");
    patiently(&operator).ends(1);
    // What is cut before it runs is not in the log.
    number(&world, REMOVAL, 0) + 1 - first
}

#[test]
fn a_timer_that_cannot_be_stopped_after_everything_was_taken_back_is_told_of() {
    let apart = between_two_removals();
    let world = world();
    let operator = world.at("ether24");
    for attempt in 0..5 {
        world.sim.cut_before(refused().disarmed + attempt * apart);
    }
    let said = patiently(&operator).ends(4);
    assert!(world.left_over().contains("attic-rollback"));
    for told in [
        "error[not-disarmed]",
        "the device refused",
        "taken back; the timer could not be stopped",
        "it is as it was before; to spare it the restart, at once: /system/scheduler remove",
        "goes back on its own within 3600 s",
    ] {
        assert!(said.err.contains(told), "{told}: {}", said.err);
    }
    world.pass(3_600_000);
    assert_eq!(world.configuration(), refused().course.before);
    assert_eq!(world.sim.boots(), 1);
    assert!(world.sim.unreachable(operator.dial) <= LONGEST);
}
