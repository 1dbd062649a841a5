//! Which host a request is for, and which origin its answer names.

use cache_api::ErrorCode;
use http::HeaderMap;
use http::header::HOST;

use super::config::HttpConfig;
use super::errors::HttpError;

/// The origins that answers to one request name; both end in a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Where the API is.
    pub(crate) api: String,
    /// What stands before a cache's name in a substituter's URL.
    pub(crate) substituter: String,
}

/// Checks the `Host` header and derives the origin from it.
///
/// As Attic does: the configured endpoint, else `http://{Host}/`, which becomes
/// https where `X-Forwarded-Proto` is exactly `https`.
///
/// # Errors
/// `bad_host` where the header is missing, is no host, or is not among the allowed ones.
pub(crate) fn origin(config: &HttpConfig, headers: &HeaderMap) -> Result<Origin, HttpError> {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = host.filter(|host| is_host(host)).ok_or_else(|| {
        HttpError::new(
            ErrorCode::BadHost,
            "the Host header is missing or is no host",
        )
    })?;
    let allowed = &config.allowed_hosts;
    if !allowed.is_empty() && !allowed.iter().any(|entry| entry == host) {
        return Err(HttpError::new(
            ErrorCode::BadHost,
            "this server does not answer for that Host",
        ));
    }
    let secure = headers
        .get("x-forwarded-proto")
        .is_some_and(|value| value.as_bytes() == b"https");
    let scheme = if secure { "https" } else { "http" };
    let api = config
        .api_endpoint
        .clone()
        .unwrap_or_else(|| format!("{scheme}://{host}/"));
    let substituter = config
        .substituter_endpoint
        .clone()
        .unwrap_or_else(|| api.clone());
    Ok(Origin { api, substituter })
}

/// Whether the text can be put into a URL as its authority.
fn is_host(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !text.is_empty() && text.len() <= 255 && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (
                http::HeaderName::from_static(name),
                value.parse().expect("value"),
            )
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn the_origin_comes_from_the_configuration_or_the_request() {
        let mut config = HttpConfig::default();
        let plain = headers(&[("host", "cache:8080")]);
        let proxied = headers(&[("host", "cache"), ("x-forwarded-proto", "https")]);
        let odd = headers(&[("host", "cache"), ("x-forwarded-proto", "https,http")]);
        let api = |config: &HttpConfig, headers| origin(config, headers).expect("allowed").api;
        assert_eq!(api(&config, &plain), "http://cache:8080/");
        assert_eq!(api(&config, &proxied), "https://cache/");
        assert_eq!(api(&config, &odd), "http://cache/");
        config.api_endpoint = Some("https://x.example/".to_owned());
        assert_eq!(api(&config, &plain), "https://x.example/");
        config.substituter_endpoint = Some("https://y.example/".to_owned());
        let both = origin(&config, &plain).expect("allowed");
        assert_eq!(both.substituter, "https://y.example/");
    }

    #[test]
    fn other_hosts_are_refused() {
        let config = HttpConfig {
            allowed_hosts: vec!["a:1".to_owned()],
            ..HttpConfig::default()
        };
        assert!(origin(&config, &headers(&[("host", "a:1")])).is_ok());
        for pairs in [
            &[][..],
            &[("host", "a")],
            &[("host", "b:1")],
            &[("host", "a b")],
        ] {
            assert!(origin(&config, &headers(pairs)).is_err(), "{pairs:?}");
        }
        let open = HttpConfig::default();
        for host in ["", "a/b", "a\"b", "user@a"] {
            assert!(
                origin(&open, &headers(&[("host", host)])).is_err(),
                "{host}"
            );
        }
    }
}
