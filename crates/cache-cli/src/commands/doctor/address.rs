//! A substituter's URL taken apart: `http://USER:PASSWORD@HOST/CACHE?PARAMETER=VALUE`.

use reqwest::Url;

use crate::api::Origin;
use crate::env::Secret;

/// What one entry of `substituters` says.
pub(super) struct Address {
    /// The entry as it may be shown: verdicts are pasted where others read them.
    pub(super) shown: String,
    /// Without password and parameters.
    pub(super) plain: String,
    /// Where it is; `None` for what is no HTTP cache.
    pub(super) origin: Option<Origin>,
    /// The user name in the URL.
    pub(super) login: Option<String>,
    /// The password in the URL.
    pub(super) password: Option<Secret>,
}

impl Address {
    pub(super) fn of(text: &str) -> Address {
        let as_it_is = || Address {
            shown: text.to_owned(),
            plain: text.split('?').next().unwrap_or(text).to_owned(),
            origin: None,
            login: None,
            password: None,
        };
        let mut address = match text.parse::<Url>() {
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                let mut bare = url.clone();
                // Only a URL without a host refuses, and that one has neither.
                let _ = bare.set_username("");
                let _ = bare.set_password(None);
                let plain = bare.as_str().split('?').next().unwrap_or_default();
                Address {
                    plain: plain.to_owned(),
                    shown: bare.to_string(),
                    login: Some(url.username().to_owned()),
                    password: url.password().map(Secret::new),
                    origin: None,
                }
            }
            _ => as_it_is(),
        };
        address.origin = address.plain.parse().ok();
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_taken_out_of_what_is_shown() {
        for (text, shown, plain, login, password) in [
            (
                "http://h:1/c?x=1",
                "http://h:1/c?x=1",
                "http://h:1/c",
                None,
                None,
            ),
            (
                "http://u:p@h:1/c?x=1",
                "http://h:1/c?x=1",
                "http://h:1/c",
                Some("u"),
                Some("p"),
            ),
            (
                "https://:p@h/c",
                "https://h/c",
                "https://h/c",
                Some(""),
                Some("p"),
            ),
            ("ssh://u:p@h", "ssh://h", "ssh://h", Some("u"), Some("p")),
            ("daemon", "daemon", "daemon", None, None),
        ] {
            let address = Address::of(text);
            assert_eq!((&*address.shown, &*address.plain), (shown, plain), "{text}");
            assert_eq!(address.login.as_deref(), login, "{text}");
            assert_eq!(
                address.password.as_ref().map(Secret::expose),
                password,
                "{text}"
            );
            assert_eq!(address.origin.is_some(), text.starts_with("http"), "{text}");
        }
    }
}
