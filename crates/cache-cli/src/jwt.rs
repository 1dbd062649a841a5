//! What a token says of itself: read, never believed. Only the server can check it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::env::Secret;

/// Times in a token, unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// From when on it is not valid any more.
    pub expires: Option<u64>,
    /// Before when it is not valid yet.
    pub not_before: Option<u64>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    exp: Option<f64>,
    #[serde(default)]
    nbf: Option<f64>,
}

/// The times in a token; `None` where it is no token of this kind.
pub fn times(token: &Secret) -> Option<Times> {
    let payload = token.expose().split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Claims = serde_json::from_slice(&json).ok()?;
    let whole = |time: f64| time.max(0.0) as u64;
    Some(Times {
        expires: claims.exp.map(whole),
        not_before: claims.nbf.map(whole),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(json: &str) -> Secret {
        Secret::new(&format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(json)))
    }

    #[test]
    fn times_are_read_from_what_looks_like_a_token() {
        let got = times(&token(r#"{"exp":17,"nbf":3.5,"sub":"x"}"#));
        assert_eq!(
            got,
            Some(Times {
                expires: Some(17),
                not_before: Some(3)
            })
        );
        assert_eq!(
            times(&token("{}")),
            Some(Times {
                expires: None,
                not_before: None
            })
        );
        for odd in ["", "a", "a.b", "a.!.c", "e30.MQ.x"] {
            assert_eq!(times(&Secret::new(odd)), None, "{odd}");
        }
        assert_eq!(
            times(&token(r#"{"exp":-1}"#)).and_then(|times| times.expires),
            Some(0)
        );
    }
}
