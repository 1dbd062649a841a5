//! NAR bytes in, events out.

use std::mem;

use super::names::{Levels, check_target};
use super::want::Want;
use super::{Event, Limits, MAGIC, NarError, padding};

/// Bytes of the length in front of each string.
const LEN: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Want(Want),
    Content { left: u64, padding: u8 },
    Padding { left: u8 },
    Done,
    Failed(NarError),
}

/// Decodes a NAR that arrives in slices of any size. Content is passed on as
/// parts of those slices, uncopied; no more than one string is ever held.
#[derive(Debug, Clone)]
pub struct Decoder {
    limits: Limits,
    levels: Levels,
    state: State,
    /// Bytes that were taken apart already.
    done: u64,
    /// The start of a string whose end has not come yet.
    partial: Vec<u8>,
}

impl Decoder {
    /// A decoder at the start of a NAR, with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// A decoder at the start of a NAR.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            levels: Levels::default(),
            state: State::Want(Want::Magic),
            done: 0,
            partial: Vec::new(),
        }
    }

    /// Takes the next bytes and hands the events they complete to `sink`.
    ///
    /// # Errors
    /// The first thing that makes the bytes no NAR; every later call repeats it.
    pub fn push(&mut self, input: &[u8], sink: &mut dyn FnMut(Event<'_>)) -> Result<(), NarError> {
        if let State::Failed(error) = self.state {
            return Err(error);
        }
        let mut rest = input;
        while !rest.is_empty() {
            rest = self.step(rest, sink).inspect_err(|&error| {
                self.state = State::Failed(error);
            })?;
        }
        Ok(())
    }

    /// Checks that the NAR is complete.
    ///
    /// # Errors
    /// [`NarError::Truncated`] if it is not, or the error of an earlier push.
    pub fn finish(&self) -> Result<(), NarError> {
        match self.state {
            State::Done => Ok(()),
            State::Failed(error) => Err(error),
            _ => Err(NarError::Truncated),
        }
    }

    /// Number of bytes taken so far.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.done + self.partial.len() as u64
    }

    /// Takes a part of `input`, which is not empty, and returns the rest.
    fn step<'i>(
        &mut self,
        input: &'i [u8],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<&'i [u8], NarError> {
        match self.state {
            State::Want(want) if self.partial.is_empty() => self.unit(want, input, sink),
            State::Want(want) => self.resume_unit(want, input, sink),
            State::Content { left, padding } => Ok(self.content(left, padding, input, sink)),
            State::Padding { left } => self.content_padding(left, input),
            State::Done => Err(NarError::Trailing),
            State::Failed(error) => Err(error),
        }
    }

    fn unit<'i>(
        &mut self,
        want: Want,
        input: &'i [u8],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<&'i [u8], NarError> {
        let need = self.unit_len(want, input)?;
        let Some((unit, rest)) = input.split_at_checked(need) else {
            self.partial.extend_from_slice(input);
            return Ok(&[]);
        };
        self.whole_unit(want, unit, sink)?;
        Ok(rest)
    }

    fn resume_unit<'i>(
        &mut self,
        want: Want,
        input: &'i [u8],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<&'i [u8], NarError> {
        let missing = self.unit_len(want, &self.partial)? - self.partial.len();
        let (more, rest) = input.split_at(missing.min(input.len()));
        self.partial.extend_from_slice(more);
        // The length may have become known only now, and be a greater one.
        if self.partial.len() >= self.unit_len(want, &self.partial)? {
            let mut unit = mem::take(&mut self.partial);
            self.whole_unit(want, &unit, sink)?;
            unit.clear();
            self.partial = unit;
        }
        Ok(rest)
    }

    /// Length of the string, or number, at the start of `bytes`; just its
    /// length field's, as long as that is not there whole.
    fn unit_len(&self, want: Want, bytes: &[u8]) -> Result<usize, NarError> {
        let Some(&head) = bytes.first_chunk::<LEN>() else {
            return Ok(LEN);
        };
        if matches!(want, Want::Size { .. }) {
            return Ok(LEN);
        }
        let len = u64::from_le_bytes(head);
        match usize::try_from(len) {
            Ok(short) if short <= self.max_len(want) => Ok(LEN + short + usize::from(padding(len))),
            _ => Err(self.too_long(want)),
        }
    }

    fn max_len(&self, want: Want) -> usize {
        match want {
            Want::Name => self.limits.name,
            Want::Target => self.limits.target,
            // No word of the format is longer.
            _ => MAGIC.len(),
        }
    }

    fn too_long(&self, want: Want) -> NarError {
        match want {
            Want::Magic => NarError::Magic,
            Want::Name => NarError::NameLength {
                limit: self.limits.name,
            },
            Want::Target => NarError::TargetLength {
                limit: self.limits.target,
            },
            other => NarError::Unexpected {
                expected: other.expected(),
            },
        }
    }

    fn whole_unit(
        &mut self,
        want: Want,
        unit: &[u8],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), NarError> {
        let limit = self.limits.nar_size;
        self.done += unit.len() as u64;
        if self.done > limit {
            return Err(NarError::Size { limit });
        }
        let Some((&head, string)) = unit.split_first_chunk::<LEN>() else {
            return Err(NarError::Truncated);
        };
        let number = u64::from_le_bytes(head);
        if let Want::Size { executable } = want {
            return self.file(executable, number, sink);
        }
        let padding = usize::from(padding(number));
        let (string, zeros) = string.split_at(string.len() - padding);
        if zeros.iter().any(|&byte| byte != 0) {
            return Err(NarError::Padding);
        }
        self.state = self.string(want, string, sink)?;
        Ok(())
    }

    fn string(
        &mut self,
        want: Want,
        string: &[u8],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<State, NarError> {
        let next = match (want, string) {
            (Want::Magic, MAGIC) | (Want::NodeTag, b"node") => Want::Open,
            (Want::Magic, _) => return Err(NarError::Magic),
            (Want::Open, b"(") => Want::Type,
            (Want::Type, b"type") => Want::Kind,
            (Want::Kind, b"regular") => Want::Regular,
            (Want::Regular, b"executable") => Want::Marker,
            (Want::Regular, b"contents") => Want::Size { executable: false },
            (Want::Marker, b"") => Want::Contents,
            (Want::Contents, b"contents") => Want::Size { executable: true },
            (Want::Kind, b"symlink") => Want::TargetTag,
            (Want::TargetTag, b"target") => Want::Target,
            (Want::Target, target) => {
                check_target(target, &self.limits)?;
                sink(Event::Symlink(target));
                Want::NodeClose
            }
            (Want::Kind, b"directory") => {
                self.levels.enter(&self.limits)?;
                sink(Event::EnterDirectory);
                Want::EntryOrClose
            }
            (Want::EntryOrClose, b"entry") => Want::EntryOpen,
            (Want::EntryOpen, b"(") => Want::NameTag,
            (Want::NameTag, b"name") => Want::Name,
            (Want::Name, name) => {
                self.levels.entry(name, &self.limits)?;
                sink(Event::Entry(name));
                Want::NodeTag
            }
            (Want::EntryOrClose, b")") => {
                self.levels.leave();
                sink(Event::LeaveDirectory);
                return Ok(self.after_node());
            }
            (Want::NodeClose, b")") => return Ok(self.after_node()),
            (Want::EntryClose, b")") => Want::EntryOrClose,
            (other, _) => {
                let expected = other.expected();
                return Err(NarError::Unexpected { expected });
            }
        };
        Ok(State::Want(next))
    }

    fn after_node(&self) -> State {
        match self.levels.depth() {
            0 => State::Done,
            _ => State::Want(Want::EntryClose),
        }
    }

    fn file(
        &mut self,
        executable: bool,
        size: u64,
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), NarError> {
        let limit = self.limits.nar_size;
        let offset = self.done;
        let padding = padding(size);
        let end = offset
            .checked_add(size)
            .and_then(|end| end.checked_add(u64::from(padding)));
        if end.is_none_or(|end| end > limit) {
            return Err(NarError::Size { limit });
        }
        sink(Event::File {
            executable,
            size,
            offset,
        });
        self.state = if size > 0 {
            let left = size;
            State::Content { left, padding }
        } else {
            sink(Event::EndFile);
            State::Want(Want::NodeClose)
        };
        Ok(())
    }

    fn content<'i>(
        &mut self,
        left: u64,
        padding: u8,
        input: &'i [u8],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> &'i [u8] {
        let here = usize::try_from(left).map_or(input.len(), |left| left.min(input.len()));
        let (data, rest) = input.split_at(here);
        sink(Event::Data(data));
        self.done += data.len() as u64;
        let left = left - data.len() as u64;
        self.state = if left > 0 {
            State::Content { left, padding }
        } else {
            sink(Event::EndFile);
            after_padding(padding)
        };
        rest
    }

    fn content_padding<'i>(&mut self, left: u8, input: &'i [u8]) -> Result<&'i [u8], NarError> {
        let here = usize::from(left).min(input.len());
        let (zeros, rest) = input.split_at(here);
        if zeros.iter().any(|&byte| byte != 0) {
            return Err(NarError::Padding);
        }
        self.done += here as u64;
        self.state = after_padding(left - here as u8);
        Ok(rest)
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

fn after_padding(left: u8) -> State {
    match left {
        0 => State::Want(Want::NodeClose),
        left => State::Padding { left },
    }
}
