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

#[cfg(test)]
mod tests {
    use super::{NarHash, check_prefixed};
    use crate::Error;

    const HEX: &str = "fe0f8a90fb5b3bacfdab20bb247483de9a4a204cde0d1e43689845d4e242dc16";
    const NIX32: &str = "05nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy";
    const BASE64: &str = "/g+KkPtbO6z9qyC7JHSD3ppKIEzeDR5DaJhF1OJC3BY=";

    #[test]
    fn spellings() {
        let hash: NarHash = format!("sha256:{NIX32}").parse().unwrap();
        assert_eq!(hash.to_hex(), HEX);
        assert_eq!(hash.to_nix32(), NIX32);
        assert_eq!(hash.to_sri(), format!("sha256-{BASE64}"));
        let upper = HEX.to_uppercase();
        for text in [
            format!("sha256:{HEX}"),
            format!("sha256:{upper}"),
            format!("sha256:{BASE64}"),
            hash.to_sri(),
            hash.to_string(),
        ] {
            assert_eq!(text.parse(), Ok(hash), "{text}");
        }
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(json, format!("\"sha256:{NIX32}\""));
        assert_eq!(serde_json::from_str::<NarHash>(&json).unwrap(), hash);
    }

    #[test]
    fn of_bytes() {
        // SHA-256 of "abc", from FIPS 180-2.
        let want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(NarHash::of(b"abc").to_hex(), want);
    }

    #[test]
    fn refused() {
        for text in [
            "".to_owned(),
            HEX.to_owned(),
            NIX32.to_owned(),
            "sha256:".to_owned(),
            "sha256-".to_owned(),
            format!("sha512:{HEX}"),
            format!("SHA256:{HEX}"),
            format!("sha256:{}", &HEX[1..]),
            format!("sha256:{}g", &HEX[1..]),
            format!("sha256:{}e", &NIX32[1..]),
            // Bits beyond the 32nd byte.
            format!("sha256:z{}", &NIX32[1..]),
            format!("sha256:{NIX32} "),
            format!("sha256-{}", BASE64.trim_end_matches('=')),
            format!("sha256-{}", BASE64.replace('Y', "Z")),
            format!("sha256-{NIX32}"),
            format!("sha256:{}", "ä".repeat(26)),
        ] {
            assert!(text.parse::<NarHash>().is_err(), "{text}");
        }
    }

    #[test]
    fn other_algorithms() {
        for text in [
            "md5:1b013811f0ee4996b9ccf2b405396d55",
            "md5:2mdlwhbd7jrjwrcjgfy08kh08v",
            "sha1:vv34aq135wzamrvxvb0pl0i7ndwpgwxw",
            "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        ] {
            assert_eq!(check_prefixed(text), Ok(()), "{text}");
        }
        let unknown = Err(Error::Hash("unknown algorithm"));
        assert_eq!(check_prefixed("crc32:00000000"), unknown);
        assert_eq!(check_prefixed("1b013811"), Err(Error::Hash("no algorithm")));
        assert_eq!(check_prefixed("md5:00"), Err(Error::Hash("wrong length")));
    }
}
