//! How a user proves to be one.

use crate::machine::Credential;

/// What decides whether a user is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The password, possibly empty.
    pub password: String,
    /// Public keys, `ssh-ed25519 AAAA…`.
    pub keys: Vec<String>,
    /// Whether the user is switched off.
    pub disabled: bool,
    /// Whether the password counts beside a key.
    pub password_beside_key: bool,
}

impl User {
    /// Whether the user may log in so.
    pub fn admits(&self, credential: Credential<'_>) -> bool {
        let proven = match credential {
            Credential::Password(password) => {
                let counts = self.keys.is_empty() || self.password_beside_key;
                counts && self.password == password
            }
            Credential::Key(key) => self.keys.iter().any(|own| own == key),
        };
        proven && !self.disabled
    }
}

/// The key in a file of OpenSSH's form, without its comment; ed25519 or RSA.
pub fn public_key(file: &str) -> Option<String> {
    let mut words = file.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some(kind @ ("ssh-ed25519" | "ssh-rsa")), Some(key)) => Some(format!("{kind} {key}")),
        _ => None,
    }
}
