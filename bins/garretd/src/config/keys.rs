//! Every key of the configuration file, in one table.
//!
//! The check for unknown keys, the warnings about keys that are ignored and
//! the reference page all read this table.

/// What the server does with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It has its meaning.
    Used,
    /// Attic's key, accepted so that its files work; the text says why it does nothing.
    Ignored(&'static str),
    /// Not accepted; the text says what to write instead.
    Refused(&'static str),
}

/// One key of the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Dotted path; tables themselves are not listed.
    pub(crate) path: &'static str,
    /// Kind of value, in words.
    pub(crate) kind: &'static str,
    /// Default as it would be written, or words in parentheses.
    pub(crate) default: &'static str,
    /// What is done with it.
    pub(crate) usage: Use,
    /// One or two sentences for the reference page.
    pub(crate) doc: &'static str,
}

const fn key(
    path: &'static str,
    kind: &'static str,
    default: &'static str,
    doc: &'static str,
) -> Key {
    Key {
        path,
        kind,
        default,
        usage: Use::Used,
        doc,
    }
}

const fn ignored(path: &'static str, why: &'static str) -> Key {
    Key {
        path,
        kind: "any",
        default: "",
        usage: Use::Ignored(why),
        doc: why,
    }
}

const fn refused(path: &'static str, instead: &'static str) -> Key {
    Key {
        path,
        kind: "any",
        default: "",
        usage: Use::Refused(instead),
        doc: instead,
    }
}

const CHUNKING: &str =
    "cut points are part of Garret's storage format, so chunk sizes cannot be set";
const NO_NAR_INFO: &str = "it concerns an upload protocol that this version does not have yet";
const RETENTION_DAYS: &str =
    "write `default-retention-period = \"90 days\"` in [garbage-collection]";
const HS256_MOVED: &str = "move it to `token-hs256-secret-base64` in [jwt.signing]";

/// The table. Order is the order of the reference page.
#[rustfmt::skip] // One row a line.
pub(crate) const KEYS: &[Key] = &[
    key("listen", "socket address", "127.0.0.1:8080", "Where the server listens. `0.0.0.0:8080` and `[::]:8080` let others reach it; `--listen` overrides."),
    key("api-endpoint", "URL", "(from the request)", "Origin that clients are told to use, with a slash at the end. Without it the `Host` header of each request decides, and `X-Forwarded-Proto: https` makes it https."),
    key("substituter-endpoint", "URL", "(as api-endpoint)", "Origin of the substituter URLs, where it differs from api-endpoint."),
    key("allowed-hosts", "list of text", "[]", "If not empty, the only values of the `Host` header that are answered, port included."),
    ignored("soft-delete-caches", "a destroyed cache always keeps its bytes for the grace period here"),
    ignored("require-proof-of-possession", "whoever publishes a path must always have sent or be able to read its chunks here"),
    ignored("max-nar-info-size", NO_NAR_INFO),
    refused("retention_days", RETENTION_DAYS),
    refused("retention-days", RETENTION_DAYS),
    refused("token-hs256-secret-base64", HS256_MOVED),
    key("database.url", "URL", "sqlite://DATA/garret.db", "`sqlite:///absolute/path`; the file is made if it is not there. Also by `GARRET_DATABASE_URL` or `ATTIC_SERVER_DATABASE_URL`."),
    ignored("database.heartbeat", "SQLite connections need no heartbeat"),
    key("storage.type", "`local`", "local", "Kind of storage. `s3` comes later."),
    key("storage.path", "path", "DATA/storage", "Folder of the stored bytes (type `local`)."),
    key("storage.region", "text", "", "Region (type `s3`)."),
    key("storage.bucket", "text", "", "Bucket (type `s3`)."),
    key("storage.endpoint", "URL", "", "Custom endpoint (type `s3`)."),
    key("storage.credentials.access_key_id", "text", "", "Access key (type `s3`)."),
    key("storage.credentials.secret_access_key", "text", "", "Secret key (type `s3`)."),
    ignored("chunking.nar-size-threshold", CHUNKING),
    ignored("chunking.min-size", CHUNKING),
    ignored("chunking.avg-size", CHUNKING),
    ignored("chunking.max-size", CHUNKING),
    key("compression.type", "`zstd`", "zstd", "Attic's other names are accepted with a warning: frames are always zstd."),
    key("compression.level", "1 to 19", "3", "zstd level that clients are told to compress at. Higher costs them time and saves space."),
    key("garbage-collection.interval", "duration", "12h", "Time between two sweeps. The sweeper comes with a later version."),
    key("garbage-collection.default-retention-period", "duration", "0", "How long after its last use an object is kept, where its cache says nothing. `0` keeps for ever."),
    key("garbage-collection.grace", "duration", "24h", "How long unpublished uploads, replaced and removed things keep their bytes. At least an hour."),
    key("garbage-collection.removed-grace", "duration", "24h", "How long the NAR address of a removed or replaced object still answers."),
    refused("garbage-collection.retention_days", RETENTION_DAYS),
    refused("garbage-collection.retention-days", RETENTION_DAYS),
    key("jwt.token-bound-issuer", "text", "(none)", "If set, tokens must carry this `iss`, and new ones do."),
    key("jwt.token-bound-audiences", "list of text", "(none)", "If set, tokens must carry one of these as `aud`, and new ones carry all."),
    key("jwt.signing.token-rs256-secret-base64", "base64 of PEM", "", "RSA private key, PKCS#1 or PKCS#8. At most one of the five signing keys may be set."),
    key("jwt.signing.token-rs256-secret-file", "path", "", "File with the PEM itself or its base64."),
    key("jwt.signing.token-rs256-pubkey-base64", "base64 of PEM", "", "RSA public key: such a server checks tokens and cannot make them."),
    key("jwt.signing.token-hs256-secret-base64", "base64", "", "Shared secret, 32 bytes or more."),
    key("jwt.signing.token-hs256-secret-file", "path", "", "File with the base64 of the shared secret."),
    key("server.header-timeout", "duration", "10s", "Time a client has to send a request's head."),
    key("server.idle-timeout", "duration", "75s", "Time a connection may wait for its next request."),
    key("server.stall-timeout", "duration", "5min", "Time a client may take no byte of an answer."),
    key("server.body-least-rate", "size", "1024", "Least bytes a second of a request body, measured only while the server waits for the client."),
    key("server.body-grace", "duration", "10s", "Waiting that every body may use before the least rate counts."),
    key("server.shutdown-deadline", "duration", "30s", "Time that running requests get to finish after SIGTERM."),
    key("server.max-connections", "number", "2048", "Connections at once; where all are taken idle ones end for new ones, which else wait to be accepted."),
    key("server.max-connections-per-address", "number", "512", "Connections at once from one address; further ones are closed. Raise it behind a reverse proxy."),
    key("server.max-requests-per-token", "number", "256", "Requests at once with one token; further ones wait, then are told to come back."),
    key("server.upload-memory", "size", "64 MiB", "Memory that uploads may hold at once, those of one token half of it; the server does not read from the others yet. At least 32 MiB."),
    key("server.narinfo-memory", "size", "32 MiB", "Memory for narinfo that was asked for before; with 0 the database answers each time."),
    key("limits.max-nar-size", "size", "32 GiB", "Largest NAR that may be published."),
    key("limits.max-unpublished", "size", "40 GiB", "Bytes that one token may have sent within grace without publishing them."),
    key("metrics.enabled", "true or false", "true", "Whether metrics are served at all."),
    key("metrics.listen", "socket address", "127.0.0.1:9464", "Where `/metrics` listens. If the default is busy the server says so and goes on without; a configured one must be free."),
];

/// Tables that the keys live in, each once, outermost first.
pub(crate) fn tables() -> Vec<&'static str> {
    let mut tables = Vec::new();
    for key in KEYS {
        for (at, _) in key.path.match_indices('.') {
            let table = &key.path[..at];
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
    }
    tables
}
