//! The content address of a path that needs no signature: `text:sha256:…`,
//! `fixed:ALGO:…` or `fixed:r:ALGO:…`.

use crate::Error;
use crate::hash::decode_digits;

/// Tells whether Nix would accept the text as the `CA` of a path.
#[must_use]
pub fn valid_ca(text: &str) -> bool {
    check(text).is_ok()
}

pub(crate) fn check(text: &str) -> Result<(), Error> {
    let refuse = |why| Err(Error::ContentAddress(why));
    let Some((kind, rest)) = text.split_once(':') else {
        return refuse("no prefix");
    };
    let hash = match kind {
        "text" => rest,
        "fixed" => rest.strip_prefix("r:").unwrap_or(rest),
        _ => return refuse("unknown prefix"),
    };
    let Some((algorithm, digits)) = hash.split_once(':') else {
        return refuse("no hash algorithm");
    };
    let size = match (kind, algorithm) {
        (_, "sha256") => 32,
        ("text", _) => return refuse("text is not hashed by sha256"),
        (_, "md5") => 16,
        (_, "sha1") => 20,
        (_, "sha512") => 64,
        _ => return refuse("unknown hash algorithm"),
    };
    decode_digits(digits, size).map(drop)
}
