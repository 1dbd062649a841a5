//! Contact that was lost: wait for it, and find out what became of the device.

use std::time::Duration;

use super::{Job, Stop, guard};
use crate::device::Event;
use crate::failure::{Code, Failure};

/// How long to wait between two looks at a device that answers.
const PAUSE: Duration = Duration::from_secs(1);

impl Job<'_, '_> {
    /// How long a device may be away at most: power may fail just before the
    /// timer runs, and then it starts, waits the whole time, and starts again.
    fn longest_absence(&self) -> Duration {
        self.armed.within + self.armed.boot * 2
    }

    /// Waits until the device answers, and says whether the timer is still
    /// there.
    pub(super) fn contact(&mut self) -> Result<bool, Stop> {
        let began = self.device.now();
        let deadline = began + self.longest_absence();
        let mut said = false;
        loop {
            let failure = match guard::is_pending(self.device) {
                Ok(pending) => {
                    if said {
                        let after = self.device.now().saturating_sub(began).as_secs();
                        self.device.say(&Event::Reconnected { after });
                    }
                    return Ok(pending);
                }
                Err(failure) => failure,
            };
            if !failure.is_passing() {
                return Err(Stop::Fatal(failure));
            }
            if self.device.now() >= deadline {
                return Err(Stop::Fatal(self.not_back(&failure)));
            }
            if !said {
                said = true;
                self.device.say(&Event::Waiting {
                    what: "the device, which goes back on its own if it is cut off".to_owned(),
                    at_most: self.longest_absence().as_secs(),
                });
            }
            self.device.pause(PAUSE);
        }
    }

    /// As [`Self::contact`]; that the timer is gone means that it has run.
    pub(super) fn regain(&mut self) -> Result<(), Stop> {
        match self.contact()? {
            true => Ok(()),
            false => Err(Stop::GoneBack),
        }
    }

    fn not_back(&self, last: &Failure) -> Failure {
        let message = format!(
            "the device has not come back in {} s: {last}",
            self.longest_absence().as_secs()
        );
        Failure::new(Code::NotBack, message)
            .hint("look at it: is it powered, is the cable in the management port?")
            .hint("a copy of its configuration from before was kept here")
    }

    /// Waits until the timer has run.
    pub(super) fn await_rollback(&mut self) -> Result<(), Stop> {
        let deadline = self.device.now() + self.longest_absence();
        self.device.say(&Event::Waiting {
            what: "the device to go back on its own".to_owned(),
            at_most: self.longest_absence().as_secs(),
        });
        while self.contact()? {
            if self.device.now() >= deadline {
                let message = "the device did not go back in time";
                return Err(Stop::Fatal(Failure::new(Code::NotBack, message)));
            }
            self.device.pause(PAUSE);
        }
        Ok(())
    }
}
