//! The settings of a cache.

use nar_format::StoreDir;
use nar_format::signing::PublicKey;
use serde::{Deserialize, Serialize};

/// The priority of a new cache. cache.nixos.org has 40 and the lower number is
/// asked first, so a cache that nobody configured is never asked before it.
pub const DEFAULT_PRIORITY: i32 = 41;

/// The key that signs cache.nixos.org: what it signed need not be pushed.
const NIXOS_KEY: &str = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";

/// Upstream keys that one cache may name.
const MAX_UPSTREAM_KEYS: usize = 64;
/// The longest text of one upstream key, in bytes.
const MAX_KEY_LEN: usize = 256;

/// What a cache is set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheSettings {
    /// Whether anybody may pull without a token.
    pub is_public: bool,
    /// The store directory of the paths it holds, `/nix/store` as a rule.
    pub store_dir: String,
    /// What Nix calls priority: substituters with a lower number are asked first.
    pub priority: i32,
    /// Seconds that a path stays after its last use; `None` = what the server
    /// is set to, 0 = for ever.
    pub retention: Option<u64>,
    /// Bytes that the cache may hold before its oldest paths go; `None` = any.
    pub max_size: Option<u64>,
    /// Keys of upstream caches, `name` or `name:public key`: what they signed
    /// is not pushed, and their signatures are kept where they verify.
    pub upstream_keys: Vec<String>,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            is_public: false,
            store_dir: "/nix/store".to_owned(),
            priority: DEFAULT_PRIORITY,
            retention: None,
            max_size: None,
            upstream_keys: vec![NIXOS_KEY.to_owned()],
        }
    }
}

/// Why settings are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// `store_dir` is no absolute, normal path.
    #[error("store_dir {0:?} is not an absolute path without `.`, `..` or doubled slashes")]
    StoreDir(String),
    /// `priority` is below zero.
    #[error("priority {0} is negative")]
    Priority(i32),
    /// A key in `upstream_keys` is neither a name nor `name:public key`.
    #[error("upstream key {0:?} is neither a key name nor NAME:PUBLICKEY")]
    UpstreamKey(String),
    /// `upstream_keys` is too long a list.
    #[error("{0} upstream keys are more than {MAX_UPSTREAM_KEYS}")]
    TooManyUpstreamKeys(usize),
    /// The signing key that came along is not `NAME:BASE64` of 64 bytes.
    #[error("the signing key is not NAME:BASE64 of an Ed25519 key pair")]
    SigningKey,
    /// A retention or size is above what a row can hold.
    #[error("{field} {value} is too large")]
    TooLarge {
        /// The setting.
        field: &'static str,
        /// Its value, in seconds or bytes.
        value: u64,
    },
}

impl CacheSettings {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting that is not acceptable.
    pub fn check(&self) -> Result<(), SettingsError> {
        StoreDir::parse(&self.store_dir)
            .map_err(|_| SettingsError::StoreDir(self.store_dir.clone()))?;
        if self.priority < 0 {
            return Err(SettingsError::Priority(self.priority));
        }
        check_range("retention", self.retention)?;
        check_range("max_size", self.max_size)?;
        check_upstream_keys(&self.upstream_keys)
    }
}

/// Rows keep signed 64-bit numbers.
fn check_range(field: &'static str, value: Option<u64>) -> Result<(), SettingsError> {
    match value {
        Some(value) if i64::try_from(value).is_err() => {
            Err(SettingsError::TooLarge { field, value })
        }
        _ => Ok(()),
    }
}

fn check_upstream_keys(keys: &[String]) -> Result<(), SettingsError> {
    if keys.len() > MAX_UPSTREAM_KEYS {
        return Err(SettingsError::TooManyUpstreamKeys(keys.len()));
    }
    match keys.iter().find(|key| !is_upstream_key(key)) {
        Some(key) => Err(SettingsError::UpstreamKey(key.clone())),
        None => Ok(()),
    }
}

fn is_upstream_key(key: &str) -> bool {
    let bare_name = !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic() && b != b':');
    key.len() <= MAX_KEY_LEN && (bare_name || key.parse::<PublicKey>().is_ok())
}
