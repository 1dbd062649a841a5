//! Fuzz input taken apart from the front. What is not there reads as zero, so
//! that every input means something.

/// The bytes that were not taken yet.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// Two bytes, the second the higher.
    pub(crate) fn word(&mut self) -> usize {
        usize::from(u16::from_le_bytes([self.byte(), self.byte()]))
    }

    pub(crate) fn long(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub(crate) fn choose<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// As many bytes as there are, `len` at most.
    pub(crate) fn bytes(&mut self, len: usize) -> &'a [u8] {
        let (head, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        head
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// A number over all magnitudes, the edges of each often among them.
    pub(crate) fn magnitude(&mut self) -> u64 {
        let (exponent, near) = (self.byte(), self.byte());
        let edge = match exponent % 66 {
            64 => u64::MAX,
            65 => return self.long(),
            bits => 1 << bits,
        };
        edge.wrapping_add(u64::from(near % 64)).wrapping_sub(8)
    }
}

/// How bytes are cut into slices: these lengths, again and again.
pub(crate) struct Slicing(Vec<usize>);

impl Slicing {
    pub(crate) fn read(input: &mut Input<'_>) -> Self {
        let count = input.below(5);
        let len = |byte: u8| match byte {
            0..200 => usize::from(byte),
            long => usize::from(long - 199) * 1009,
        };
        let mut lens: Vec<_> = (0..count).map(|_| len(input.byte())).collect();
        // An empty slice may come, but not for ever.
        if lens.iter().all(|len| *len == 0) {
            lens.push(1);
        }
        Self(lens)
    }

    pub(crate) fn cut<'b>(&self, mut bytes: &'b [u8]) -> Vec<&'b [u8]> {
        let mut slices = Vec::new();
        let mut lens = self.0.iter().cycle();
        while !bytes.is_empty() {
            let len = lens.next().copied().unwrap_or(1).min(bytes.len());
            let (slice, rest) = bytes.split_at(len);
            slices.push(slice);
            bytes = rest;
        }
        slices
    }
}

/// Changes to valid bytes, told by their places as parts of the whole.
pub(crate) struct Damage(Vec<(u8, usize, u8)>);

impl Damage {
    pub(crate) fn read(input: &mut Input<'_>) -> Self {
        let count = input.below(4);
        let change = |input: &mut Input<'_>| (input.byte(), input.word(), input.byte());
        Self((0..count).map(|_| change(input)).collect())
    }

    pub(crate) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        for &(kind, place, byte) in &self.0 {
            if bytes.is_empty() {
                return;
            }
            let at = place % bytes.len();
            match kind % 7 {
                0 => bytes[at] ^= 1 << (byte % 8),
                1 => bytes[at] = byte,
                2 => bytes[at] = bytes[at].wrapping_add(1),
                3 => bytes.insert(at, byte),
                4 => drop(bytes.remove(at)),
                5 => bytes.truncate(at),
                _ => {
                    let end = bytes.len().min(at + usize::from(byte));
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
            }
        }
    }
}
