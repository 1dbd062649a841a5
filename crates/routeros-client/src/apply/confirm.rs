//! Proof that the device is as declared, over a new connection: the old one
//! may live on what was.

use super::steps::unreached;
use super::{Job, Stop};
use crate::command;
use crate::device::Event;
use crate::failure::{Code, Failure, Result};

/// How often contact may be lost meanwhile.
const LOSSES: u32 = 20;

impl Job<'_, '_> {
    /// Looks at everything again.
    pub(super) fn confirm(&mut self) -> Result<(), Stop> {
        let mut losses = 0;
        loop {
            self.device.hang_up();
            self.regain()?;
            let plan = self.plan_again()?;
            if !plan.is_empty() {
                return Err(Stop::Unwanted(unreached(&plan)));
            }
            match self.check() {
                Ok(items) => {
                    self.device.say(&Event::Confirmed { items });
                    return Ok(());
                }
                Err(failure) if failure.is_passing() && losses < LOSSES => losses += 1,
                Err(failure) if failure.is_passing() => return Err(Stop::Fatal(failure)),
                // Nothing of ours is there to be taken back.
                Err(failure) if failure.code == Code::WrongDevice => {
                    return Err(Stop::Fatal(failure));
                }
                Err(failure) => return Err(Stop::Unwanted(failure)),
            }
        }
    }

    /// The same device, which counts the declared items itself.
    fn check(&mut self) -> Result<usize> {
        let facts = self.device.facts()?;
        if !facts.is_same_device(&self.survey.facts) {
            let message = format!("another device answers: {} {}", facts.board, facts.serial);
            return Err(Failure::new(Code::WrongDevice, message));
        }
        let counts = self.goal.counts();
        for count in &counts {
            let expression = command::count(count.kind, &count.properties);
            let found = self.device.ask_number(&expression)?;
            if found != count.expected {
                let message = format!(
                    "the device counts {found} instead of {}: {expression}",
                    count.expected
                );
                return Err(Failure::new(Code::TakenBack, message));
            }
        }
        Ok(counts.len())
    }
}
