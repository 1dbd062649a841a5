//! The path of every endpoint of the v2 protocol.
//!
//! Constants are templates as the server's router takes them (`{name}` stands
//! for one segment); functions fill them in for the client. Both come from
//! here, and a test holds them together.

use nar_format::PathHash;

use crate::CacheName;

/// `GET`: what the server says about itself.
pub const SERVER: &str = "/_api/v2";
/// `GET`: the caches that the token may see.
pub const CACHES: &str = "/_api/v2/caches";
/// `PUT`, `GET`, `PATCH`, `DELETE`: one cache.
pub const CACHE: &str = "/_api/v2/caches/{cache}";
/// `POST`: a further signing key.
pub const KEYS: &str = "/_api/v2/caches/{cache}/keys";
/// `DELETE`: retire a signing key, named by its key name.
pub const KEY: &str = "/_api/v2/caches/{cache}/keys/{key}";
/// `POST`: which paths are missing.
pub const PATHS_MISSING: &str = "/_api/v2/caches/{cache}/paths/missing";
/// `POST`: which chunks are missing.
pub const CHUNKS_MISSING: &str = "/_api/v2/caches/{cache}/chunks/missing";
/// `PUT`: one pack.
pub const PACKS: &str = "/_api/v2/caches/{cache}/packs";
/// `POST`: publish paths. `GET`: list them.
pub const PATHS: &str = "/_api/v2/caches/{cache}/paths";
/// `GET`, `DELETE`: one path.
pub const PATH: &str = "/_api/v2/caches/{cache}/paths/{hash}";

/// Every template, with the methods it takes: what the reference page lists.
pub const ALL: &[(&str, &[&str])] = &[
    (SERVER, &["GET"]),
    (CACHES, &["GET"]),
    (CACHE, &["PUT", "GET", "PATCH", "DELETE"]),
    (KEYS, &["POST"]),
    (KEY, &["DELETE"]),
    (PATHS_MISSING, &["POST"]),
    (CHUNKS_MISSING, &["POST"]),
    (PACKS, &["PUT"]),
    (PATHS, &["POST", "GET"]),
    (PATH, &["GET", "DELETE"]),
];

/// The content type of packs, digests and bitmaps.
pub const OCTETS: &str = "application/octet-stream";
/// The content type of a publish's answer: a JSON value a line.
pub const NDJSON: &str = "application/x-ndjson";
/// The content type of every other body.
pub const JSON: &str = "application/json";

/// [`CACHE`] of this cache.
pub fn cache(cache: &CacheName) -> String {
    format!("{CACHES}/{}", segment(cache.as_str()))
}

/// [`KEYS`] of this cache.
pub fn keys(name: &CacheName) -> String {
    cache(name) + "/keys"
}

/// [`KEY`] of this cache and key name.
pub fn key(name: &CacheName, key: &str) -> String {
    keys(name) + "/" + &segment(key)
}

/// [`PATHS_MISSING`] of this cache.
pub fn paths_missing(name: &CacheName) -> String {
    cache(name) + "/paths/missing"
}

/// [`CHUNKS_MISSING`] of this cache.
pub fn chunks_missing(name: &CacheName) -> String {
    cache(name) + "/chunks/missing"
}

/// [`PACKS`] of this cache.
pub fn packs(name: &CacheName) -> String {
    cache(name) + "/packs"
}

/// [`PATHS`] of this cache.
pub fn paths(name: &CacheName) -> String {
    cache(name) + "/paths"
}

/// [`PATHS`] of this cache as a question for one page of its list.
pub fn paths_page(name: &CacheName, after: Option<&PathHash>, limit: u32) -> String {
    let after = after.map_or_else(String::new, |hash| format!("after={hash}&"));
    format!("{}?{after}limit={limit}", paths(name))
}

/// [`PATH`] of this cache and store path.
pub fn path(name: &CacheName, hash: &PathHash) -> String {
    format!("{}/{hash}", paths(name))
}

/// `text` as one path segment: every byte that is not unreserved is escaped.
fn segment(text: &str) -> String {
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'.' | b'+' => {
                segment.push(byte.into());
            }
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    segment
}
