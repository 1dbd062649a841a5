//! The way back: step by step where that is possible, else by the device.

use super::guard::End;
use super::{Job, Stop, same_configuration};
use crate::device::{Event, Told};
use crate::failure::{Code, Failure};
use crate::words::counted;

/// How often a command whose answer is lost is sent again.
const TRIES: u32 = 5;

impl Job<'_, '_> {
    /// Takes back what was done. Where that fails, the device does it.
    pub(super) fn retreat(mut self, reason: Failure) -> Failure {
        match self.take_back() {
            Ok(true) => {}
            Ok(false) => return self.leave_to_the_device(&reason),
            Err(Stop::GoneBack) => return after(&reason, self.gone_back()),
            Err(Stop::Unwanted(failure) | Stop::Fatal(failure)) => {
                return after(&reason, self.leave(failure));
            }
        }
        let steps = self.journal.len();
        let taken_back = Failure {
            code: Code::TakenBack,
            message: format!(
                "{}; the {} before it {} taken back",
                reason.message,
                counted(steps, "step"),
                if steps == 1 { "was" } else { "were" }
            ),
            hints: reason.hints,
        };
        if let Err(failure) = self.disarm(End::AsBefore) {
            return after(&taken_back, failure);
        }
        self.remove_backup();
        taken_back.hint("the device is as it was before")
    }

    /// Whether every step could be taken back, and the device is as before.
    fn take_back(&mut self) -> Result<bool, Stop> {
        // Nothing may be sent to a device that went back in the meantime.
        self.regain()?;
        for place in (0..self.journal.len()).rev() {
            let Some(inverse) = self.journal[place].inverse.clone() else {
                return Ok(false);
            };
            let command = inverse.to_string();
            self.device.say(&Event::TakingBack {
                command: command.clone(),
            });
            if !self.send_back(&command)? {
                return Ok(false);
            }
        }
        let state = self.state(Self::regain)?;
        Ok(same_configuration(&self.survey.state, &state))
    }

    fn send_back(&mut self, command: &str) -> Result<bool, Stop> {
        for attempt in 0..TRIES {
            match self.device.tell(command) {
                Ok(Told::Done) => return Ok(true),
                // It was done before its answer was lost; the state will tell.
                Ok(Told::Refused(_)) if attempt > 0 => return Ok(true),
                Ok(Told::Refused(refusal)) => {
                    self.device.say(&Event::Refused {
                        command: command.to_owned(),
                        text: refusal.text,
                    });
                    return Ok(false);
                }
                Ok(Told::Unknown(_)) => self.regain()?,
                Err(failure) if failure.is_passing() => self.regain()?,
                Err(failure) => return Err(Stop::Fatal(failure)),
            }
        }
        Ok(false)
    }

    fn leave_to_the_device(mut self, reason: &Failure) -> Failure {
        self.device.say(&Event::note(format!(
            "{reason}; the device takes it back itself"
        )));
        match self.await_rollback() {
            Ok(()) | Err(Stop::GoneBack) => after(reason, self.gone_back()),
            Err(Stop::Unwanted(failure) | Stop::Fatal(failure)) => {
                after(reason, self.leave(failure))
            }
        }
    }

    /// The device went back; says whether it is as it was.
    pub(super) fn gone_back(&mut self) -> Failure {
        let seconds = self.armed.within.as_secs();
        let failure = Failure::new(
            Code::RolledBack,
            format!(
                "the device has gone back on its own, as nothing was confirmed within {seconds} s"
            ),
        );
        let as_before = match self.state(|job| job.contact().map(drop)) {
            Ok(state) => same_configuration(&self.survey.state, &state),
            Err(stop) => {
                let why = stop.why();
                return failure.hint(format!("whether it is as before could not be seen: {why}"));
            }
        };
        self.remove_backup();
        match as_before {
            true => failure.hint("it is configured as it was before this run"),
            false => failure.hint("it is not configured as before this run: look at `plan`"),
        }
    }
}

/// What became of the device, with why it was not left as declared.
fn after(reason: &Failure, failure: Failure) -> Failure {
    let message = format!("{}; {}", reason.message, failure.message);
    let hints = [&reason.hints[..], &failure.hints].concat();
    Failure {
        code: failure.code,
        message,
        hints,
    }
}
