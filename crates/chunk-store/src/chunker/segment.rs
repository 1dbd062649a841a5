//! FastCDC over one segment after the other, fed by slices of any size.

use fastcdc::v2020::{self, MASKS};

use super::{AVG, MAX, MIN};

/// Normalisation level 1, the crate's default: one bit more than the average
/// asks for below it, one less above.
const MASK_SMALL: u64 = MASKS[AVG.ilog2() as usize + 1];
const MASK_LARGE: u64 = MASKS[AVG.ilog2() as usize - 1];

/// The buffer is moved to its front only after this many bytes left it.
const CAPACITY: usize = 2 * MAX;

/// Cuts segments into chunks. A cut is looked for only where [`MAX`] bytes or
/// the segment's end are at hand, since FastCDC decides by how much is left.
#[derive(Debug)]
pub(super) struct Segmenter {
    /// Bytes before `start` have been handed on.
    buffer: Vec<u8>,
    start: usize,
}

impl Segmenter {
    pub(super) fn new() -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
        }
    }

    /// Bytes of a segment that goes on.
    pub(super) fn push(&mut self, input: &[u8], sink: &mut dyn FnMut(&[u8])) {
        let rest = self.drain_buffer(input, false, sink);
        if self.pending() == 0 {
            let rest = cut_slice(rest, false, sink);
            self.keep(rest);
        }
    }

    /// The last bytes of a segment.
    pub(super) fn end(&mut self, input: &[u8], sink: &mut dyn FnMut(&[u8])) {
        let rest = self.drain_buffer(input, true, sink);
        cut_slice(rest, true, sink);
    }

    fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Hands on chunks that start in the buffer, topping it up from `input`,
    /// until none of its bytes is older than `input`. Gives back what of
    /// `input` is not in the buffer; that is nothing if the buffer holds any.
    fn drain_buffer<'a>(
        &mut self,
        input: &'a [u8],
        last: bool,
        sink: &mut dyn FnMut(&[u8]),
    ) -> &'a [u8] {
        let mut rest = input;
        while self.pending() > 0 {
            let (head, tail) = rest.split_at(rest.len().min(MAX - self.pending()));
            self.keep(head);
            rest = tail;
            if self.pending() < MAX && !last {
                break;
            }
            let open = &self.buffer[self.start..];
            let len = cut_point(open);
            sink(&open[..len]);
            self.start += len;
            // What is left of the buffer may all be input: read it there.
            let used = input.len() - rest.len();
            if self.pending() <= used {
                rest = &input[used - self.pending()..];
                self.clear();
            }
        }
        rest
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > CAPACITY {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        if self.buffer.capacity() == 0 && !bytes.is_empty() {
            self.buffer.reserve_exact(CAPACITY);
        }
        self.buffer.extend_from_slice(bytes);
    }

    fn clear(&mut self) {
        self.buffer.clear();
        self.start = 0;
    }
}

/// Hands on the chunks of `input`, all of it if it is the segment's `last`
/// part. Gives back what is not decided yet, less than [`MAX`] bytes.
fn cut_slice<'a>(input: &'a [u8], last: bool, sink: &mut dyn FnMut(&[u8])) -> &'a [u8] {
    let mut rest = input;
    while rest.len() >= MAX || (last && !rest.is_empty()) {
        let (chunk, tail) = rest.split_at(cut_point(rest));
        sink(chunk);
        rest = tail;
    }
    rest
}

/// Where the first chunk of `bytes` ends, which must be [`MAX`] bytes or more,
/// or run to the segment's end.
fn cut_point(bytes: &[u8]) -> usize {
    let (_, len) = v2020::cut(
        bytes,
        MIN,
        AVG,
        MAX,
        MASK_SMALL,
        MASK_LARGE,
        MASK_SMALL << 1,
        MASK_LARGE << 1,
    );
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chunk lengths of a segment that comes in slices of `slice` bytes, and
    /// the largest capacity that the buffer ever had.
    fn run(segment: &[u8], slice: usize) -> (Vec<usize>, usize) {
        let mut segmenter = Segmenter::new();
        let (mut lens, mut capacity) = (Vec::new(), 0);
        for part in segment.chunks(slice) {
            segmenter.push(part, &mut |chunk| lens.push(chunk.len()));
            capacity = capacity.max(segmenter.buffer.capacity());
        }
        segmenter.end(&[], &mut |chunk| lens.push(chunk.len()));
        assert_eq!(segmenter.pending(), 0);
        (lens, capacity)
    }

    #[test]
    fn cuts_as_the_crate_does_in_bounded_memory() {
        let mut noise = vec![0; 20 * MAX];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        for segment in [&noise[..], &vec![0; 3 * MAX + 5], &noise[..MIN + 1]] {
            let want: Vec<_> = v2020::FastCDC::new(segment, MIN as u32, AVG as u32, MAX as u32)
                .map(|chunk| chunk.length)
                .collect();
            for slice in [4096, 65_537, MAX - 1, MAX, MAX + 1, 3 * MAX, usize::MAX] {
                let (lens, capacity) = run(segment, slice);
                assert_eq!(lens, want, "slices of {slice}");
                assert!(capacity <= CAPACITY, "{capacity} bytes held");
            }
        }
    }

    #[test]
    fn an_empty_segment_has_no_chunk() {
        assert!(run(&[], 1).0.is_empty());
    }
}
