//! Files that would cut off management: refused, and forced they do no harm.

use routeros_sim::ssh::{Fault, Options};
use routeros_sim::{Device, Simulator, Version};

use crate::sweep::{
    Course, LONGEST, apply, at_random, converges, course, for_each, hold, judge, places,
};
use crate::world::{Operator, Said, World, office};

/// A way to cut off management.
struct Cut {
    name: &'static str,
    /// What stands in the office's file.
    from: &'static str,
    /// What stands there instead.
    to: &'static str,
    /// The rule of reachability that it breaks, or the word for any.
    rule: &'static str,
}

const RESCUE: &str = "interface = \"ether24\"\npvid = 1\n";
const ADDRESS: &str = "address = \"192.168.88.1/24\"\ninterface = \"bridge-attic\"\n";

const CUTS: [Cut; 6] = [
    Cut {
        name: "vlan",
        from: RESCUE,
        to: "interface = \"ether24\"\npvid = 10\n",
        rule: "vlan",
    },
    Cut {
        name: "frames",
        from: RESCUE,
        to: "interface = \"ether24\"\npvid = 1\nframe-types = \"admit-only-vlan-tagged\"\n",
        rule: "frame-types",
    },
    Cut {
        name: "port",
        from: "comment = \"rescue port, 192.168.88.1\"\n",
        to: "disabled = true\n",
        rule: "port",
    },
    Cut {
        name: "interface",
        from: ADDRESS,
        to: "address = \"192.168.88.1/24\"\ninterface = \"vlan10-attic\"\n",
        rule: "lockout",
    },
    Cut {
        name: "address",
        from: ADDRESS,
        to: "address = \"192.168.88.1/24\"\ninterface = \"bridge-attic\"\ndisabled = true\n",
        rule: "address",
    },
    Cut {
        name: "ssh",
        from: "name = \"telnet\"\n",
        to: "name = \"ssh\"\n",
        rule: "service",
    },
];

impl Cut {
    /// The file of the operator.
    fn file(&self, world: &World) -> String {
        let text = std::fs::read_to_string(office()).expect("the file");
        let cut = text.replace(self.from, self.to);
        assert_ne!(cut, text, "{}", self.name);
        let file = world.home().join("cut-off.toml");
        std::fs::write(&file, cut).expect("written");
        file.to_str().expect("text").to_owned()
    }

    fn force(&self, operator: &Operator<'_>, file: &str, rule: &str) -> Said {
        let mut arguments = apply(file);
        arguments.extend(["--force", rule]);
        operator.run(&arguments)
    }
}

/// The switch went back in time, is as it was, and the program says so.
fn went_back(world: &World, operator: &Operator<'_>, said: &Said) -> Result<(), String> {
    hold(said.code == 4, "another exit code")?;
    hold(said.err.contains("error[rolled-back]"), "another reason")?;
    hold(
        said.err.contains("it is configured as it was before"),
        "no state is named",
    )?;
    hold(
        world.configuration() == course().before,
        "it is not as before",
    )?;
    hold(world.left_over().is_empty(), "something is left")?;
    hold(
        world.sim.unreachable(operator.dial) <= LONGEST,
        "it was away for too long",
    )?;
    world.pass(LONGEST);
    hold(world.configuration() == course().before, "it went on later")?;
    converges(world, operator)
}

#[test]
fn a_file_that_cuts_off_is_refused_before_anything_is_sent() {
    for_each(&CUTS, |cut| {
        let world = World::factory(20);
        let file = cut.file(&world);
        let said = world.at("ether24").run(&apply(&file));
        let complain = |why: String| format!("{}: {why}\n{said:?}", cut.name);
        hold(said.code == 3, "another exit code").map_err(complain)?;
        hold(said.err.contains("error[lockout]"), "another reason").map_err(complain)?;
        let reason = said.err.contains("ether24") || said.err.contains("192.168.88.1");
        hold(reason || said.err.contains("ssh"), "nothing is named").map_err(complain)?;
        hold(world.sim.writes().is_empty(), "it has written").map_err(complain)
    });
}

#[test]
fn forced_the_switch_takes_it_back_on_its_own() {
    for_each(&CUTS, |cut| {
        let world = World::factory(20);
        let file = cut.file(&world);
        let operator = world.at("ether24");
        let said = cut.force(&operator, &file, cut.rule);
        went_back(&world, &operator, &said)
            .and_then(|()| hold(world.sim.boots() == 1, "it did not start again once"))
            .map_err(|why| format!("{}: {why}\n{said:?}", cut.name))
    });
}

#[test]
fn another_rule_that_is_forced_does_not_help() {
    let world = World::factory(20);
    let file = CUTS[0].file(&world);
    let said = CUTS[0].force(&world.at("ether24"), &file, "service");
    let said = said.ends(3);
    assert!(said.err.contains("error[lockout]"), "{}", said.err);
    assert_eq!(world.sim.writes(), []);
}

/// Each run waits for the time to pass, so only a few places are the rule.
const EVERY: usize = 17;

fn forced_and(disturb: fn(&Simulator, u64)) {
    for_each(&places(course().commands, EVERY), |place| {
        let world = World::factory(20);
        let file = CUTS[0].file(&world);
        let operator = world.at("ether24");
        disturb(&world.sim, *place);
        let said = CUTS[0].force(&operator, &file, "lockout");
        world.sim.clear_faults();
        went_back(&world, &operator, &said).map_err(|why| format!("at {place}: {why}\n{said:?}"))
    });
}

#[test]
fn forced_and_lost_acknowledgements() {
    forced_and(Simulator::cut_after);
}

#[test]
fn forced_and_lost_connections() {
    forced_and(Simulator::cut_before);
}

#[test]
fn forced_and_a_power_failure() {
    forced_and(Simulator::reboot_after);
}

#[test]
fn forced_and_random_faults() {
    let course = Course::without_end(course().before.clone(), course().commands);
    at_random("forced and random faults", course.commands, |disturb| {
        let world = World::factory(20);
        let file = CUTS[0].file(&world);
        let operator = world.at("ether24");
        disturb(&world.sim);
        let said = CUTS[0].force(&operator, &file, "lockout");
        world.sim.clear_faults();
        judge(&course, &world, &operator, &said)
            .and_then(|()| converges(&world, &operator))
            .map_err(|why| format!("{why}\n{said:?}"))
    });
}

#[test]
fn a_switch_that_went_back_while_it_was_read_gets_no_more_steps() {
    let mut options = Options::new(Version::new(20));
    // It is back before the question is asked again.
    options.boot = 1_000;
    let world = World::with(Device::factory(options.version), options);
    let file = CUTS[0].file(&world);
    let operator = world.at("ether24");
    let step = course().armed + 10;
    world.sim.cut_after(step);
    // After the serial number and the timer, the first that is read.
    world.sim.fault(step + 3, Fault::Slow(LONGEST));
    let said = CUTS[0].force(&operator, &file, "lockout");
    assert_eq!(went_back(&world, &operator, &said), Ok(()), "{said:?}");
    assert_eq!(world.sim.boots(), 1);
}
