//! What a device is configured to be.

use super::{Device, Facts};
use crate::failure::{Code, Failure, Result};
use crate::read::{ReadError, strategy};
use crate::row::{Row, State};
use crate::schema::Kind;
use crate::version::Version;

impl Device<'_> {
    /// The items of one kind.
    ///
    /// # Errors
    /// Where the device is not reached, or its answer is not understood.
    pub fn rows(&mut self, kind: Kind, version: Version) -> Result<Vec<Row>> {
        let strategy = strategy(kind, version);
        for last in [false, false, true] {
            let mut answers = Vec::new();
            for command in &strategy.commands {
                answers.push(self.ask(command)?);
            }
            match strategy.read(&answers) {
                Ok(rows) => return Ok(rows),
                // It was cut off; asked again, it may be whole.
                Err(ReadError::CutOff | ReadError::Silent) if !last => self.lose(),
                Err(error) => {
                    let message =
                        format!("the device's {} cannot be read: {error}", kind.menu().path);
                    return Err(Failure::new(Code::NotUnderstood, message));
                }
            }
        }
        Ok(Vec::new())
    }

    /// The items of every kind.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub fn state(&mut self, facts: &Facts) -> Result<State> {
        let mut state = State {
            version: facts.version,
            board: facts.board.clone(),
            ..State::default()
        };
        for kind in Kind::ALL {
            state.rows.insert(kind, self.rows(kind, facts.version)?);
        }
        Ok(state)
    }
}
