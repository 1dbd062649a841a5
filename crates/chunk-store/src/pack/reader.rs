//! Checks packs while they arrive.

use std::collections::HashSet;

use super::{
    ENTRY_LEN, HEADER_LEN, IndexEntry, MAGIC, PackError, PackFrame, PackLimits, PackSummary, array,
};
use crate::frame::{FrameError, MAX_RAW, check_header, compress_bound, frame_sum};
use crate::{Digest, FrameId};

/// Checks a pack while it arrives, in slices of any size, and hands on its
/// frames one by one.
///
/// Checks everything that can be known without decoding a frame. Holds the
/// index and at most one frame, whatever the pack says.
///
/// After an error the reader stays at it: the pack is refused.
#[derive(Clone, Debug)]
pub struct Reader {
    limits: PackLimits,
    repacked: bool,
    state: State,
    /// Bytes of a header, index or frame that is not complete yet.
    partial: Vec<u8>,
    index: Vec<IndexEntry>,
    /// Bytes of the blob before the part that comes next.
    offset: u64,
    /// Bytes of the blob taken so far.
    taken: u64,
    raw: u64,
    /// Of a repacked pack: what came by so far.
    frames: HashSet<(Digest, FrameId)>,
}

#[derive(Clone, Debug)]
enum State {
    Header,
    Index {
        frames: u32,
        hash: [u8; 32],
    },
    /// The frame with this number comes next.
    Frame(u32),
    Done,
    Failed(PackError),
}

impl Reader {
    /// A reader for a pack as clients send it, in which no chunk comes twice.
    pub fn new(limits: PackLimits) -> Self {
        Self {
            limits,
            repacked: false,
            state: State::Header,
            partial: Vec::new(),
            index: Vec::new(),
            offset: 0,
            taken: 0,
            raw: 0,
            frames: HashSet::new(),
        }
    }

    /// A reader for a pack as a server packs it anew: a chunk may come in
    /// several frames, a frame only once.
    pub fn for_repacked(limits: PackLimits) -> Self {
        Self {
            repacked: true,
            ..Self::new(limits)
        }
    }

    /// Takes the next bytes and hands on the frames that they complete.
    ///
    /// # Errors
    /// The first rule that the pack breaks, in this call and in every later
    /// one. Frames that were handed on before are then of no value.
    pub fn push(
        &mut self,
        input: &[u8],
        sink: &mut dyn FnMut(PackFrame<'_>),
    ) -> Result<(), PackError> {
        if let State::Failed(error) = &self.state {
            return Err(error.clone());
        }
        let result = self.take(input, sink);
        if let Err(error) = &result {
            self.state = State::Failed(error.clone());
        }
        result
    }

    /// The index, once it was read and checked.
    pub fn index(&self) -> Option<&[IndexEntry]> {
        matches!(self.state, State::Frame(_) | State::Done).then_some(&self.index)
    }

    /// The end of the pack.
    ///
    /// # Errors
    /// [`PackError::Truncated`] if there should be more, or the error of an
    /// earlier [`push`](Self::push).
    pub fn finish(self) -> Result<PackSummary, PackError> {
        match self.state {
            State::Done => Ok(PackSummary {
                frames: self.index.len() as u32,
                bytes: self.taken,
                raw: self.raw,
            }),
            State::Failed(error) => Err(error),
            _ => Err(PackError::Truncated(self.taken)),
        }
    }

    fn take(
        &mut self,
        mut input: &[u8],
        sink: &mut dyn FnMut(PackFrame<'_>),
    ) -> Result<(), PackError> {
        while !input.is_empty() {
            let Some(wanted) = self.wanted() else {
                return Err(PackError::Trailing);
            };
            let (head, rest) = input.split_at(input.len().min(wanted - self.partial.len()));
            input = rest;
            self.taken += head.len() as u64;
            if self.partial.is_empty() && head.len() == wanted {
                self.part(head, sink)?;
                continue;
            }
            self.partial.reserve(wanted - self.partial.len());
            self.partial.extend_from_slice(head);
            if self.partial.len() == wanted {
                let mut part = std::mem::take(&mut self.partial);
                self.part(&part, sink)?;
                part.clear();
                self.partial = part;
            }
        }
        Ok(())
    }

    /// Bytes of the part that comes next; `None` when none may come.
    fn wanted(&self) -> Option<usize> {
        match &self.state {
            State::Header => Some(HEADER_LEN),
            State::Index { frames, .. } => Some(*frames as usize * ENTRY_LEN),
            State::Frame(number) => Some(self.index[*number as usize].frame_len as usize),
            State::Done | State::Failed(_) => None,
        }
    }

    fn part(&mut self, part: &[u8], sink: &mut dyn FnMut(PackFrame<'_>)) -> Result<(), PackError> {
        self.state = match &self.state {
            State::Header => self.header(part)?,
            State::Index { hash, .. } if blake3::hash(part) != *hash => {
                return Err(PackError::IndexHash);
            }
            State::Index { .. } => {
                self.read_index(part)?;
                State::Frame(0)
            }
            State::Frame(number) => {
                let number = *number;
                sink(self.frame(number, part)?);
                match number + 1 == self.index.len() as u32 {
                    true => State::Done,
                    false => State::Frame(number + 1),
                }
            }
            State::Done | State::Failed(_) => return Err(PackError::Trailing),
        };
        self.offset += part.len() as u64;
        Ok(())
    }

    fn header(&self, part: &[u8]) -> Result<State, PackError> {
        if part[..8] != *MAGIC {
            return Err(PackError::Magic);
        }
        let frames = u32::from_le_bytes(array(&part[8..12]));
        if frames == 0 {
            return Err(PackError::Empty);
        }
        let least = HEADER_LEN as u64 + u64::from(frames) * ENTRY_LEN as u64;
        self.limits.check(frames, least, 0)?;
        let hash = array(&part[12..]);
        Ok(State::Index { frames, hash })
    }

    fn read_index(&mut self, part: &[u8]) -> Result<(), PackError> {
        let (entries, _) = part.as_chunks::<ENTRY_LEN>();
        let mut bytes = (HEADER_LEN + part.len()) as u64;
        let mut seen = HashSet::with_capacity(entries.len());
        for (index, entry) in (0u32..).zip(entries) {
            let entry = IndexEntry::from_bytes(entry);
            check_lengths(&entry).map_err(|source| PackError::Entry { index, source })?;
            if !self.repacked && !seen.insert(entry.digest) {
                return Err(PackError::Duplicate { index });
            }
            bytes += u64::from(entry.frame_len);
            self.raw += u64::from(entry.raw_len);
            self.index.push(entry);
        }
        self.limits.check(entries.len() as u32, bytes, self.raw)
    }

    fn frame<'a>(&mut self, index: u32, frame: &'a [u8]) -> Result<PackFrame<'a>, PackError> {
        let entry = self.index[index as usize];
        if frame_sum(frame) != entry.sum {
            return Err(PackError::Sum { index });
        }
        check_header(frame, entry.raw_len).map_err(|source| PackError::Frame { index, source })?;
        let frame_id = FrameId::of(frame);
        if self.repacked && !self.frames.insert((entry.digest, frame_id)) {
            return Err(PackError::Duplicate { index });
        }
        Ok(PackFrame {
            entry,
            offset: self.offset,
            frame_id,
            frame,
        })
    }
}

/// What of the rules for frames the index alone shows. Bounds the buffer that
/// a frame is collected in.
fn check_lengths(entry: &IndexEntry) -> Result<(), FrameError> {
    let raw_len = entry.raw_len as usize;
    if !(1..=MAX_RAW).contains(&raw_len) {
        return Err(FrameError::RawLength(u64::from(entry.raw_len)));
    }
    let (len, bound) = (entry.frame_len as usize, compress_bound(raw_len));
    if len > bound {
        return Err(FrameError::AboveBound { len, bound });
    }
    if len == 0 {
        return Err(FrameError::Truncated);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Builder;
    use super::*;
    use crate::frame::Encoder;

    #[test]
    fn holds_a_frame_at_most_however_large_the_pack() {
        let limits = PackLimits::default();
        let (mut builder, mut encoder) = (Builder::new(limits), Encoder::new(1).unwrap());
        let mut noise = vec![0; MAX_RAW];
        for number in 0u64.. {
            let mut source = blake3::Hasher::new();
            source.update(&number.to_le_bytes());
            source.finalize_xof().fill(&mut noise);
            let frame = encoder.encode(&noise).unwrap();
            if !builder.fits(frame.len(), MAX_RAW) {
                break;
            }
            let pushed = builder.push(Digest::of(&noise), MAX_RAW as u32, frame);
            pushed.unwrap();
        }
        let blob = builder.finish();
        assert!(blob.len() > 15 << 20);
        let mut reader = Reader::new(limits);
        let (mut frames, mut held) = (0, 0);
        for part in blob.chunks(10_000) {
            reader.push(part, &mut |_| frames += 1).unwrap();
            held = held.max(reader.partial.capacity());
        }
        assert_eq!(frames, 31);
        assert!(held <= compress_bound(MAX_RAW), "{held} bytes held");
    }
}
