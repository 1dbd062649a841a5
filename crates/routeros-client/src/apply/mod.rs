//! Makes a device be as declared, so that it takes itself back where that
//! cuts off the way to it: the device keeps a backup and a timer that loads
//! it, and only what was seen over a new connection stops the timer.

mod confirm;
mod goal;
mod guard;
mod regain;
mod retreat;
mod same;
mod steps;

pub use goal::{Cleanup, Count, Goal};
pub use guard::{BACKUP, CLOSE, ROLLBACK};
pub use same::same_configuration;

pub(crate) use goal::{accepts, dialled};
pub(crate) use guard::refuse_pending;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crate::desired::Desired;
use crate::device::{Device, Event, Facts, Place};
use crate::failure::{Code, Failure, Result};
use crate::plan::Plan;
use crate::reach::{Lockout, Rule};
use crate::row::State;

/// How to go about it.
pub struct Settings<'a> {
    /// After which time the device goes back on its own.
    pub confirm_within: Duration,
    /// How long the device may take to start.
    pub boot: Duration,
    /// The rules that a plan may break, though that cuts off management.
    pub insisted: BTreeSet<Rule>,
    /// Whether the backup stays on the device.
    pub keep_backup: bool,
    /// Keeps a copy of a file of the device here.
    pub keep: &'a mut dyn FnMut(&str, &[u8]) -> std::io::Result<PathBuf>,
    /// Fails where the plan is not to be carried out.
    pub agree: &'a mut dyn FnMut(&Plan) -> Result<Agreed>,
}

/// How a plan was agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// It was clear beforehand.
    AtOnce,
    /// Somebody was asked, and may have taken long.
    Asked,
}

/// What is found out before anything is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Which device it is.
    pub facts: Facts,
    /// By which port the operator comes; nothing where that is not known
    /// and no way is declared.
    pub place: Option<Place>,
    /// What it is configured to be.
    pub state: State,
    /// What is to be done.
    pub plan: Plan,
    /// Why management would be cut off.
    pub lockout: Option<Lockout>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was as declared already.
    Unchanged,
    /// It is as declared now; so many steps were taken.
    Applied(usize),
}

/// Looks at a device and plans; changes nothing.
///
/// # Errors
/// Where the device is not reached, or is not the one that is meant.
pub fn survey(
    device: &mut Device<'_>,
    goal: &dyn Goal,
    insisted: &BTreeSet<Rule>,
) -> Result<Survey> {
    let facts = device.facts()?;
    device.say(&Event::Connected {
        facts: facts.clone(),
    });
    look(device, goal, insisted, facts)
}

fn look(
    device: &mut Device<'_>,
    goal: &dyn Goal,
    insisted: &BTreeSet<Rule>,
    facts: Facts,
) -> Result<Survey> {
    let desired = goal.desired();
    goal::accepts(desired, &facts)?;
    let place = match device.place() {
        Ok(place) => Some(place),
        // Where no way is declared, what is seen of it is guarded all the same.
        Err(failure) if failure.code == Code::PlaceUnknown && desired.management.is_none() => {
            device.say(&Event::note(format!("{failure}; the way is not guarded")));
            None
        }
        Err(failure) => return Err(failure),
    };
    let state = device.state(&facts)?;
    goal.check(&state)?;
    let mut plan = goal.plan(&state)?;
    let lockout = place
        .as_ref()
        .and_then(|place| goal::lockout(desired, &mut plan, &state, place, insisted));
    Ok(Survey {
        facts,
        place,
        state,
        plan,
        lockout,
    })
}

/// Makes a device be as declared.
///
/// # Errors
/// Where it is refused beforehand, or was not reached: the code says what
/// became of the device.
pub fn apply(
    device: &mut Device<'_>,
    goal: &dyn Goal,
    settings: &mut Settings<'_>,
) -> Result<Outcome> {
    let Some(survey) = settle(device, goal, settings)? else {
        return Ok(Outcome::Unchanged);
    };
    let armed = guard::arm(device, settings)?;
    Job {
        device,
        goal,
        survey: &survey,
        armed,
        journal: Vec::new(),
    }
    .run(settings.keep_backup)
}

/// What is to be carried out; nothing where there is nothing to do. Whoever
/// was asked may have taken long, so that the device is looked at again: what
/// was agreed to must still be what is to be done.
fn settle(
    device: &mut Device<'_>,
    goal: &dyn Goal,
    settings: &mut Settings<'_>,
) -> Result<Option<Survey>> {
    let mut found = survey(device, goal, &settings.insisted)?;
    let mut agreed_to: Option<Plan> = None;
    loop {
        guard::refuse_pending(device)?;
        refuse_elsewhere(goal.desired(), found.place.as_ref())?;
        if found.plan.is_empty() {
            return Ok(None);
        }
        if let Some(lockout) = &found.lockout {
            return Err(locked_out(lockout));
        }
        match &agreed_to {
            Some(plan) if *plan == found.plan => return Ok(Some(found)),
            Some(_) => device.say(&Event::note(
                "the device was changed meanwhile, and this is no longer the plan that was shown",
            )),
            None => {}
        }
        if (settings.agree)(&found.plan)? == Agreed::AtOnce {
            return Ok(Some(found));
        }
        agreed_to = Some(found.plan);
        let facts = device.facts()?;
        found = look(device, goal, &settings.insisted, facts)?;
    }
}

/// Refuses to change anything from another port than the management port:
/// the plan might be right, and yet nobody would be there to confirm it.
///
/// # Errors
/// Where it is another port.
pub fn refuse_elsewhere(desired: &Desired, place: Option<&Place>) -> Result<()> {
    let (Some(way), Some(place)) = (&desired.management, place) else {
        return Ok(());
    };
    let port = &way.port;
    if place.port == *port {
        return Ok(());
    }
    let message = format!("you come by {}; the management port is {port}", place.port);
    Err(Failure::new(Code::WrongPort, message).hint(format!(
        "plug this machine ({}) into {port}; nothing was changed",
        place.operator
    )))
}

fn locked_out(lockout: &Lockout) -> Failure {
    let rule = lockout.reason.rule.word();
    Failure::new(Code::Lockout, lockout.to_string())
        .hint("nothing was changed on the device")
        .hint(format!(
            "--force {rule} tries it all the same: the device then goes back on its own"
        ))
}

/// One run, once the device is armed.
struct Job<'a, 'd> {
    device: &'a mut Device<'d>,
    goal: &'a dyn Goal,
    survey: &'a Survey,
    armed: guard::Armed,
    /// The steps that were taken.
    journal: Vec<crate::plan::Step>,
}

impl Job<'_, '_> {
    fn run(mut self, keep_backup: bool) -> Result<Outcome> {
        let reached = self.converge().and_then(|()| self.confirm());
        let Err(stop) = reached else {
            self.disarm(guard::End::AsDeclared)?;
            if !keep_backup {
                self.remove_backup();
            }
            return Ok(Outcome::Applied(self.journal.len()));
        };
        match stop {
            Stop::Unwanted(failure) => Err(self.retreat(failure)),
            Stop::GoneBack => Err(self.gone_back()),
            Stop::Fatal(failure) => Err(self.leave(failure)),
        }
    }

    /// Says what the device will do of itself, where nothing more can be done
    /// from here.
    fn leave(&self, mut failure: Failure) -> Failure {
        // Whatever stopped the run, the device is about to restart.
        if failure.code.exit_code() != Code::NotDisarmed.exit_code() {
            failure.message = format!("{}: {failure}", failure.code);
            failure.code = Code::NotDisarmed;
        }
        failure.hint(format!(
            "the device goes back on its own within {} s of {} by its clock, and takes up to {} s to start",
            self.armed.within.as_secs(),
            self.armed.since,
            self.armed.boot.as_secs()
        ))
    }
}

/// Why a run does not go on.
enum Stop {
    /// The declared state cannot be reached, or not proven: take it back.
    Unwanted(Failure),
    /// The device went back on its own.
    GoneBack,
    /// Nothing more can be done from here.
    Fatal(Failure),
}

impl Stop {
    /// In words.
    fn why(&self) -> String {
        match self {
            Stop::Unwanted(failure) | Stop::Fatal(failure) => failure.to_string(),
            Stop::GoneBack => "the device has gone back on its own".to_owned(),
        }
    }
}
