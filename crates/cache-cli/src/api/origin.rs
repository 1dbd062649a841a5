//! The address of a server, as its user typed it. The one place a token may go to.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use cache_api::CacheName;
use reqwest::Url;

/// Where a server is: `http` or `https`, host, port, and a path where it stands below one.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin(Arc<Url>);

/// Why a text is no [`Origin`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// No URL at all.
    #[error("not a URL")]
    Url,
    /// Another scheme than HTTP.
    #[error("a server's URL starts with http:// or https://")]
    Scheme,
    /// A user name or password in the URL.
    #[error("a URL with a password in it would end up in other files; give the token by itself")]
    Credentials,
    /// A query or fragment.
    #[error("a server's URL has no ? and no #")]
    Query,
}

impl Origin {
    /// The URL of a route such as `/_api/v2`.
    pub fn join(&self, route: &str) -> String {
        format!("{}{}", self.0, route.trim_start_matches('/'))
    }

    /// What stands for a cache in nix.conf.
    pub fn substituter(&self, cache: &CacheName) -> String {
        self.join(cache.as_str())
    }

    /// The host without port and brackets, as netrc names it.
    pub fn host(&self) -> &str {
        self.0
            .host_str()
            .unwrap_or_default()
            .trim_start_matches('[')
            .trim_end_matches(']')
    }

    /// Whether it is plain HTTP.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// Whether the server is on this very machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback())
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Origin, OriginError> {
        let mut url = Url::parse(text.trim()).map_err(|_| OriginError::Url)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(OriginError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(OriginError::Query);
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Origin(Arc::new(url)))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl serde::Serialize for Origin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Origin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Origin, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_as_typed_but_for_the_slash() {
        for (text, want, route, host) in [
            (
                "http://h:8080",
                "http://h:8080/",
                "http://h:8080/_api/v2",
                "h",
            ),
            (" https://H/ ", "https://h/", "https://h/_api/v2", "h"),
            (
                "https://h/sub/cache",
                "https://h/sub/cache/",
                "https://h/sub/cache/_api/v2",
                "h",
            ),
            (
                "http://[::1]:80",
                "http://[::1]/",
                "http://[::1]/_api/v2",
                "::1",
            ),
        ] {
            let origin: Origin = text.parse().expect(text);
            assert_eq!(
                (
                    origin.to_string().as_str(),
                    origin.join("/_api/v2").as_str()
                ),
                (want, route)
            );
            assert_eq!(origin.host(), host);
        }
    }

    #[test]
    fn what_is_no_server_is_refused() {
        for (text, want) in [
            ("", OriginError::Url),
            ("host", OriginError::Url),
            ("host:8080", OriginError::Scheme),
            ("ftp://host", OriginError::Scheme),
            ("http://user:pw@host", OriginError::Credentials),
            ("http://tok@host", OriginError::Credentials),
            ("http://host/?a=b", OriginError::Query),
        ] {
            assert_eq!(text.parse::<Origin>(), Err(want), "{text}");
        }
    }
}
