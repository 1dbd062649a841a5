//! The one error of the text formats. NARs have [`NarError`](crate::nar::NarError).

use crate::base32::Base32Error;

/// Why a text of one of Nix's formats was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A hash is not in nix-base32.
    #[error("invalid nix-base32")]
    Base32(#[from] Base32Error),
    /// Base64 that is not canonical base64.
    #[error("invalid base64")]
    Base64(#[from] base64::DecodeError),
    /// Not `ALGORITHM:DIGITS` or SRI of one of the known lengths.
    #[error("not a hash: {0}")]
    Hash(&'static str),
    /// A store directory that is not an absolute path in its shortest form.
    #[error("not a store directory: {0}")]
    StoreDir(&'static str),
    /// A store path or base name that Nix would not accept.
    #[error("not a store path: {0}")]
    StorePath(&'static str),
    /// A key or signature that is not `name:base64` of the right length.
    #[error("not a {what}: {why}")]
    Key {
        /// What was expected: `secret key`, `public key` or `signature`.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A narinfo as a whole: no line structure, too long, a field missing.
    #[error("not a narinfo: {0}")]
    NarInfo(&'static str),
    /// One field of a narinfo.
    #[error("invalid narinfo field {field}")]
    Field {
        /// The field's name.
        field: &'static str,
        /// What is wrong with its value.
        #[source]
        source: Box<Error>,
    },
    /// A number that is not plain decimal digits or does not fit.
    #[error("not a number")]
    Number,
    /// A content address that Nix would not accept.
    #[error("not a content address: {0}")]
    ContentAddress(&'static str),
    /// A `nix-cache-info` that Nix would not accept.
    #[error("not a nix-cache-info: {0}")]
    CacheInfo(&'static str),
}
