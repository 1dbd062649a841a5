//! From what the file says to what it means.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::raw::{Raw, Size};
use super::{Config, Env, Metrics, ServerLimits, Source, database, secret};

const DATABASE_VARIABLES: [&str; 2] = ["GARRET_DATABASE_URL", "ATTIC_SERVER_DATABASE_URL"];
const HOUR: Duration = Duration::from_secs(3_600);

/// Least memory that uploads may hold.
const LEAST_UPLOAD_MEMORY: u64 = 32 << 20;

/// Fills in every default and collects every error.
pub(super) fn resolve(raw: &Raw, source: &Source, env: &Env) -> Result<Config, Vec<String>> {
    let mut read = Reader::default();
    let mut warnings = Vec::new();
    let (database, storage) = read.places(raw, source, env);
    let data = database.parent().unwrap_or(Path::new(".")).to_owned();
    let signing = secret::find(&raw.jwt.signing, env, &data);
    let signing = read.take(signing, None);
    let gc = &raw.garbage_collection;
    let retention = read.duration(
        "garbage-collection.default-retention-period",
        &gc.default_retention_period,
        0,
    );
    read.duration("garbage-collection.interval", &gc.interval, 12 * 3_600);
    let config = Config {
        listen: read.parse("listen", &raw.listen, "127.0.0.1:8080"),
        api_endpoint: read.origin("api-endpoint", &raw.api_endpoint),
        substituter_endpoint: read.origin("substituter-endpoint", &raw.substituter_endpoint),
        allowed_hosts: raw.allowed_hosts.clone(),
        database,
        storage,
        compression_level: read.level(raw, &mut warnings),
        default_retention: (!retention.is_zero()).then_some(retention),
        grace: read.duration("garbage-collection.grace", &gc.grace, 24 * 3_600),
        removed_grace: read.duration(
            "garbage-collection.removed-grace",
            &gc.removed_grace,
            24 * 3_600,
        ),
        issuer: raw.jwt.token_bound_issuer.clone(),
        audiences: raw.jwt.token_bound_audiences.clone(),
        signing,
        max_nar_size: read.size("limits.max-nar-size", &raw.limits.max_nar_size, 32 << 30),
        max_unpublished: read.size(
            "limits.max-unpublished",
            &raw.limits.max_unpublished,
            40 << 30,
        ),
        server: read.server(raw),
        metrics: read.metrics(raw),
        warnings,
    };
    if config.grace < HOUR {
        read.errors
            .push("`garbage-collection.grace` must be at least an hour".to_owned());
    }
    if read.errors.is_empty() {
        Ok(config)
    } else {
        Err(read.errors)
    }
}

#[derive(Default)]
struct Reader {
    errors: Vec<String>,
}

impl Reader {
    fn take<T>(&mut self, value: Result<T, String>, instead: T) -> T {
        value.unwrap_or_else(|error| {
            self.errors.push(error);
            instead
        })
    }

    fn duration(&mut self, key: &str, text: &Option<String>, default_seconds: u64) -> Duration {
        let default = Duration::from_secs(default_seconds);
        match text {
            None => default,
            Some(text) => {
                let value = cache_api::duration::parse_seconds(text).map(Duration::from_secs);
                let value = value.map_err(|error| {
                    format!("`{key}`: {error}; write it as \"90 days\", \"24h\" or \"1day 2h\"")
                });
                self.take(value, default)
            }
        }
    }

    fn size(&mut self, key: &str, size: &Option<Size>, default: u64) -> u64 {
        match size {
            None => default,
            Some(size) => {
                let value = size.bytes().map_err(|error| format!("`{key}`: {error}"));
                self.take(value, default)
            }
        }
    }

    fn count(&mut self, key: &str, value: Option<usize>, default: usize) -> usize {
        match value {
            Some(0) => {
                self.errors.push(format!("`{key}` must be at least 1"));
                default
            }
            value => value.unwrap_or(default),
        }
    }

    fn parse(&mut self, key: &str, text: &Option<String>, default: &str) -> SocketAddr {
        let text = text.as_deref().unwrap_or(default);
        let value = SocketAddr::from_str(text).map_err(|_| {
            format!(
                "`{key}`: `{text}` is not an address with a port, such as 0.0.0.0:8080 or [::]:8080"
            )
        });
        self.take(value, SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// An origin, which Attic wants to end in a slash; one is added here.
    fn origin(&mut self, key: &str, text: &Option<String>) -> Option<String> {
        let text = text.as_deref()?;
        if !text.starts_with("http://") && !text.starts_with("https://") {
            self.errors.push(format!(
                "`{key}`: `{text}` must begin with http:// or https://"
            ));
            return None;
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '?' || c == '#') {
            self.errors
                .push(format!("`{key}`: `{text}` must be a plain address"));
            return None;
        }
        Some(if text.ends_with('/') {
            text.to_owned()
        } else {
            format!("{text}/")
        })
    }

    /// Database file and storage folder.
    fn places(&mut self, raw: &Raw, source: &Source, env: &Env) -> (PathBuf, PathBuf) {
        let beside = |path: &Path| path.parent().unwrap_or(Path::new(".")).join("storage");
        if let Source::Database(path) = source {
            return (path.clone(), beside(path));
        }
        let from_env = || DATABASE_VARIABLES.iter().find_map(|name| env.get(name));
        let url = raw.database.url.clone().or_else(from_env);
        let database = match (&url, source) {
            (Some(url), _) => self.take(database::sqlite_path(url), PathBuf::new()),
            (None, Source::Nothing(data)) => data.join("garret.db"),
            (None, _) => {
                let hint = "database.url is missing; write url = \"sqlite:///var/lib/garret/garret.db\" in [database]";
                self.errors.push(hint.to_owned());
                PathBuf::new()
            }
        };
        let storage = match (raw.storage.kind.as_deref(), &raw.storage.path, source) {
            (Some("s3"), ..) => {
                self.errors.push(
                    "storage type `s3` is not built in yet; use type = \"local\" and a path"
                        .to_owned(),
                );
                PathBuf::new()
            }
            (Some(other), ..) if other != "local" => {
                self.errors
                    .push(format!("storage type `{other}` is unknown; use \"local\""));
                PathBuf::new()
            }
            (_, Some(path), _) => PathBuf::from(path),
            (_, None, _) => beside(&database),
        };
        (database, storage)
    }

    fn level(&mut self, raw: &Raw, warnings: &mut Vec<String>) -> i32 {
        match raw.compression.kind.as_deref() {
            None | Some("zstd") => {}
            Some(kind @ ("none" | "brotli" | "xz")) => {
                warnings.push(format!(
                    "ignored compression.type = \"{kind}\" and its level: frames are always zstd, so that they are served as they are stored"
                ));
                return 3;
            }
            Some(kind) => self.errors.push(format!(
                "compression type `{kind}` is unknown; use \"zstd\""
            )),
        }
        let level = raw.compression.level.unwrap_or(3);
        if !(1..=19).contains(&level) {
            self.errors.push(format!(
                "`compression.level` = {level} must be between 1 and 19"
            ));
        }
        level
    }

    fn server(&mut self, raw: &Raw) -> ServerLimits {
        let server = &raw.server;
        ServerLimits {
            header_timeout: self.duration("server.header-timeout", &server.header_timeout, 10),
            idle_timeout: self.duration("server.idle-timeout", &server.idle_timeout, 75),
            stall_timeout: self.duration("server.stall-timeout", &server.stall_timeout, 300),
            body_least_rate: self.size("server.body-least-rate", &server.body_least_rate, 1_024),
            body_grace: self.duration("server.body-grace", &server.body_grace, 10),
            shutdown_deadline: self.duration(
                "server.shutdown-deadline",
                &server.shutdown_deadline,
                30,
            ),
            max_connections: self.count("server.max-connections", server.max_connections, 2_048),
            max_connections_per_address: self.count(
                "server.max-connections-per-address",
                server.max_connections_per_address,
                512,
            ),
            max_requests_per_token: self.count(
                "server.max-requests-per-token",
                server.max_requests_per_token,
                256,
            ),
            upload_memory: self.upload_memory(&server.upload_memory),
            narinfo_memory: self.size("server.narinfo-memory", &server.narinfo_memory, 32 << 20),
        }
    }

    /// One body must not take all: a token has half of it, and the largest bodies
    /// have 16 MiB.
    fn upload_memory(&mut self, size: &Option<Size>) -> u64 {
        let bytes = self.size("server.upload-memory", size, 64 << 20);
        if bytes < LEAST_UPLOAD_MEMORY {
            self.errors.push(
                "`server.upload-memory` must be at least 32 MiB: one body may have 16 MiB, and \
                 no token gets more than half of it"
                    .to_owned(),
            );
        }
        bytes
    }

    fn metrics(&mut self, raw: &Raw) -> Metrics {
        Metrics {
            enabled: raw.metrics.enabled.unwrap_or(true),
            listen: self.parse("metrics.listen", &raw.metrics.listen, "127.0.0.1:9464"),
            configured: raw.metrics.listen.is_some(),
        }
    }
}
