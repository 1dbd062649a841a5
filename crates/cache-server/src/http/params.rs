//! Path parameters that cannot fail: what is malformed is `None`, and the
//! handler answers it as it answers what is not there.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::{FromRequestParts, MatchedPath};
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

impl Params {
    /// Pairs the pattern's names with the path's segments. Each segment stands
    /// for itself: one that is no text is left out and does not hide the others.
    fn of(pattern: &str, path: &str) -> Self {
        let pairs = pattern.split('/').zip(path.split('/'));
        let named = pairs.filter_map(|(name, segment)| {
            let name = name.strip_prefix('{')?.strip_suffix('}')?;
            Some((name.to_owned(), decoded(segment)?))
        });
        Self(named.collect())
    }
}

/// Undoes percent-encoding; `None` for what is no UTF-8. A `%` without two
/// digits stands for itself.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let pattern = parts.extensions.get::<MatchedPath>();
        Ok(pattern.map_or_else(Self::default, |pattern| {
            Self::of(pattern.as_str(), parts.uri.path())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_one_by_one() {
        let table = [
            ("/a/b", Some("a"), Some("b")),
            ("/%61/b%20c", Some("a"), Some("b c")),
            ("/%ff/b", None, Some("b")),
            ("/a/%FF", Some("a"), None),
            ("/%zz/%", Some("%zz"), Some("%")),
            ("/a%2Fb/%2", Some("a/b"), Some("%2")),
        ];
        for (path, cache, file) in table {
            let params = Params::of("/{cache}/{file}", path);
            assert_eq!(
                (params.text("cache"), params.text("file")),
                (cache, file),
                "{path}"
            );
        }
        assert_eq!(Params::of("/x/{cache}", "/x/y").cache(), "y".parse().ok());
    }
}
