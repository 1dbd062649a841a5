//! Connections that end at every moment, and a device whose power fails.

use routeros_sim::Simulator;

use crate::sweep::{apply, at_random, converges, course, for_each, judge, places};
use crate::world::{Operator, World, office};

/// Without being asked for all places, runs are disturbed at every third.
const EVERY: usize = 3;

fn disturbed(disturb: fn(&Simulator, u64)) {
    for_each(&places(course().commands, EVERY), |place| {
        let world = World::factory(20);
        let operator = world.at("ether24");
        disturb(&world.sim, *place);
        ends_well(&world, &operator).map_err(|why| format!("at {place}: {why}"))
    });
}

/// The program runs to its end, which is judged, and then again.
fn ends_well(world: &World, operator: &Operator<'_>) -> Result<(), String> {
    let said = operator.run(&apply(&office()));
    world.sim.clear_faults();
    judge(course(), world, operator, &said)
        .and_then(|()| converges(world, operator))
        .map_err(|why| format!("{why}\n{said:?}"))
}

#[test]
fn lost_acknowledgements_are_made_up_for() {
    disturbed(Simulator::cut_after);
}

#[test]
fn lost_connections_are_made_up_for() {
    disturbed(Simulator::cut_before);
}

#[test]
fn a_power_failure_in_the_middle_is_made_up_for() {
    disturbed(Simulator::reboot_after);
}

/// Between the first cut and the second, which may hit the questions that make
/// up for the first.
const APART: [u64; 4] = [1, 2, 3, 40];
const EVERY_TWICE: usize = 23;

#[test]
fn a_connection_that_is_lost_again_is_made_up_for() {
    let first = places(course().commands, EVERY_TWICE);
    let pairs = first
        .iter()
        .flat_map(|place| APART.map(|apart| (*place, place + apart)));
    for_each(&pairs.collect::<Vec<_>>(), |(first, second)| {
        let world = World::factory(20);
        let operator = world.at("ether24");
        world.sim.cut_after(*first);
        world.sim.cut_after(*second);
        ends_well(&world, &operator).map_err(|why| format!("at {first} and {second}: {why}"))
    });
}

#[test]
fn random_faults_in_one_run_are_made_up_for() {
    at_random("random faults", course().commands, |disturb| {
        let world = World::factory(20);
        let operator = world.at("ether24");
        disturb(&world.sim);
        ends_well(&world, &operator)
    });
}
