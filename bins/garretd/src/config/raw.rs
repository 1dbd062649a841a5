//! The configuration file as it is written, before it means anything.
//!
//! Unknown keys are found by [`super::check`] beforehand, with better words
//! than a deserialiser has.

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Raw {
    pub(crate) listen: Option<String>,
    pub(crate) api_endpoint: Option<String>,
    pub(crate) substituter_endpoint: Option<String>,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) database: Database,
    pub(crate) storage: Storage,
    pub(crate) compression: Compression,
    pub(crate) garbage_collection: GarbageCollection,
    pub(crate) jwt: Jwt,
    pub(crate) server: Server,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Database {
    pub(crate) url: Option<String>,
}

/// The credentials of type `s3` are read by nobody yet, so they are not kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Storage {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Compression {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) level: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct GarbageCollection {
    pub(crate) interval: Option<String>,
    pub(crate) default_retention_period: Option<String>,
    pub(crate) grace: Option<String>,
    pub(crate) removed_grace: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Jwt {
    pub(crate) token_bound_issuer: Option<String>,
    pub(crate) token_bound_audiences: Vec<String>,
    pub(crate) signing: Signing,
}

/// Secrets: no `Debug` that shows them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Signing {
    pub(crate) token_rs256_secret_base64: Option<String>,
    pub(crate) token_rs256_secret_file: Option<String>,
    pub(crate) token_rs256_pubkey_base64: Option<String>,
    pub(crate) token_hs256_secret_base64: Option<String>,
    pub(crate) token_hs256_secret_file: Option<String>,
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signing(redacted)")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Server {
    pub(crate) header_timeout: Option<String>,
    pub(crate) idle_timeout: Option<String>,
    pub(crate) stall_timeout: Option<String>,
    pub(crate) body_least_rate: Option<Size>,
    pub(crate) body_grace: Option<String>,
    pub(crate) shutdown_deadline: Option<String>,
    pub(crate) max_connections: Option<usize>,
    pub(crate) max_connections_per_address: Option<usize>,
    pub(crate) max_requests_per_token: Option<usize>,
    pub(crate) upload_memory: Option<Size>,
    pub(crate) narinfo_memory: Option<Size>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Limits {
    pub(crate) max_nar_size: Option<Size>,
    pub(crate) max_unpublished: Option<Size>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Metrics {
    pub(crate) enabled: Option<bool>,
    pub(crate) listen: Option<String>,
}

/// A size as a number of bytes or as text with a unit.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Size {
    Bytes(u64),
    Text(String),
}

impl Size {
    pub(crate) fn bytes(&self) -> Result<u64, String> {
        match self {
            Self::Bytes(bytes) => Ok(*bytes),
            Self::Text(text) => cache_api::byte_size::parse(text)
                .map_err(|error| format!("{error}; write a size as 16777216 or \"16 MiB\"")),
        }
    }
}
