//! SHA-256 of a NAR, in the three spellings that Nix uses.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::text::serde_text;
use crate::{Error, base32};

/// SHA-256 of a NAR. `Display`, and JSON, is `sha256:` with 52 characters of
/// nix-base32, as narinfos and fingerprints have it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NarHash([u8; 32]);

impl NarHash {
    /// The hash that has these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of a whole NAR in memory.
    #[must_use]
    pub fn of(nar: &[u8]) -> Self {
        Self(Sha256::digest(nar).into())
    }

    /// 64 lower-case hexadecimal digits, without a prefix.
    #[must_use]
    pub fn to_hex(&self) -> String {
        use fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// 52 characters of nix-base32, without a prefix.
    #[must_use]
    pub fn to_nix32(&self) -> String {
        base32::encode(&self.0)
    }

    /// `sha256-` and base64: the spelling of Subresource Integrity.
    #[must_use]
    pub fn to_sri(&self) -> String {
        format!("sha256-{}", STANDARD.encode(self.0))
    }

    fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        let bytes = bytes.try_into().map_err(|_| Error::Hash("not 32 bytes"))?;
        Ok(Self(bytes))
    }
}

/// `sha256:` with hexadecimal, nix-base32 or base64 digits, or SRI. Upper case
/// hexadecimal is taken, as Nix takes it.
impl FromStr for NarHash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if let Some(sri) = text.strip_prefix("sha256-") {
            return Self::from_slice(&base64_of(sri, 32)?);
        }
        let digits = text
            .strip_prefix("sha256:")
            .ok_or(Error::Hash("no sha256 prefix"))?;
        Self::from_slice(&decode_digits(digits, 32)?)
    }
}

/// Size in bytes of the hashes of an algorithm that Nix knows.
pub(crate) fn hash_size(algorithm: &str) -> Result<usize, Error> {
    match algorithm {
        "md5" => Ok(16),
        "sha1" => Ok(20),
        "sha256" => Ok(32),
        "sha512" => Ok(64),
        _ => Err(Error::Hash("unknown algorithm")),
    }
}

/// Checks a hash of any algorithm that names it: `ALGO:DIGITS` or SRI.
pub(crate) fn check_prefixed(text: &str) -> Result<(), Error> {
    if let Some((algorithm, digits)) = text.split_once(':') {
        decode_digits(digits, hash_size(algorithm)?)?;
    } else if let Some((algorithm, digits)) = text.split_once('-') {
        base64_of(digits, hash_size(algorithm)?)?;
    } else {
        return Err(Error::Hash("no algorithm"));
    }
    Ok(())
}

/// Decodes the digits of a hash of `size` bytes; their number says the base.
pub(crate) fn decode_digits(digits: &str, size: usize) -> Result<Vec<u8>, Error> {
    let len = digits.len();
    if len == size * 2 {
        decode_hex(digits)
    } else if len == base32::encoded_len(size) {
        Ok(base32::decode(digits)?)
    } else if len == size.div_ceil(3) * 4 {
        base64_of(digits, size)
    } else {
        Err(Error::Hash("wrong length"))
    }
}

fn base64_of(digits: &str, size: usize) -> Result<Vec<u8>, Error> {
    if digits.len() != size.div_ceil(3) * 4 {
        return Err(Error::Hash("wrong length"));
    }
    Ok(STANDARD.decode(digits)?)
}

fn decode_hex(digits: &str) -> Result<Vec<u8>, Error> {
    let nibble = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
            .ok_or(Error::Hash("not hexadecimal"))
    };
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| Ok((nibble(pair[0])? << 4) | nibble(pair[1])?))
        .collect()
}

impl fmt::Display for NarHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.to_nix32())
    }
}

impl fmt::Debug for NarHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NarHash({})", self.to_nix32())
    }
}

serde_text!(NarHash);
