//! The answer of `chunks/missing`: one bit a digest.
//!
//! Bit `i` stands at byte `i / 8`, least significant first; 1 = missing. There
//! are exactly `ceil(n / 8)` bytes, and bits beyond the last digest are 0.

/// Why bytes are no bitmap of `n` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BitmapError {
    /// Not `ceil(n / 8)` bytes.
    #[error("a bitmap of {bits} bits does not have {bytes} bytes")]
    Length {
        /// The bits wanted.
        bits: usize,
        /// The bytes that came.
        bytes: usize,
    },
    /// A bit beyond the last is set.
    #[error("a bit beyond the last of {bits} is set")]
    Padding {
        /// The bits wanted.
        bits: usize,
    },
}

/// The bytes of a bitmap.
pub fn encode(bits: &[bool]) -> Vec<u8> {
    let pack = |eight: &[bool]| {
        eight
            .iter()
            .enumerate()
            .fold(0, |byte, (i, &bit)| byte | (u8::from(bit) << i))
    };
    bits.chunks(8).map(pack).collect()
}

/// The `n` bits of a bitmap.
///
/// # Errors
/// When `bytes` is longer or shorter than `n` bits, or its padding is not 0.
pub fn decode(bytes: &[u8], n: usize) -> Result<Vec<bool>, BitmapError> {
    if bytes.len() != n.div_ceil(8) {
        return Err(BitmapError::Length {
            bits: n,
            bytes: bytes.len(),
        });
    }
    let used = n % 8;
    if used != 0 && bytes.last().is_some_and(|last| last >> used != 0) {
        return Err(BitmapError::Padding { bits: n });
    }
    Ok((0..n).map(|i| bytes[i / 8] >> (i % 8) & 1 == 1).collect())
}
