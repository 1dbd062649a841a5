//! The steps, one by one, from whatever state is there.

use super::{Job, Stop};
use crate::device::{Event, Told};
use crate::failure::{Code, Failure};
use crate::link::Lost;
use crate::plan::{Plan, Step};
use crate::row::State;

/// How often contact may be lost in one run.
const LOSSES: u32 = 50;
/// How many plans may be carried out to their end before it must be done.
const PLANS: u32 = 2;

/// How a plan ended.
enum Ran {
    ToTheEnd,
    /// The answer of this step was lost.
    Lost(Box<Step>),
}

impl Job<'_, '_> {
    /// Carries out the plan, and what is left of it after each loss.
    pub(super) fn converge(&mut self) -> Result<(), Stop> {
        let mut plan = self.survey.plan.clone();
        let mut doubtful: Option<Box<Step>> = None;
        let (mut losses, mut plans) = (0, 0);
        loop {
            if let Some(step) = doubtful.take() {
                // What is not to be done any more was done.
                if !plan.steps.iter().any(|left| left.command == step.command) {
                    self.journal.push(*step);
                }
            }
            if plan.is_empty() {
                return Ok(());
            }
            match self.carry_out(&plan)? {
                Ran::ToTheEnd => plans += 1,
                Ran::Lost(step) => {
                    losses += 1;
                    doubtful = Some(step);
                    self.regain()?;
                }
            }
            if plans > PLANS || losses > LOSSES {
                return Err(Stop::Unwanted(unreached(&plan)));
            }
            plan = self.plan_again()?;
        }
    }

    fn carry_out(&mut self, plan: &Plan) -> Result<Ran, Stop> {
        for (place, step) in plan.steps.iter().enumerate() {
            self.device.say(&Event::Step {
                number: place + 1,
                of: plan.steps.len(),
                step: Box::new(step.clone()),
            });
            let command = step.command.to_string();
            let why = match self.device.tell(&command) {
                Ok(Told::Done) => {
                    self.journal.push(step.clone());
                    continue;
                }
                Ok(Told::Refused(refusal)) => {
                    let text = refusal.text;
                    let message = format!("the device refused {command}: {text}");
                    self.device.say(&Event::Refused { command, text });
                    let failure = Failure::new(Code::TakenBack, message)
                        .hint("see with `query` what stands in its way; mend that or the file, then try again");
                    return Err(Stop::Unwanted(failure));
                }
                Ok(Told::Unknown(Lost(why))) => why,
                Err(failure) if failure.is_passing() => failure.message,
                Err(failure) => return Err(Stop::Fatal(failure)),
            };
            self.device.say(&Event::Lost { why });
            return Ok(Ran::Lost(Box::new(step.clone())));
        }
        Ok(Ran::ToTheEnd)
    }

    /// What is to be done from where the device is now.
    pub(super) fn plan_again(&mut self) -> Result<Plan, Stop> {
        let state = self.state(Self::regain)?;
        self.goal.plan(&state).map_err(Stop::Unwanted)
    }

    /// How the device is now. What was read over several connections proves
    /// nothing: the device may have gone back between them.
    pub(super) fn state(
        &mut self,
        regain: fn(&mut Self) -> Result<(), Stop>,
    ) -> Result<State, Stop> {
        let mut tries = 0;
        loop {
            let before = self.device.losses();
            let state = self.device.state(&self.survey.facts);
            match state {
                Ok(state) if self.device.losses() == before => return Ok(state),
                Err(failure) if !failure.is_passing() => return Err(Stop::Unwanted(failure)),
                Err(failure) if tries >= LOSSES => return Err(Stop::Unwanted(failure)),
                Ok(_) | Err(_) => tries += 1,
            }
            regain(self)?;
        }
    }
}

/// A plan that remains.
pub(super) fn unreached(plan: &Plan) -> Failure {
    let left: Vec<String> = plan
        .steps
        .iter()
        .map(|step| step.command.to_string())
        .collect();
    let message = format!(
        "the device is not as declared after all steps; left: {}",
        left.join("; ")
    );
    Failure::new(Code::TakenBack, message)
}
