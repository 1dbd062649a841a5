//! As much of DER as RSA keys need.
//!
//! Sources: RFC 8017 A.1 (PKCS#1), RFC 5958 (PKCS#8), RFC 5280 4.1 (SPKI).

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// The contents of `AlgorithmIdentifier` for RSA: its object id
/// (1.2.840.113549.1.1.1) and a NULL.
const RSA_ALGORITHM: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// Why bytes are not the DER of an RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DerError {
    /// Not DER, or of another shape.
    Malformed,
    /// The key of another algorithm.
    NotRsa,
}

/// The contents of the element with `tag` that `input` begins with, and what
/// follows it.
fn take(input: &[u8], tag: u8) -> Result<(&[u8], &[u8]), DerError> {
    let (&found, rest) = input.split_first().ok_or(DerError::Malformed)?;
    let (&first, rest) = rest.split_first().ok_or(DerError::Malformed)?;
    if found != tag {
        return Err(DerError::Malformed);
    }
    let (len, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest
                .split_at_checked(usize::from(first & 0x7f))
                .ok_or(DerError::Malformed)?;
            (
                digits
                    .iter()
                    .fold(0, |len, &digit| len << 8 | usize::from(digit)),
                rest,
            )
        }
        _ => return Err(DerError::Malformed),
    };
    rest.split_at_checked(len).ok_or(DerError::Malformed)
}

/// The contents of the one element with `tag` that fills `input`.
fn whole(input: &[u8], tag: u8) -> Result<&[u8], DerError> {
    match take(input, tag)? {
        (contents, []) => Ok(contents),
        _ => Err(DerError::Malformed),
    }
}

/// The PKCS#1 private key inside a PKCS#8 one.
pub(crate) fn unwrap_pkcs8(der: &[u8]) -> Result<&[u8], DerError> {
    let (_version, rest) = take(whole(der, SEQUENCE)?, INTEGER)?;
    let (algorithm, rest) = take(rest, SEQUENCE)?;
    if algorithm != RSA_ALGORITHM {
        return Err(DerError::NotRsa);
    }
    Ok(take(rest, OCTET_STRING)?.0)
}

/// The PKCS#1 public key inside an SPKI one.
pub(crate) fn unwrap_spki(der: &[u8]) -> Result<&[u8], DerError> {
    let (algorithm, rest) = take(whole(der, SEQUENCE)?, SEQUENCE)?;
    if algorithm != RSA_ALGORITHM {
        return Err(DerError::NotRsa);
    }
    match whole(rest, BIT_STRING)?.split_first() {
        Some((0, key)) => Ok(key),
        _ => Err(DerError::Malformed),
    }
}

/// Bits of the modulus of a PKCS#1 private key.
pub(crate) fn private_bits(pkcs1: &[u8]) -> Result<usize, DerError> {
    let (_version, rest) = take(whole(pkcs1, SEQUENCE)?, INTEGER)?;
    Ok(bits(take(rest, INTEGER)?.0))
}

/// Bits of the modulus of a PKCS#1 public key, which is a modulus and an
/// exponent and nothing else.
pub(crate) fn public_bits(pkcs1: &[u8]) -> Result<usize, DerError> {
    let (modulus, rest) = take(whole(pkcs1, SEQUENCE)?, INTEGER)?;
    whole(rest, INTEGER)?;
    Ok(bits(modulus))
}

fn bits(integer: &[u8]) -> usize {
    let zeros = integer.iter().take_while(|&&byte| byte == 0).count();
    let digits = &integer[zeros..];
    digits
        .first()
        .map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

/// A PKCS#1 public key as SPKI.
pub(crate) fn wrap_spki(pkcs1: &[u8]) -> Vec<u8> {
    let key = [&[0], pkcs1].concat();
    let contents = [element(SEQUENCE, RSA_ALGORITHM), element(BIT_STRING, &key)].concat();
    element(SEQUENCE, &contents)
}

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let len = contents.len().to_be_bytes();
    let zeros = len.iter().take_while(|&&byte| byte == 0).count();
    let digits = &len[zeros..];
    let mut out = vec![tag];
    if contents.len() > 0x7f {
        out.push(0x80 | digits.len() as u8);
    }
    out.extend_from_slice(if contents.is_empty() { &[0] } else { digits });
    out.extend_from_slice(contents);
    out
}
