//! The content address of a path that needs no signature: `text:sha256:…`,
//! `fixed:ALGO:…` or `fixed:r:ALGO:…`.

use crate::Error;
use crate::hash::{decode_digits, hash_size};

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
    if kind == "text" && algorithm != "sha256" {
        return refuse("text is not hashed by sha256");
    }
    decode_digits(digits, hash_size(algorithm)?).map(drop)
}
