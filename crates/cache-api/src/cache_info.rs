//! What a server says about a cache, and the bodies about its keys.

use serde::{Deserialize, Serialize};

use crate::{CacheName, CacheSettings};

/// A cache as a token that may see it sees it: the answer of `GET`, `PUT` and
/// `PATCH` on a cache. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheInfo {
    /// Its name.
    pub name: CacheName,
    /// The ULID made with the cache; a new cache of the same name has another.
    pub uid: String,
    /// What it is set to.
    #[serde(flatten)]
    pub settings: CacheSettings,
    /// The keys that sign its paths, the newest last.
    pub public_keys: Vec<KeyInfo>,
    /// Where the server is, with a slash at the end: `http://host:8080/`.
    pub origin: String,
    /// What goes into nix.conf: origin and name.
    pub substituter: String,
    /// When it was made, unix seconds.
    pub created_at: u64,
}

/// One signing key of a cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyInfo {
    /// The public half, `NAME:BASE64` as `trusted-public-keys` takes it.
    pub public_key: String,
    /// Whether it still signs.
    pub state: KeyState,
}

/// Whether a key signs what is published and served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It signs.
    Active,
    /// It no longer signs; kept so that people can see what to remove.
    Retired,
}

/// A further signing key: the body of `POST keys`. With neither field the
/// server makes a key named after the cache.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AddKey {
    /// A secret key to bring along, `NAME:BASE64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The name of a key that the server makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl std::fmt::Debug for AddKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddKey")
            .field("secret", &self.secret.as_ref().map(|_| "redacted"))
            .field("name", &self.name)
            .finish()
    }
}
