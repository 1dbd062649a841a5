//! Cuts the NAR byte stream into chunks: chunker version 1.
//!
//! Where the cuts fall is a storage format. One chunker serves client and
//! server, since two that differ anywhere no longer find each other's chunks.
//! `fixtures/chunk-store/cuts.txt` pins the cut points.
//!
//! Before the first and after the last content byte of each regular file of
//! at least [`MIN`] bytes there is always a cut, so that a file yields the
//! same chunks wherever it stands. Each segment between such cuts is chunked
//! afresh by FastCDC; its last chunk may have any size from 1.

mod segment;

use std::collections::VecDeque;

use nar_format::nar::{Decoder, Event, Limits, NarError};

use segment::Segmenter;

/// Least bytes of a chunk, but for the last of a segment. Also the least size
/// of a file that gets cuts of its own.
pub const MIN: usize = 32 * 1024;
/// Bytes of a chunk that the cut points are centred on.
pub const AVG: usize = 128 * 1024;
/// Most bytes of a chunk.
pub const MAX: usize = 512 * 1024;

/// Cuts one NAR into chunks, and checks its syntax on the way.
///
/// The chunks do not depend on how the NAR is sliced into calls of
/// [`push`](Self::push). Holds at most 1 MiB, whatever the NAR's size.
///
/// ```
/// # use chunk_store::{Digest, chunker::NarChunker};
/// # let nar = {
/// #     let (mut encoder, mut nar) = (nar_format::nar::Encoder::new(), Vec::new());
/// #     encoder.symlink(b"target", &mut nar).unwrap();
/// #     nar
/// # };
/// let mut chunker = NarChunker::new();
/// let mut digests = Vec::new();
/// for slice in nar.chunks(100) {
///     chunker.push(slice, &mut |chunk| digests.push(Digest::of(chunk)))?;
/// }
/// chunker.finish(&mut |chunk| digests.push(Digest::of(chunk)))?;
/// assert_eq!(digests, [Digest::of(&nar)]);
/// # Ok::<(), nar_format::nar::NarError>(())
/// ```
#[derive(Debug)]
pub struct NarChunker {
    decoder: Decoder,
    /// Bytes handed to the segmenter so far.
    offset: u64,
    /// Forced cuts that are still ahead, ascending.
    borders: VecDeque<u64>,
    segmenter: Segmenter,
}

impl NarChunker {
    /// A chunker at the start of a NAR of any size.
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// A chunker at the start of a NAR that must keep these limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            decoder: Decoder::with_limits(limits),
            offset: 0,
            borders: VecDeque::new(),
            segmenter: Segmenter::new(),
        }
    }

    /// Takes the next bytes of the NAR and hands on the chunks that are
    /// complete.
    ///
    /// # Errors
    /// When the bytes cannot be part of a NAR. The chunker is of no more use
    /// then.
    pub fn push(&mut self, input: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), NarError> {
        self.push_with(input, &mut |_| {}, sink)
    }

    /// As [`push`](Self::push), and hands on what the decoder sees, so that
    /// one pass can build a listing too. The events of `input` come first,
    /// then its chunks.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_with(
        &mut self,
        input: &[u8],
        events: &mut dyn FnMut(&Event<'_>),
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), NarError> {
        let borders = &mut self.borders;
        self.decoder.push(input, &mut |event| {
            if let Event::File { size, offset, .. } = event
                && size >= MIN as u64
            {
                borders.extend([offset, offset.saturating_add(size)]);
            }
            events(&event);
        })?;
        self.cut(input, sink);
        Ok(())
    }

    /// The end of the NAR: hands on the chunk that was still open.
    ///
    /// # Errors
    /// When the NAR is not complete.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> Result<(), NarError> {
        self.decoder.finish()?;
        self.segmenter.end(&[], sink);
        Ok(())
    }

    /// Bytes of the NAR taken so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn cut(&mut self, mut input: &[u8], sink: &mut dyn FnMut(&[u8])) {
        let end = self.offset + input.len() as u64;
        while let Some(&border) = self.borders.front()
            && border <= end
        {
            self.borders.pop_front();
            // Not above the input's length, by the condition.
            let (segment, rest) = input.split_at((border - self.offset) as usize);
            self.segmenter.end(segment, sink);
            self.offset = border;
            input = rest;
        }
        self.segmenter.push(input, sink);
        self.offset = end;
    }
}

impl Default for NarChunker {
    fn default() -> Self {
        Self::new()
    }
}
