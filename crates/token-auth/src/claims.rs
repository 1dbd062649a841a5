//! The claims of a token.

mod read;
mod write;

use crate::{CachePattern, Permission, Permissions};

pub(crate) use read::object_from_json;

/// The name of the claim that holds the permissions. Attic's, to the letter.
pub const NAMESPACE: &str = "https://jwt.attic.rs/v1";

/// What a token says. Times are unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Whom it was made for; kept with what it publishes.
    pub sub: Option<String>,
    /// When it expires.
    pub exp: Option<u64>,
    /// When it begins.
    pub nbf: Option<u64>,
    /// When it was issued.
    pub iat: Option<u64>,
    /// Who issued it.
    pub iss: Option<String>,
    /// For whom it is; empty = not said.
    pub aud: Vec<String>,
    /// Its own name, so that it can be revoked.
    pub jti: Option<String>,
    /// What it may do to which caches, **in the order of the JSON text**: the
    /// first pattern that fits decides.
    pub caches: Vec<(CachePattern, Permissions)>,
}

impl Claims {
    /// Claims that grant nothing yet, with what every token issued here has: a
    /// unique id and the time.
    pub fn new(jti: impl Into<String>, iat: u64) -> Self {
        Self {
            jti: Some(jti.into()),
            iat: Some(iat),
            nbf: Some(iat),
            ..Self::default()
        }
    }

    /// Grants one more permission for `pattern`, in the entry of that pattern
    /// where there is one, else in a new last entry.
    pub fn grant(&mut self, pattern: CachePattern, permission: Permission) {
        match self.caches.iter_mut().find(|(own, _)| *own == pattern) {
            Some((_, permissions)) => *permissions = permissions.with(permission),
            None => self
                .caches
                .push((pattern, Permissions::NONE.with(permission))),
        }
    }
}
