//! Restarts with another configuration: a backup that is loaded, a reset. A
//! timer on the device starts both, as nobody can answer its questions there.

use std::time::Duration;

use crate::apply::refuse_pending;
use crate::backup;
use crate::device::{Device, Event, Facts, Told};
use crate::failure::{Code, Failure, Result};
use crate::timer::Timer;

/// The backup's name on the device.
const RESTORE: &str = "attic-restore";
/// The timer.
const TIMER: Timer = Timer("attic-renewal");
/// The timer's time: enough to see that it is there.
const SOON: u64 = 5;
/// How long the device may take to begin.
const BEGIN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(1);

/// What became of a device that was to start again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It is back.
    Back,
    /// It is back, and takes another password or shows another host key.
    Stranger,
}

/// Loads a backup into a device and waits until it is back.
///
/// # Errors
/// Where it refuses, or does not come back in time.
pub fn restore(device: &mut Device<'_>, bytes: &[u8], boot: Duration) -> Result<Renewed> {
    begin(device)?;
    let name = format!("{}{RESTORE}", backup::folder(device)?);
    let file = format!("{name}.backup");
    device.put_file(&file, bytes)?;
    let size = backup::size(device, &file)?;
    if size != bytes.len() as u64 {
        let message = format!("the device has {size} bytes of {}", bytes.len());
        return Err(
            Failure::new(Code::CommandRefused, message).hint("nothing was changed; try again")
        );
    }
    let started = start(
        device,
        &format!("/system backup load name={name} password=\"\""),
    )?;
    let renewed = wait(device, boot)?;
    if renewed == Renewed::Back {
        started.prove_restart(device)?;
        backup::remove(device, &file)?;
    }
    Ok(renewed)
}

/// Resets a device to the factory's configuration and waits until it is away.
/// It comes back as 192.168.88.1, with its first password and a new host key.
///
/// # Errors
/// Where it refuses, or does not begin.
pub fn reset(device: &mut Device<'_>) -> Result<()> {
    begin(device)?;
    let started = start(device, "/system reset-configuration")?;
    let deadline = device.now() + BEGIN;
    while device.now() < deadline {
        match TIMER.is_pending(device) {
            Ok(true) => device.pause(PAUSE),
            Ok(false) => return started.prove_restart(device),
            Err(failure) if failure.is_passing() || is_strange(&failure) => return Ok(()),
            Err(failure) => return Err(failure),
        }
    }
    Err(stop(device, "the device did not begin"))
}

/// Whether the device has other users or another key now.
fn is_strange(failure: &Failure) -> bool {
    matches!(failure.code, Code::LoginRefused | Code::HostKeyChanged)
}

/// Takes the timer away from a device that does not do what it says, lest it
/// does later.
fn stop(device: &mut Device<'_>, message: &str) -> Failure {
    let failure = Failure::new(Code::CommandRefused, message).hint("look at its log: /log print");
    let line = TIMER.removal();
    match device.tell(&line) {
        Ok(Told::Done) => failure,
        _ => failure.hint(format!("it may still begin: on the device, {line}")),
    }
}

/// A timer that was started, if perhaps.
struct Started {
    /// The device's uptime before, where the answer was lost: that the timer
    /// is not there may then mean that it never was.
    doubtful: Option<crate::value::Duration>,
}

impl Started {
    fn prove_restart(&self, device: &mut Device<'_>) -> Result<()> {
        match self.doubtful {
            Some(before) if device.uptime()?.seconds() >= before.seconds() => Err(Failure::new(
                Code::ConnectionLost,
                "the device was not seen to start again: the answer to its timer was lost",
            )
            .hint("look at it, and try again")),
            _ => Ok(()),
        }
    }
}

fn begin(device: &mut Device<'_>) -> Result<Facts> {
    let facts = device.facts()?;
    device.say(&Event::Connected {
        facts: facts.clone(),
    });
    refuse_pending(device)?;
    Ok(facts)
}

fn start(device: &mut Device<'_>, event: &str) -> Result<Started> {
    let before = device.uptime()?;
    let line = TIMER.addition(crate::value::Duration::from_seconds(SOON), event);
    match device.tell(&line)? {
        Told::Refused(refusal) => {
            let message = format!("the device refuses the timer: {refusal}");
            Err(Failure::new(Code::CommandRefused, message).hint("nothing was changed"))
        }
        Told::Done => Ok(Started { doubtful: None }),
        Told::Unknown(_) => Ok(Started {
            doubtful: Some(before),
        }),
    }
}

fn wait(device: &mut Device<'_>, boot: Duration) -> Result<Renewed> {
    let at_most = BEGIN + boot * 2;
    device.say(&Event::Waiting {
        what: "the device to start again".to_owned(),
        at_most: at_most.as_secs(),
    });
    let deadline = device.now() + at_most;
    loop {
        device.hang_up();
        let failure = match TIMER.is_pending(device) {
            Ok(false) => return Ok(Renewed::Back),
            Ok(true) if device.now() >= deadline => {
                return Err(stop(device, "the device did not begin"));
            }
            Ok(true) => Failure::new(Code::NotBack, "the device did not begin"),
            Err(failure) if is_strange(&failure) => return Ok(Renewed::Stranger),
            // A device that starts may say anything.
            Err(failure) => failure,
        };
        if device.now() >= deadline {
            let message = format!(
                "the device is not back in {} s: {failure}",
                at_most.as_secs()
            );
            return Err(Failure::new(Code::NotBack, message).hint("look at it: is it powered?"));
        }
        device.pause(PAUSE);
    }
}
