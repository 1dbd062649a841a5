//! Cuts NARs into chunks.

use nar_format::nar::{Event, Limits, NarError};

/// Least bytes of a chunk that content cuts, and of a file that is cut apart.
pub const MIN: usize = 32 * 1024;
/// Average.
pub const AVG: usize = 128 * 1024;
/// Most.
pub const MAX: usize = 512 * 1024;

/// Cuts one NAR into chunks.
#[derive(Default)]
pub struct NarChunker {}
impl NarChunker {
    /// A chunker.
    pub fn new() -> Self {
        unimplemented!()
    }
    /// With limits on the NAR.
    pub fn with_limits(_limits: Limits) -> Self {
        unimplemented!()
    }
    /// Takes the next bytes of the NAR; hands on whole chunks.
    pub fn push(&mut self, _input: &[u8], _sink: &mut dyn FnMut(&[u8])) -> Result<(), NarError> {
        unimplemented!()
    }
    /// As `push`, and hands on what the decoder saw.
    pub fn push_with(
        &mut self,
        _input: &[u8],
        _events: &mut dyn FnMut(&Event<'_>),
        _sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), NarError> {
        unimplemented!()
    }
    /// The end of the NAR.
    pub fn finish(&mut self, _sink: &mut dyn FnMut(&[u8])) -> Result<(), NarError> {
        unimplemented!()
    }
    /// Bytes taken so far.
    pub fn offset(&self) -> u64 {
        unimplemented!()
    }
}
