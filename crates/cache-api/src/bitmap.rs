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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bits_stand_where_the_format_says() {
        let mut bits = vec![false; 11];
        (bits[0], bits[3], bits[8], bits[10]) = (true, true, true, true);
        assert_eq!(encode(&bits), [0b0000_1001, 0b0000_0101]);
        assert!(encode(&[]).is_empty());
        assert_eq!(decode(&[], 0), Ok(vec![]));
    }

    #[test]
    fn bitmaps_that_are_not() {
        let wrong_length = |bits, bytes| Err(BitmapError::Length { bits, bytes });
        assert_eq!(decode(&[0], 0), wrong_length(0, 1));
        assert_eq!(decode(&[], 1), wrong_length(1, 0));
        assert_eq!(decode(&[0], 9), wrong_length(9, 1));
        assert_eq!(decode(&[0, 0, 0], 16), wrong_length(16, 3));
        assert_eq!(decode(&[0b1000], 3), Err(BitmapError::Padding { bits: 3 }));
        assert_eq!(
            decode(&[0xff, 0b10], 9),
            Err(BitmapError::Padding { bits: 9 })
        );
        assert_eq!(decode(&[0xff], 8), Ok(vec![true; 8]));
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes(bits in proptest::collection::vec(any::<bool>(), 0..100)) {
            prop_assert_eq!(decode(&encode(&bits), bits.len()), Ok(bits));
        }
    }
}
