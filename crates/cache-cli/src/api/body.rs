//! Request bodies that can be sent again, and answers that cannot grow without end.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// A request body in pieces that are shared, never copied, whatever the number of tries.
#[derive(Debug, Clone, Default)]
pub struct Parts(VecDeque<Bytes>);

impl Parts {
    /// Bytes of the whole body.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|part| part.len() as u64).sum()
    }

    /// Whether there is not one byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Vec<Bytes>> for Parts {
    fn from(parts: Vec<Bytes>) -> Parts {
        Parts(parts.into_iter().filter(|part| !part.is_empty()).collect())
    }
}

impl From<Vec<u8>> for Parts {
    fn from(bytes: Vec<u8>) -> Parts {
        Parts::from(vec![Bytes::from(bytes)])
    }
}

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len())
    }
}

/// Splits an answer into lines, with a limit on each.
#[derive(Debug, Default)]
pub(super) struct Lines {
    rest: Vec<u8>,
}

/// A line of the answer is longer than any that a server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a line of more than {MAX_LINE} bytes")]
pub(super) struct LineTooLong;

/// Longest line: the indices of as many missing chunks as one publish can name fit well.
const MAX_LINE: usize = 8 << 20;

impl Lines {
    /// Takes the next bytes, hands on each whole line that is not blank.
    ///
    /// # Errors
    /// [`LineTooLong`].
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), LineTooLong> {
        let mut bytes = bytes;
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            self.rest.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.emit(sink);
        }
        self.rest.extend_from_slice(bytes);
        match self.rest.len() > MAX_LINE {
            true => Err(LineTooLong),
            false => Ok(()),
        }
    }

    /// The end of the answer; a last line may lack its newline.
    pub(super) fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) {
        self.emit(sink);
    }

    fn emit(&mut self, sink: &mut dyn FnMut(&[u8])) {
        if !self.rest.trim_ascii().is_empty() {
            sink(&self.rest);
        }
        self.rest.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn lines_do_not_depend_on_how_the_bytes_come(text in "[a-c\n]{0,60}", cut in 1_usize..7) {
            let mut lines = Lines::default();
            let mut got: Vec<String> = Vec::new();
            let mut sink = |line: &[u8]| got.push(String::from_utf8_lossy(line).into_owned());
            for piece in text.as_bytes().chunks(cut) {
                lines.push(piece, &mut sink).expect("short");
            }
            lines.finish(&mut sink);
            let want: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
            proptest::prop_assert_eq!(got, want);
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut lines = Lines::default();
        let result = lines.push(&vec![b'x'; MAX_LINE + 1], &mut |_| {});
        assert_eq!(result, Err(LineTooLong));
    }
}
