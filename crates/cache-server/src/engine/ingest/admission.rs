//! A budget of memory for what is being received.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::engine::{Engine, EngineError};

/// What one permit stands for, in bytes.
const UNIT: u64 = 1024;

/// The budget.
#[derive(Debug)]
pub(crate) struct Admissions {
    units: u32,
    free: Arc<Semaphore>,
}

/// Leave to hold some memory; given back when dropped.
#[derive(Debug)]
pub struct Admission {
    _permit: OwnedSemaphorePermit,
}

impl Admissions {
    pub(crate) fn new(bytes: u64) -> Self {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX >> 3);
        let units = units.clamp(1, u32::MAX >> 3);
        Self {
            units,
            free: Arc::new(Semaphore::new(units as usize)),
        }
    }

    /// Waits, in order of arrival, until `bytes` are free. What is larger than
    /// the whole budget gets the whole budget.
    pub(crate) async fn admit(&self, bytes: u64) -> Result<Admission, EngineError> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let permit = self.free.clone().acquire_many_owned(units.min(self.units));
        let permit = permit.await;
        Ok(Admission {
            _permit: permit.map_err(|_| EngineError::Cut("the engine is closed"))?,
        })
    }
}

impl Engine {
    /// Waits until a body of `bytes` may be held in memory. Callers do so
    /// before they read such a body.
    ///
    /// # Errors
    /// When the engine is closed.
    pub async fn admit(&self, bytes: u64) -> Result<Admission, EngineError> {
        self.0.admissions.admit(bytes).await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn what_does_not_fit_waits_and_the_oversized_gets_all() {
        let budget = Admissions::new(4 * UNIT);
        let first = budget.admit(3 * UNIT).now_or_never().unwrap().unwrap();
        assert!(budget.admit(2 * UNIT).now_or_never().is_none());
        let second = budget.admit(1).now_or_never().unwrap().unwrap();
        drop((first, second));
        let all = budget.admit(u64::MAX).now_or_never().unwrap().unwrap();
        assert!(budget.admit(1).now_or_never().is_none());
        drop(all);
        assert!(budget.admit(0).now_or_never().is_some());
    }
}
