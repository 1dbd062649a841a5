//! Why a token or a key is refused.

use cache_api::ErrorCode;

use crate::key::Algorithm;

/// Why a token is refused, or cannot be issued. No message holds any part of
/// the token itself.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token is longer than [`crate::MAX_TOKEN_LEN`].
    #[error("the token has {0} bytes, too many")]
    TooLong(usize),
    /// The token is not three texts joined by dots.
    #[error("the token is not of the form header.payload.signature")]
    Form,
    /// A part of the token is not unpadded URL-safe base64.
    #[error("the {0} of the token is not base64url")]
    Base64(&'static str),
    /// The header is not the JSON of a header.
    #[error("the header of the token is not valid")]
    Header(#[source] serde_json::Error),
    /// The header names another algorithm than the key's.
    #[error("the token is not signed with {0}")]
    Algorithm(Algorithm),
    /// The header says that this is something else than a JWT.
    #[error("the token's type is not JWT")]
    Type,
    /// The header demands extensions, and none is known here.
    #[error("the token's header demands an extension")]
    Critical,
    /// The signature was not made with the key.
    #[error("the signature of the token is wrong")]
    Signature,
    /// The payload is not the JSON of claims.
    #[error("the claims of the token are not valid")]
    Claims(#[source] serde_json::Error),
    /// Its time is over.
    #[error("the token expired at {exp} (now {now}, unix seconds)")]
    Expired {
        /// When it expired, unix seconds.
        exp: u64,
        /// The time it was checked at, unix seconds.
        now: u64,
    },
    /// Its time has not come, or it says to be issued in the future.
    #[error("the token is not valid before {from} (now {now}, unix seconds)")]
    NotYetValid {
        /// When it begins, unix seconds.
        from: u64,
        /// The time it was checked at, unix seconds.
        now: u64,
    },
    /// `iss` is not the issuer that is asked for.
    #[error("the token has another issuer, or none")]
    Issuer,
    /// `aud` has none of the audiences that are asked for.
    #[error("the token is for another audience, or none")]
    Audience,
    /// A token cannot be issued without this claim.
    #[error("a token is not issued without {0}")]
    MissingClaim(&'static str),
    /// A pattern occurs twice.
    #[error("the cache pattern {0} occurs twice")]
    DuplicatePattern(String),
    /// The key can only verify.
    #[error("a public key cannot issue tokens")]
    PublicKeyOnly,
    /// The key refused to sign.
    #[error("the key failed to sign")]
    Signing,
}

impl TokenError {
    /// The code that a server answers with.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Expired { .. } => ErrorCode::TokenExpired,
            Self::NotYetValid { .. } => ErrorCode::TokenNotYetValid,
            Self::MissingClaim(_)
            | Self::DuplicatePattern(_)
            | Self::PublicKeyOnly
            | Self::Signing => ErrorCode::Internal,
            _ => ErrorCode::InvalidToken,
        }
    }
}

/// Why a text is no usable key. No message holds any part of the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not base64.
    #[error("the key is not base64")]
    Base64,
    /// The text is a PEM as it is, which has yet to be encoded.
    #[error("the key is a PEM, and base64 of it is wanted (base64 -w0 FILE)")]
    PemUnencoded,
    /// The key is not a PEM, or a damaged one.
    #[error("the key is not a PEM")]
    Pem,
    /// The PEM is protected by a password.
    #[error("the key is encrypted with a password; decrypt it first (openssl rsa)")]
    Encrypted,
    /// The PEM holds something else, such as a public key where a private one
    /// is wanted.
    #[error("the PEM holds {found:?}, and {wanted} is wanted")]
    WrongPem {
        /// Its label.
        found: String,
        /// What is wanted.
        wanted: &'static str,
    },
    /// The key is not for RSA.
    #[error("the key is not an RSA key")]
    NotRsa,
    /// The key's own numbers are damaged or of an unsupported kind.
    #[error("the RSA key is damaged or of an unsupported kind: {0}")]
    BadRsa(String),
    /// Too short to protect anything.
    #[error(
        "the RSA key has {bits} bits; at least 2048 are needed (openssl genrsa -traditional 4096)"
    )]
    TooShort {
        /// Bits of its modulus.
        bits: usize,
    },
    /// Longer than the cryptography here computes with.
    #[error("the RSA key has {bits} bits; at most {max} are supported")]
    TooLong {
        /// Bits of its modulus.
        bits: usize,
        /// The most for this use.
        max: usize,
    },
    /// The secret has no byte at all.
    #[error("the HS256 secret is empty")]
    EmptySecret,
}
