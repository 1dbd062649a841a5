//! Calls in, NAR bytes out.

use super::names::{Levels, check_target};
use super::{Limits, MAGIC, NarError, padding};

const REGULAR: [&[u8]; 4] = [b"(", b"type", b"regular", b"contents"];
const EXECUTABLE: [&[u8]; 6] = [b"(", b"type", b"regular", b"executable", b"", b"contents"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Start,
    /// An entry was named; its node comes next.
    Node,
    /// Within a directory: an entry or its end.
    Directory,
    /// Within a file that was announced with this size.
    File(u64),
    Done,
}

/// Writes a NAR, each call its bytes at the end of `out`, in the order of
/// [`Event`](super::Event). Contents of files are not copied: the caller puts them between
/// what [`file`](Self::file) and [`end_file`](Self::end_file) write.
#[derive(Debug, Clone, Default)]
pub struct Encoder {
    limits: Limits,
    levels: Levels,
    state: State,
}

impl Encoder {
    /// An encoder at the start of a NAR, with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An encoder with other limits. `nar_size` limits the size of each file.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Starts a directory.
    ///
    /// # Errors
    /// A node does not fit here, or the directory lies too deep.
    pub fn enter_directory(&mut self, out: &mut Vec<u8>) -> Result<(), NarError> {
        self.node("enter_directory")?;
        self.levels.enter(&self.limits)?;
        self.open(out);
        strings(&[b"(", b"type", b"directory"], out);
        self.state = State::Directory;
        Ok(())
    }

    /// Names the next entry of the current directory; its node must follow.
    ///
    /// # Errors
    /// No entry fits here; an illegal name, or one that is not above the last.
    pub fn entry(&mut self, name: &[u8], out: &mut Vec<u8>) -> Result<(), NarError> {
        if self.state != State::Directory {
            return Err(NarError::Call { call: "entry" });
        }
        self.levels.entry(name, &self.limits)?;
        strings(&[b"entry", b"(", b"name", name, b"node"], out);
        self.state = State::Node;
        Ok(())
    }

    /// Ends the current directory.
    ///
    /// # Errors
    /// No directory is open, or one of its entries lacks its node.
    pub fn leave_directory(&mut self, out: &mut Vec<u8>) -> Result<(), NarError> {
        if self.state != State::Directory {
            let call = "leave_directory";
            return Err(NarError::Call { call });
        }
        self.levels.leave();
        self.close(out);
        Ok(())
    }

    /// Writes a symbolic link.
    ///
    /// # Errors
    /// A node does not fit here; the target is empty, too long or holds a NUL.
    pub fn symlink(&mut self, target: &[u8], out: &mut Vec<u8>) -> Result<(), NarError> {
        self.node("symlink")?;
        check_target(target, &self.limits)?;
        self.open(out);
        strings(&[b"(", b"type", b"symlink", b"target", target], out);
        self.close(out);
        Ok(())
    }

    /// Starts a regular file of `size` bytes, which the caller writes next.
    ///
    /// # Errors
    /// A node does not fit here, or the size is beyond the limit.
    pub fn file(&mut self, executable: bool, size: u64, out: &mut Vec<u8>) -> Result<(), NarError> {
        self.node("file")?;
        let limit = self.limits.nar_size;
        // A size that wraps with its padding has no NAR at all.
        if size > limit || size.checked_add(u64::from(padding(size))).is_none() {
            return Err(NarError::Size { limit });
        }
        self.open(out);
        strings(if executable { &EXECUTABLE } else { &REGULAR }, out);
        out.extend_from_slice(&size.to_le_bytes());
        self.state = State::File(size);
        Ok(())
    }

    /// Ends a regular file of which `written` content bytes were written.
    ///
    /// # Errors
    /// No file is open, or another size was announced.
    pub fn end_file(&mut self, written: u64, out: &mut Vec<u8>) -> Result<(), NarError> {
        let State::File(announced) = self.state else {
            return Err(NarError::Call { call: "end_file" });
        };
        if announced != written {
            return Err(NarError::FileSize { announced, written });
        }
        out.extend_from_slice(&[0; 8][..usize::from(padding(written))]);
        self.close(out);
        Ok(())
    }

    /// Checks that the NAR is complete.
    ///
    /// # Errors
    /// [`NarError::Truncated`] if it is not.
    pub fn finish(&self) -> Result<(), NarError> {
        match self.state {
            State::Done => Ok(()),
            _ => Err(NarError::Truncated),
        }
    }

    fn node(&self, call: &'static str) -> Result<(), NarError> {
        match self.state {
            State::Start | State::Node => Ok(()),
            _ => Err(NarError::Call { call }),
        }
    }

    fn open(&self, out: &mut Vec<u8>) {
        if self.state == State::Start {
            strings(&[MAGIC], out);
        }
    }

    /// Closes a node, and the entry that it belongs to.
    fn close(&mut self, out: &mut Vec<u8>) {
        strings(&[b")"], out);
        self.state = if self.levels.depth() == 0 {
            State::Done
        } else {
            strings(&[b")"], out);
            State::Directory
        };
    }
}

fn strings(strings: &[&[u8]], out: &mut Vec<u8>) {
    for string in strings {
        let len = string.len() as u64;
        out.extend_from_slice(&len.to_le_bytes());
        out.extend_from_slice(string);
        out.extend_from_slice(&[0; 8][..usize::from(padding(len))]);
    }
}
