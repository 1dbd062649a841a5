//! NAR bytes in, events out.

use super::names::Levels;
use super::{Event, Limits, NarError};

/// Decodes a NAR that arrives in slices of any size. Content is passed on as
/// parts of those slices, uncopied; no more than one string is ever held.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    limits: Limits,
    levels: Levels,
    offset: u64,
}

impl Decoder {
    /// A decoder at the start of a NAR, with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A decoder at the start of a NAR.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Takes the next bytes and hands the events they complete to `sink`.
    ///
    /// # Errors
    /// The first thing that makes the bytes no NAR; every later call repeats it.
    pub fn push(&mut self, input: &[u8], sink: &mut dyn FnMut(Event<'_>)) -> Result<(), NarError> {
        let _ = (input, sink, &self.limits, &self.levels);
        unimplemented!()
    }

    /// Checks that the NAR is complete.
    ///
    /// # Errors
    /// [`NarError::Truncated`] if it is not, or the error of an earlier push.
    pub fn finish(&self) -> Result<(), NarError> {
        unimplemented!()
    }

    /// Number of bytes taken so far.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}
