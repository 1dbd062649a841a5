//! A token that was verified.

use std::fmt;

use cache_api::CacheName;

use crate::{Claims, Permissions, TokenError};

/// How far the clocks of issuer and verifier may be apart, in seconds.
pub const LEEWAY_SECONDS: u64 = 60;

/// What one token is known by: the BLAKE3 of its signing input,
/// `header.payload`. It is the same however the token was sent, and whatever
/// its signature looks like.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// The key of a token with this signing input.
    pub(crate) fn of(signing_input: &[u8]) -> Self {
        Self(*blake3::hash(signing_input).as_bytes())
    }

    /// A key that was kept as bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({self})")
    }
}

/// A token whose signature, issuer and audience were found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    claims: Claims,
    key: TokenKey,
}

impl Token {
    pub(crate) fn new(claims: Claims, key: TokenKey) -> Self {
        Self { claims, key }
    }

    /// What it says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// What it is known by.
    pub fn key(&self) -> TokenKey {
        self.key
    }

    /// What it may do to a cache: what its entry of exactly that name says; else
    /// what the first entry says whose pattern fits, in the order of the JSON
    /// text; else nothing. Entries are never united.
    pub fn permissions(&self, cache: &CacheName) -> Permissions {
        let entries = &self.claims.caches;
        entries
            .iter()
            .find(|(pattern, _)| pattern.is_exactly(cache))
            .or_else(|| entries.iter().find(|(pattern, _)| pattern.matches(cache)))
            .map_or(Permissions::NONE, |(_, permissions)| *permissions)
    }

    /// Checks its times again: a token that was verified once may be kept, and
    /// asked this on each use.
    ///
    /// # Errors
    /// When at `now_unix` (seconds) it has expired or has not begun, each with
    /// [`LEEWAY_SECONDS`] of leeway.
    pub fn check_time(&self, now_unix: u64) -> Result<(), TokenError> {
        let now = now_unix;
        if let Some(exp) = self.claims.exp
            && now >= exp.saturating_add(LEEWAY_SECONDS)
        {
            return Err(TokenError::Expired { exp, now });
        }
        let from = self.claims.nbf.max(self.claims.iat).unwrap_or(0);
        if now.saturating_add(LEEWAY_SECONDS) < from {
            return Err(TokenError::NotYetValid { from, now });
        }
        Ok(())
    }
}
