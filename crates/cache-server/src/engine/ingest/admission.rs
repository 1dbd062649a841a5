//! A budget of memory for what is being received.

use crate::engine::{
    Caller, Engine, EngineError,
    shares::{Share, Shares},
};

/// What one unit stands for, in bytes.
const UNIT: u64 = 1024;

/// The budget.
#[derive(Debug)]
pub(crate) struct Admissions(Shares);

/// Leave to hold some memory; given back when dropped.
#[derive(Debug)]
pub struct Admission {
    _share: Share,
}

impl Admissions {
    pub(crate) fn new(bytes: u64) -> Self {
        Self(Shares::new(bytes.div_ceil(UNIT)))
    }
}

impl Engine {
    /// Waits until a body of `bytes` of this caller may be held in memory.
    /// Callers do so before they read such a body: it may come slowly, so that
    /// no token may hold all of the budget.
    ///
    /// # Errors
    /// When the engine is closed.
    pub async fn admit(&self, caller: &Caller, bytes: u64) -> Result<Admission, EngineError> {
        let Admissions(shares) = &self.0.admissions;
        let share = shares.take(caller.lease_key(), bytes.div_ceil(UNIT)).await;
        Ok(Admission {
            _share: share.ok_or(EngineError::Cut("the engine is closed"))?,
        })
    }
}
