//! The bodies that make and change a cache.

use std::fmt;

use nar_format::signing::SecretKey;
use serde::{Deserialize, Serialize};

use crate::{CacheSettings, Retention, SettingsError, SizeLimit};

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

impl fmt::Debug for CreateCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
