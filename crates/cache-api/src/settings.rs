//! The settings of a cache, and the bodies that make and change them.

use nar_format::StoreDir;
use nar_format::signing::{PublicKey, SecretKey};
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

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

/// How long a path stays after its last use, as a request names it. In JSON
/// `"default"` or a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// What the server is set to.
    Default,
    /// This many seconds; 0 = for ever.
    Seconds(u64),
}

/// How many bytes a cache may hold, as a request names it. In JSON `"none"` or
/// a number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeLimit {
    /// Any number.
    None,
    /// At most this many.
    Bytes(u64),
}

impl Retention {
    /// As [`CacheSettings::retention`] holds it.
    pub fn to_setting(self) -> Option<u64> {
        match self {
            Self::Default => None,
            Self::Seconds(seconds) => Some(seconds),
        }
    }
}

impl SizeLimit {
    /// As [`CacheSettings::max_size`] holds it.
    pub fn to_setting(self) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}

/// Reads one word or a number, which is how both types above look in JSON.
struct WordOrNumber {
    word: &'static str,
    expecting: &'static str,
}

impl Visitor<'_> for WordOrNumber {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Self::Value, E> {
        if word == self.word {
            Ok(None)
        } else {
            Err(E::invalid_value(Unexpected::Str(word), &self))
        }
    }
}

impl Serialize for Retention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Default => serializer.serialize_str("default"),
            Self::Seconds(seconds) => serializer.serialize_u64(*seconds),
        }
    }
}

impl<'de> Deserialize<'de> for Retention {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = WordOrNumber {
            word: "default",
            expecting: "\"default\" or a number of seconds",
        };
        let value = deserializer.deserialize_any(visitor)?;
        Ok(value.map_or(Self::Default, Self::Seconds))
    }
}

impl Serialize for SizeLimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_str("none"),
            Self::Bytes(bytes) => serializer.serialize_u64(*bytes),
        }
    }
}

impl<'de> Deserialize<'de> for SizeLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = WordOrNumber {
            word: "none",
            expecting: "\"none\" or a number of bytes",
        };
        let value = deserializer.deserialize_any(visitor)?;
        Ok(value.map_or(Self::None, Self::Bytes))
    }
}

/// Changes to a cache: the body of `PATCH`. What is absent stays as it is; an
/// unknown name is refused, since a setting that is silently ignored is worse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfigureCache {
    /// See [`CacheSettings::is_public`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_public: Option<bool>,
    /// See [`CacheSettings::store_dir`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_dir: Option<String>,
    /// See [`CacheSettings::priority`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// See [`CacheSettings::retention`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// See [`CacheSettings::max_size`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size: Option<SizeLimit>,
    /// See [`CacheSettings::upstream_keys`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_keys: Option<Vec<String>>,
}

impl ConfigureCache {
    /// Whether it names no setting at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `settings` with what is named here changed.
    ///
    /// # Errors
    /// When a setting of the outcome is not acceptable.
    pub fn apply(&self, settings: &CacheSettings) -> Result<CacheSettings, SettingsError> {
        let changed = CacheSettings {
            is_public: self.is_public.unwrap_or(settings.is_public),
            store_dir: self
                .store_dir
                .clone()
                .unwrap_or_else(|| settings.store_dir.clone()),
            priority: self.priority.unwrap_or(settings.priority),
            retention: self
                .retention
                .map_or(settings.retention, Retention::to_setting),
            max_size: self
                .max_size
                .map_or(settings.max_size, SizeLimit::to_setting),
            upstream_keys: self
                .upstream_keys
                .clone()
                .unwrap_or_else(|| settings.upstream_keys.clone()),
        };
        changed.check()?;
        Ok(changed)
    }
}

/// A new cache: the body of `PUT`. What is absent has its default.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreateCache {
    /// See [`CacheSettings::is_public`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_public: Option<bool>,
    /// See [`CacheSettings::store_dir`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_dir: Option<String>,
    /// See [`CacheSettings::priority`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// See [`CacheSettings::retention`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// See [`CacheSettings::max_size`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size: Option<SizeLimit>,
    /// See [`CacheSettings::upstream_keys`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_keys: Option<Vec<String>>,
    /// A secret signing key to bring along, `NAME:BASE64` as
    /// `nix-store --generate-binary-cache-key` writes it. Absent = the server
    /// makes one named after the cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl CreateCache {
    /// The settings of the new cache.
    ///
    /// # Errors
    /// When a setting, or the key that came along, is not acceptable.
    pub fn settings(&self) -> Result<CacheSettings, SettingsError> {
        if let Some(key) = &self.key {
            key.parse::<SecretKey>()
                .map_err(|_| SettingsError::SigningKey)?;
        }
        let changes = ConfigureCache {
            is_public: self.is_public,
            store_dir: self.store_dir.clone(),
            priority: self.priority,
            retention: self.retention,
            max_size: self.max_size,
            upstream_keys: self.upstream_keys.clone(),
        };
        changes.apply(&CacheSettings::default())
    }
}

impl std::fmt::Debug for CreateCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateCache")
            .field("is_public", &self.is_public)
            .field("store_dir", &self.store_dir)
            .field("priority", &self.priority)
            .field("retention", &self.retention)
            .field("max_size", &self.max_size)
            .field("upstream_keys", &self.upstream_keys)
            .field("key", &self.key.as_ref().map(|_| "redacted"))
            .finish()
    }
}
