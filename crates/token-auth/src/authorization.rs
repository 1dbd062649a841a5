//! Tokens in the `Authorization` header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::verify::MAX_TOKEN_LEN;

/// Longer values hold no token that would be looked at: a third for base64, and
/// as much again for a user name.
const MAX_HEADER_LEN: usize = 2 * MAX_TOKEN_LEN;

/// The token in the value of an `Authorization` header.
///
/// `Bearer TOKEN`, or `Basic` with any user name, an empty one too, and the
/// token as password (which is how Nix sends what netrc says). The scheme may be
/// written in any case and one space follows it. `None` = there is no token.
pub fn from_authorization(header: &str) -> Option<String> {
    if header.len() > MAX_HEADER_LEN {
        return None;
    }
    let (scheme, rest) = header.split_once(' ')?;
    let token = if scheme.eq_ignore_ascii_case("bearer") {
        rest.to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        pair.split_once(':')?.1.to_owned()
    } else {
        return None;
    };
    if token.is_empty() { None } else { Some(token) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn headers_with_a_token() {
        let table = [
            ("Bearer a.b.c".to_owned(), "a.b.c"),
            ("bearer a.b.c".to_owned(), "a.b.c"),
            ("BEARER a.b.c".to_owned(), "a.b.c"),
            // The second space belongs to a token that will not verify.
            ("Bearer  a.b.c".to_owned(), " a.b.c"),
            (basic("user:a.b.c"), "a.b.c"),
            (basic(":a.b.c"), "a.b.c"),
            (basic("u:a:b"), "a:b"),
            (basic("u:a.b.c").replace("Basic", "bAsIc"), "a.b.c"),
        ];
        for (header, token) in table {
            assert_eq!(
                from_authorization(&header).as_deref(),
                Some(token),
                "{header}"
            );
        }
    }

    #[test]
    fn headers_without_one() {
        let long = format!("Bearer {}", "a".repeat(MAX_HEADER_LEN));
        let not_utf8 = format!("Basic {}", STANDARD.encode(b"u:\xff"));
        for header in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer\ta.b.c",
            "a.b.c",
            "Token a.b.c",
            " Bearer a.b.c",
            "Basic",
            "Basic ",
            "Basic !!!",
            "Basic dXNlcg==",
            "Basic dTphLmIuYw",
            &basic("user:"),
            &basic("no colon"),
            &not_utf8,
            &long,
        ] {
            assert_eq!(from_authorization(header), None, "{header}");
        }
    }
}
