//! The dead man's switch: a backup on the device, and a timer that loads it.

use std::time::Duration;

use super::{Job, Settings, Stop, same_configuration};
use crate::backup::Saved;
use crate::device::{Device, Event, Told};
use crate::failure::{Code, Failure, Result};
use crate::link::Lost;
use crate::refusal::{Reason, Refusal};
use crate::timer::{self, Timer};

/// The timer's name.
pub const ROLLBACK: &str = "attic-rollback";
/// The backup's name.
pub const BACKUP: &str = "attic-pre";

/// The timer.
const TIMER: Timer = Timer(ROLLBACK);
/// How long a device that goes back may still answer.
pub const CLOSE: Duration = Duration::from_secs(10);
/// How often a command whose answer is lost is sent again.
const TRIES: u32 = 5;

/// What a run has made of the device when it stops the timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is as declared.
    AsDeclared,
    /// Every step was taken back.
    AsBefore,
}

/// The device goes back unless it is told not to.
pub(super) struct Armed {
    /// When it was armed at the earliest, as the one who waits counts it.
    pub(super) began: Duration,
    /// After this time.
    pub(super) within: Duration,
    /// How long it may take to start.
    pub(super) boot: Duration,
    /// Where the backup is, without `.backup`.
    pub(super) backup: String,
    /// When it was armed, by its own clock.
    pub(super) since: String,
}

/// Whether the timer is there.
pub(super) fn is_pending(device: &mut Device<'_>) -> Result<bool> {
    TIMER.is_pending(device)
}

/// Refuses to begin where an earlier run is not confirmed.
pub(crate) fn refuse_pending(device: &mut Device<'_>) -> Result<()> {
    if !is_pending(device)? {
        return Ok(());
    }
    let at = TIMER.next_run(device)?;
    let message = format!(
        "a rollback of an earlier run is pending: the device goes back at {at} by its clock"
    );
    Err(Failure::new(Code::RollbackPending, message)
        .hint("wait until it has gone back and started again, and then try again")
        .hint(format!(
            "or keep what the earlier run did: on the device, {}",
            TIMER.removal()
        )))
}

/// Saves a backup, keeps a copy of it here, and starts the timer. Where that
/// fails, neither is left.
pub(super) fn arm(device: &mut Device<'_>, settings: &mut Settings<'_>) -> Result<Armed> {
    // Somebody may have begun while the question was answered: then the backup
    // would be of a state half-way, in place of theirs.
    refuse_pending(device)?;
    let backup = crate::backup::save(device, BACKUP)?;
    let since = match prepare(device, settings, &backup) {
        Ok(since) => since,
        Err(failure) => {
            // A timer that is there now is not ours, and needs the backup.
            if is_pending(device) == Ok(false) {
                discard(device, &backup.file);
            }
            return Err(failure);
        }
    };
    let file = backup.file.clone();
    start(device, settings, backup, since).map_err(|failure| unwind(device, &file, failure))
}

/// Keeps copies here, and looks at the device's clock.
fn prepare(device: &mut Device<'_>, settings: &mut Settings<'_>, backup: &Saved) -> Result<String> {
    let copy = device.get_file(&backup.file)?;
    if copy.len() as u64 != backup.size {
        let message = format!(
            "the backup has {} bytes, its copy {}",
            backup.size,
            copy.len()
        );
        return Err(Failure::new(Code::NotArmed, message).hint("nothing was changed; try again"));
    }
    let export = crate::backup::export(device)?;
    for (name, bytes) in [
        ("attic-pre.backup", &*copy),
        ("attic-pre.rsc", export.as_bytes()),
    ] {
        let path = (settings.keep)(name, bytes).map_err(|error| {
            Failure::new(
                Code::LocalFile,
                format!("cannot keep a copy of the backup: {error}"),
            )
            .hint("nothing was changed; name another folder with --backup-dir")
        })?;
        device.say(&Event::Kept {
            path: path.display().to_string(),
        });
    }
    device.clock()
}

fn start(
    device: &mut Device<'_>,
    settings: &Settings<'_>,
    backup: Saved,
    since: String,
) -> Result<Armed> {
    let within = settings.confirm_within;
    let began = device.now();
    start_timer(device, &backup.name, within)?;
    let next_run = starting(device, &since, within)?;
    device.say(&Event::Armed {
        within: within.as_secs(),
        next_run,
    });
    Ok(Armed {
        began,
        within,
        boot: settings.boot,
        backup: backup.name,
        since,
    })
}

/// When the device would go back, by its own clock: a timer that is there may
/// still never run, or at once.
fn starting(device: &mut Device<'_>, since: &str, within: Duration) -> Result<String> {
    let next_run = TIMER.next_run(device)?;
    let now = device.clock()?;
    if timer::is_in_time(since, &now, within, &next_run) {
        return Ok(next_run);
    }
    let message = format!(
        "the device would not go back in {} s: its clock says {now}, and its timer is to run {}",
        within.as_secs(),
        if next_run.trim().is_empty() {
            "never"
        } else {
            &next_run
        }
    );
    Err(Failure::new(Code::NotArmed, message)
        .hint("nothing else was changed; where its clock has just been set, try again"))
}

/// A timer that was started all the same would restart a device that nobody
/// changed. The backup goes only with it: a timer needs it.
fn unwind(device: &mut Device<'_>, file: &str, failure: Failure) -> Failure {
    let line = TIMER.removal();
    for _ in 0..TRIES {
        let removed = matches!(device.tell(&line), Ok(Told::Done));
        if removed && is_pending(device) == Ok(false) {
            discard(device, file);
            return failure;
        }
        device.pause(Duration::from_secs(1));
    }
    failure.hint(format!(
        "the timer may run all the same, and restart the device: on the device, {line}"
    ))
}

fn start_timer(device: &mut Device<'_>, backup: &str, within: Duration) -> Result<()> {
    let load = format!("/system backup load name={backup} password=\"\"");
    let interval = crate::value::Duration::from_seconds(within.as_secs());
    let line = TIMER.addition(interval, &load);
    for attempt in 0..TRIES {
        match device.tell(&line) {
            // Its first answer was lost, and it is there already.
            Ok(Told::Refused(_)) if attempt > 0 && is_pending(device)? => return Ok(()),
            Ok(Told::Refused(refusal)) => return Err(not_armed(&refusal)),
            Ok(Told::Done | Told::Unknown(_)) if is_pending(device)? => return Ok(()),
            Ok(_) => {}
            Err(failure) if failure.is_passing() => device.pause(Duration::from_secs(1)),
            Err(failure) => return Err(failure),
        }
    }
    Err(
        Failure::new(Code::NotArmed, "the device does not keep its timer")
            .hint("nothing else was changed"),
    )
}

fn not_armed(refusal: &Refusal) -> Failure {
    let failure = Failure::new(
        Code::NotArmed,
        format!("the device refuses the timer: {refusal}"),
    );
    match refusal.reason {
        Reason::DeviceMode => failure.hint("its device-mode blocks the scheduler: /system/device-mode update scheduler=yes, then press its button"),
        Reason::NotPermitted => failure.hint("the user's group needs every policy that a restore needs: use the group `full`"),
        _ => failure.hint("nothing else was changed"),
    }
}

impl Job<'_, '_> {
    /// Stops the timer, and makes sure that it was not too late.
    pub(super) fn disarm(&mut self, end: End) -> Result<()> {
        match self.try_disarm(end) {
            Ok(()) => {
                self.device.say(&Event::Disarmed);
                Ok(())
            }
            Err(Stop::GoneBack) => Err(self.gone_back()),
            Err(Stop::Unwanted(failure) | Stop::Fatal(failure)) => {
                let message = format!("the timer could not be stopped: {failure}");
                let gain = match end {
                    End::AsDeclared => "to keep what was done",
                    End::AsBefore => "it is as it was before; to spare it the restart",
                };
                let hint = format!("{gain}, at once: {}", TIMER.removal());
                let failure = Failure::new(Code::NotDisarmed, message).hint(hint);
                Err(self.leave(failure))
            }
        }
    }

    fn try_disarm(&mut self, end: End) -> Result<(), Stop> {
        let line = TIMER.removal();
        let mut doubtful = false;
        for _ in 0..TRIES {
            match self.device.tell(&line) {
                Ok(Told::Done) => {}
                Ok(Told::Refused(refusal)) => {
                    let message = format!("the device refused: {refusal}");
                    return Err(Stop::Fatal(Failure::new(Code::CommandRefused, message)));
                }
                Ok(Told::Unknown(Lost(why))) => {
                    self.device.say(&Event::Lost { why });
                    doubtful = true;
                }
                Err(failure) if failure.is_passing() => doubtful = true,
                Err(failure) => return Err(Stop::Fatal(failure)),
            }
            if self.contact()? {
                continue;
            }
            if self.may_be_running() {
                doubtful = true;
                self.contact()?;
            }
            // It is gone, either because it was stopped or because it ran.
            return match doubtful && !self.is_at(end)? {
                true => Err(Stop::GoneBack),
                false => Ok(()),
            };
        }
        Err(Stop::Fatal(Failure::new(
            Code::NotDisarmed,
            "it is still there",
        )))
    }

    /// Whether the device is as the run left it.
    fn is_at(&mut self, end: End) -> Result<bool, Stop> {
        let state = self.state(|job| job.contact().map(drop))?;
        match end {
            End::AsDeclared => {
                let plan = self.goal.plan(&state).map_err(Stop::Fatal)?;
                Ok(plan.is_empty())
            }
            End::AsBefore => Ok(same_configuration(&self.survey.state, &state)),
        }
    }

    /// Whether the timer's time had come before it was removed. Then the
    /// device answers for a moment more, and restarts.
    fn may_be_running(&mut self) -> bool {
        let gone = self.device.now().saturating_sub(self.armed.began);
        if gone + CLOSE < self.armed.within {
            return false;
        }
        self.device.hang_up();
        self.device.pause(CLOSE);
        true
    }

    /// Removes the backup; one that stays does no harm.
    pub(super) fn remove_backup(&mut self) {
        discard(self.device, &format!("{}.backup", self.armed.backup));
    }
}

fn discard(device: &mut Device<'_>, file: &str) {
    if let Err(failure) = crate::backup::remove(device, file) {
        device.say(&Event::note(format!(
            "{file} stays on the device: {failure}"
        )));
    }
}

#[cfg(test)]
mod tests;
