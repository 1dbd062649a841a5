//! Tokens with any header and payload, right or wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_auth::SigningKey;

/// The time that tests take for now, unix seconds.
pub(crate) const NOW: u64 = 1_750_000_000;

/// The secret of [`hs256`].
const SECRET: &[u8] = b"a secret of tests: 0123456789abcdefghijklmnopqrstuv";

/// The key that [`hs256`] signs with.
pub(crate) fn hs256_key() -> SigningKey {
    SigningKey::hs256(SECRET).unwrap()
}

/// A token signed with HS256, whatever its header and payload say.
pub(crate) fn hs256(header: &str, payload: &str) -> String {
    let input = format!("{}.{}", encode(header), encode(payload));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET);
    format!(
        "{input}.{}",
        encode(ring::hmac::sign(&key, input.as_bytes()))
    )
}

/// [`hs256`] with the header that tokens have.
pub(crate) fn with_payload(payload: &str) -> String {
    hs256(r#"{"alg":"HS256","typ":"JWT"}"#, payload)
}

/// A payload with `claims` (JSON members with a comma at the end, or nothing)
/// and one permission.
pub(crate) fn payload(claims: &str) -> String {
    format!(r#"{{{claims}"https://jwt.attic.rs/v1":{{"caches":{{"a":{{"r":1}}}}}}}}"#)
}

/// A payload with this text as the map of caches.
pub(crate) fn caches(caches: &str) -> String {
    format!(r#"{{"https://jwt.attic.rs/v1":{{"caches":{caches}}}}}"#)
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A file of `fixtures/token-auth`.
pub(crate) fn fixture(name: &str) -> String {
    let path = format!(
        "{}/../../fixtures/token-auth/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}
