//! Who asks, and what they may do.

use std::sync::Arc;

use cache_api::CacheName;
use token_auth::{Permission, Permissions, Token};

/// The origin of a request: a token, the embedding program itself, or nobody.
#[derive(Clone, Debug)]
pub struct Caller(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Nobody,
    Token(Arc<Token>),
    Operator { name: Arc<str>, key: [u8; 32] },
}

impl Caller {
    /// Someone without a token: sees public caches, changes nothing.
    pub fn nobody() -> Self {
        Self(Kind::Nobody)
    }

    /// The bearer of a verified token.
    pub fn token(token: Arc<Token>) -> Self {
        Self(Kind::Token(token))
    }

    /// The program that embeds the engine: may do everything. `name` is what
    /// is noted as the creator of what it publishes.
    pub fn operator(name: &str) -> Self {
        let key = *blake3::hash(name.as_bytes()).as_bytes();
        Self(Kind::Operator {
            name: name.into(),
            key,
        })
    }

    /// Whether this caller holds `permission` on the cache of that name. That
    /// anybody may pull from a public cache is not considered here.
    pub fn may(&self, cache: &CacheName, permission: Permission) -> bool {
        match &self.0 {
            Kind::Nobody => false,
            Kind::Token(token) => token.permissions(cache).has(permission),
            Kind::Operator { .. } => true,
        }
    }

    /// Whether this caller holds any permission at all on the cache of that name.
    pub fn knows(&self, cache: &CacheName) -> bool {
        match &self.0 {
            Kind::Nobody => false,
            Kind::Token(token) => token.permissions(cache) != Permissions::NONE,
            Kind::Operator { .. } => true,
        }
    }

    /// What leases of this caller are kept under: BLAKE3 of the token's signing input.
    pub(crate) fn lease_key(&self) -> [u8; 32] {
        match &self.0 {
            Kind::Nobody => [0; 32],
            Kind::Token(token) => *token.key().as_bytes(),
            Kind::Operator { key, .. } => *key,
        }
    }

    /// The name to note beside what this caller makes.
    pub fn subject(&self) -> Option<&str> {
        match &self.0 {
            Kind::Nobody => None,
            Kind::Token(token) => token.claims().sub.as_deref(),
            Kind::Operator { name, .. } => Some(name),
        }
    }
}
