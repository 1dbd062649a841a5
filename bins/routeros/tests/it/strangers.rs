//! Another switch answers where the first was, in the middle of a run.

use routeros_sim::ssh::Options;
use routeros_sim::{Device, Version};

use crate::sweep::{LONGEST, apply, course};
use crate::switchboard::Switchboard;
use crate::world::{Said, World, office};

/// Some steps were taken then.
fn in_the_middle() -> u64 {
    course().armed + 20
}

/// Applies to one switch, which is exchanged for another after a command.
fn exchanged(other: &World, after: u64) -> (World, Said) {
    let world = World::factory(20);
    let first = world.at("ether24");
    let later = other.at("ether24");
    let board = Switchboard::new(first.dial, later.dial);
    world.sim.cut_after(after);
    let said = world.from(board.dial, "").run(&apply(&office()));
    drop(board);
    (world, said)
}

/// The other switch is untouched, and the first goes back on its own.
fn nothing_is_left_between(world: &World, other: &World) {
    assert_eq!(other.sim.writes(), []);
    world.pass(LONGEST);
    assert_eq!(world.configuration(), course().before);
}

#[test]
fn a_switch_with_another_host_key_is_left_alone() {
    let mut options = Options::new(Version::new(20));
    options.host_key_seed = 7;
    let other = World::with(Device::factory(options.version), options);
    let (world, said) = exchanged(&other, in_the_middle());
    let said = said.ends(4);
    assert!(said.err.contains("error[not-disarmed]"), "{}", said.err);
    assert!(said.err.contains("host key of"), "{}", said.err);
    assert!(
        said.err
            .contains("the device goes back on its own within 180 s"),
        "{}",
        said.err
    );
    assert_eq!(other.sim.log(), []);
    nothing_is_left_between(&world, &other);
}

/// A switch whose host key is the first one's, but not its serial number.
fn twin() -> World {
    let mut device = Device::factory(Version::new(20));
    let no_number = vec![("routerboard", "yes".to_owned())];
    device.set_rows("/system/routerboard", &[no_number]);
    World::of(device)
}

#[test]
fn a_switch_with_the_same_key_and_another_serial_number_is_left_alone() {
    let other = twin();
    let (world, said) = exchanged(&other, in_the_middle());
    let said = said.ends(4);
    assert!(said.err.contains("error[not-disarmed]"), "{}", said.err);
    assert!(said.err.contains("another device answers"), "{}", said.err);
    assert!(
        said.err.contains("goes back on its own within 180 s"),
        "{}",
        said.err
    );
    nothing_is_left_between(&world, &other);
}

#[test]
fn exchanged_before_anything_was_changed_neither_is_changed() {
    let other = twin();
    let (world, said) = exchanged(&other, course().armed / 2);
    let said = said.ends(3);
    assert!(said.err.contains("error[wrong-device]"), "{}", said.err);
    assert_eq!(world.sim.writes(), []);
    nothing_is_left_between(&world, &other);
}
