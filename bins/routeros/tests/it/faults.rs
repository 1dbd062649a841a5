//! Connections that end at every moment, and a device whose power fails.

use routeros_sim::Simulator;

use crate::sweep::{apply, converges, course, for_each, judge, places};
use crate::world::{World, office};

/// Without being asked for all places, runs are disturbed at every third.
const EVERY: usize = 3;

fn disturbed(disturb: fn(&Simulator, u64)) {
    for_each(&places(course().commands, EVERY), |place| {
        let world = World::factory(20);
        let operator = world.at("ether24");
        disturb(&world.sim, *place);
        let said = operator.run(&apply(&office()));
        world.sim.clear_faults();
        judge(&world, &operator, &said)
            .and_then(|()| converges(&world, &operator))
            .map_err(|why| format!("at {place}: {why}\n{said:?}"))
    });
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
