//! LEB128 and zig-zag.

use super::RecipeError;

/// Appends a number, seven bits a byte, least first.
pub(super) fn write(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the front.
pub(super) fn read(bytes: &mut &[u8]) -> Result<u64, RecipeError> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(RecipeError::Truncated)?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7F);
        // Bits above the 64th, and a last byte that adds nothing.
        if (bits << shift) >> shift != bits || (*byte == 0 && shift > 0) {
            return Err(RecipeError::Number);
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(RecipeError::Number)
}

/// Small numbers of either sign as small numbers without one.
pub(super) const fn zig_zag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

pub(super) const fn un_zig_zag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}
