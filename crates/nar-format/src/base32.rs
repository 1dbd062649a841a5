//! Nix's base-32: the alphabet without `e`, `o`, `t` and `u`, and the digits
//! of the number that the bytes make when read little endian, most
//! significant digit first.
//!
//! A text of `n` digits is as long as it must be and no longer: the bits that
//! no byte fills have to be zero, so each value has exactly one text.

const ALPHABET: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";
const INVALID: u8 = 0xff;
const VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut table = [INVALID; 256];
    let mut digit = 0;
    while digit < 32 {
        table[ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    table
}

/// Why a text is not nix-base32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Base32Error {
    /// A character outside of the alphabet, and where it stands.
    #[error("character {found:?} at {at} is not in the base-32 alphabet")]
    Character {
        /// The offending byte, as a character.
        found: char,
        /// Byte offset in the text.
        at: usize,
    },
    /// No number of bytes has a text of this many characters.
    #[error("{0} characters are no whole number of bytes")]
    Length(usize),
    /// Bits beyond the last whole byte are set.
    #[error("bits beyond the last byte are set")]
    Overflow,
}

/// The number of digits that `bytes` bytes take.
#[must_use]
pub const fn encoded_len(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

/// Tells whether every byte of `text` is a digit of the alphabet.
#[must_use]
pub fn is_base32(text: &[u8]) -> bool {
    text.iter().all(|&byte| VALUES[byte as usize] != INVALID)
}

/// The text of `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let digit = |position: usize| {
        let bit = position * 5;
        let (byte, shift) = (bit / 8, bit % 8);
        let low = u16::from(bytes[byte]);
        let high = bytes.get(byte + 1).map_or(0, |&next| u16::from(next));
        let value = ((low | (high << 8)) >> shift) & 0x1f;
        ALPHABET[usize::from(value)]
    };
    let text = (0..encoded_len(bytes.len())).rev().map(digit).collect();
    String::from_utf8(text).expect("made of ASCII characters only")
}

/// The bytes of a text.
///
/// # Errors
/// A character outside of the alphabet, a length that no byte string has, or
/// a set bit beyond the last byte.
pub fn decode(text: &str) -> Result<Vec<u8>, Base32Error> {
    let digits = text.as_bytes();
    let mut bytes = vec![0u8; digits.len() * 5 / 8];
    if encoded_len(bytes.len()) != digits.len() {
        return Err(Base32Error::Length(digits.len()));
    }
    for (position, (at, &digit)) in digits.iter().enumerate().rev().enumerate() {
        let value = VALUES[usize::from(digit)];
        if value == INVALID {
            let found = text.get(at..).and_then(|rest| rest.chars().next());
            let found = found.unwrap_or('\u{fffd}');
            return Err(Base32Error::Character { found, at });
        }
        let (byte, shift) = (position * 5 / 8, position * 5 % 8);
        let bits = u16::from(value) << shift;
        let [low, high] = bits.to_le_bytes();
        let next = bytes.get_mut(byte + 1);
        match next {
            Some(next) => *next |= high,
            None if high != 0 => return Err(Base32Error::Overflow),
            None => {}
        }
        bytes[byte] |= low;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Base32Error, decode, encode, is_base32};

    #[test]
    fn texts_that_nix_made() {
        // The empty file, by `nix-hash --flat --base32 --type md5|sha1|sha256`.
        let table: [(&str, &[u8]); 5] = [
            ("", b""),
            ("7z", &[0xff]),
            ("00", &[0]),
            (
                "3y8bwfr609h3lh9ch0izcqq7fl",
                &[
                    0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04, 0xe9, 0x80, 0x09, 0x98, 0xec,
                    0xf8, 0x42, 0x7e,
                ],
            ),
            (
                "143xibwh31h9bvxzalr0sjvbbvpa6ffs",
                &[
                    0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95,
                    0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09,
                ],
            ),
        ];
        for (text, bytes) in table {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn refused() {
        let character = |found, at| Base32Error::Character { found, at };
        let table = [
            ("0", Base32Error::Length(1)),
            ("000", Base32Error::Length(3)),
            ("000000", Base32Error::Length(6)),
            ("80", Base32Error::Overflow),
            ("z0000000000000000000000000", Base32Error::Overflow),
            ("0e", character('e', 1)),
            ("t0", character('t', 0)),
            ("0A", character('A', 1)),
            ("0\n", character('\n', 1)),
            ("ä", character('\u{fffd}', 1)),
        ];
        for (text, error) in table {
            assert_eq!(decode(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn alphabet() {
        assert!(is_base32(b"0123456789abcdfghijklmnpqrsvwxyz"));
        for byte in b"eotuABC-_ =\0\xff" {
            assert!(!is_base32(&[*byte]), "{byte}");
        }
    }
}
