//! Runs that are disturbed at every place, some at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use routeros_sim::Simulator;
use routeros_sim::ssh::Fault;

use crate::chance::{Chance, option};
use crate::world::{Operator, Said, World, office};

/// The time given to confirm, as it is typed.
pub(crate) const WITHIN: &str = "3m";
/// The time given, and one boot, in milliseconds of the switch's clock.
pub(crate) const LONGEST: u64 = 3 * 60_000 + 60_000;
/// A run mostly waits: for a boot, or for the time to pass.
const AT_ONCE: usize = 6;
/// Random runs of one test.
const RUNS: u64 = 12;

/// An undisturbed run.
pub(crate) struct Course {
    /// The configuration before it.
    pub(crate) before: String,
    /// The configuration after it.
    pub(crate) after: String,
    /// How many commands it sends.
    pub(crate) commands: u64,
    /// How many of them come before the timer.
    pub(crate) armed: u64,
    /// The line that it ends with.
    pub(crate) done: String,
}

impl Course {
    /// A run that does not reach what is declared, whatever happens.
    pub(crate) fn without_end(before: String, commands: u64) -> Self {
        Course {
            before,
            after: String::new(),
            commands,
            armed: 0,
            done: "never".to_owned(),
        }
    }
}

/// The course of an undisturbed run.
pub(crate) fn course() -> &'static Course {
    static COURSE: OnceLock<Course> = OnceLock::new();
    COURSE.get_or_init(|| {
        let world = World::factory(20);
        let before = world.configuration();
        let said = world.at("ether24").run(&apply(&office())).ends(0);
        let log = world.sim.log();
        let timer = |command: &str| command.starts_with("/system/scheduler add");
        let armed = log.iter().position(|entry| timer(&entry.command));
        Course {
            before,
            armed: armed.expect("a timer") as u64,
            after: world.configuration(),
            commands: log.len() as u64,
            done: said.out.lines().last().unwrap_or_default().to_owned(),
        }
    })
}

/// The arguments that apply a file.
pub(crate) fn apply(file: &str) -> Vec<&str> {
    vec!["apply", "--yes", "--confirm-within", WITHIN, file]
}

/// Every place where the environment asks for all (`GARRET_ALL_CUTS=1`), else
/// every so many.
pub(crate) fn places(count: u64, every: usize) -> Vec<u64> {
    match std::env::var_os("GARRET_ALL_CUTS") {
        Some(_) => (1..=count).collect(),
        None => (1..=count).step_by(every).collect(),
    }
}

/// Random faults within one run of so many commands: the first anywhere, the
/// others near it or far. Two that come in each other's way may be the same.
pub(crate) fn faults(chance: &mut Chance, commands: u64) -> Vec<(u64, Fault)> {
    let mut place = 1 + chance.below(commands as usize) as u64;
    let count = 2 + chance.below(5);
    let fault = |_| {
        let fault = match chance.below(10) {
            0..=3 => Fault::CutAfter,
            4..=6 => Fault::CutBefore,
            7 => Fault::Truncate(chance.below(20)),
            8 => Fault::CloseWithoutStatus,
            _ => Fault::Reboot,
        };
        let here = place;
        place += *chance.pick(&[1, 1, 2, 3, 4, 9, 27, 81]);
        (here, fault)
    };
    (0..count).map(fault).collect()
}

/// Random runs: `GARRET_CUT_RUNS` sets how many, `GARRET_SEED` the first of
/// their seeds. `run` is given what disturbs each.
pub(crate) fn at_random(
    test: &str,
    commands: u64,
    run: impl Fn(&dyn Fn(&Simulator)) -> Result<(), String> + Sync,
) {
    let first = crate::chance::seed(test);
    let runs = option("GARRET_CUT_RUNS", RUNS);
    let seeds: Vec<u64> = (0..runs).map(|run| first.wrapping_add(run)).collect();
    for_each(&seeds, |seed| {
        let faults = faults(&mut Chance::of(*seed), commands);
        let disturb = |sim: &Simulator| {
            for (place, fault) in &faults {
                sim.fault(*place, *fault);
            }
        };
        run(&disturb).map_err(|why| format!("GARRET_SEED={seed} {faults:?}: {why}"))
    });
}

/// Runs something for each, some at a time, and says everything that failed.
pub(crate) fn for_each<T: Sync>(all: &[T], run: impl Fn(&T) -> Result<(), String> + Sync) {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = run(one) {
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.push(why);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(
        failed.is_empty(),
        "{} of {} failed:\n{}",
        failed.len(),
        all.len(),
        failed.join("\n---\n")
    );
}

/// What is wrong, unless it holds.
pub(crate) fn hold(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// What must hold once the program has ended, whatever happened meanwhile:
/// its words are true, and nothing between two states is left.
pub(crate) fn judge(
    course: &Course,
    world: &World,
    operator: &Operator<'_>,
    said: &Said,
) -> Result<(), String> {
    let Course {
        before,
        after,
        done,
        ..
    } = course;
    let mut kept = "";
    hold(
        world.sim.unreachable(operator.dial) <= LONGEST,
        "it was away for too long",
    )?;
    let truth = match said.code {
        0 => {
            hold(said.out.ends_with(&format!("{done}\n")), "other steps")?;
            hold(
                world.left_over().is_empty(),
                "the timer or the backup is left",
            )?;
            after
        }
        1 => {
            hold(said.err.contains("error[taken-back]"), "no reason")?;
            hold(said.err.contains("as it was before"), "no state is named")?;
            before
        }
        4 if said.err.contains("error[rolled-back]") => {
            hold(said.err.contains("as it was before"), "no state is named")?;
            before
        }
        4 if said.err.contains("error[not-disarmed]") => {
            hold(
                said.err.contains("goes back on its own"),
                "no way back is named",
            )?;
            world.pass(LONGEST);
            before
        }
        // It did not begin.
        3 | 5 if world.left_over().is_empty() => before,
        3 | 5 if said.err.contains("the timer may run all the same") => {
            world.pass(LONGEST);
            before
        }
        3 | 5
            if said
                .err
                .contains("attic-pre.backup may be left on the device") =>
        {
            kept = "attic-pre.backup\n";
            before
        }
        other => return Err(format!("exit code {other}")),
    };
    hold(world.configuration() == *truth, "its words are not true")?;
    world.pass(LONGEST);
    hold(world.configuration() == *truth, "it went on later")?;
    hold(world.left_over() == kept, "the timer or the backup stays")
}

/// A run after it reaches the declared state, and leaves nothing else.
pub(crate) fn converges(world: &World, operator: &Operator<'_>) -> Result<(), String> {
    let said = operator.run(&apply(&office()));
    hold(said.code == 0, &format!("again: {said:?}"))?;
    hold(world.configuration() == course().after, "again: not there")?;
    hold(world.left_over().is_empty(), "again: something is left")
}
