//! Path parameters that cannot fail: what is malformed is `None`, and the
//! handler answers it as it answers what is not there.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use cache_api::CacheName;
use http::request::Parts;

/// The segments of a route that were filled in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// The cache that is named, if the text can be a name.
    pub(crate) fn cache(&self) -> Option<CacheName> {
        self.get("cache")
    }

    /// A segment, parsed.
    pub(crate) fn get<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// A segment, percent-decoded.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        // Fails where a segment does not decode to UTF-8: then nothing is known.
        let raw = RawPathParams::from_request_parts(parts, state).await;
        let pairs = raw.map(|raw| {
            raw.iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect()
        });
        Ok(Self(pairs.unwrap_or_default()))
    }
}
