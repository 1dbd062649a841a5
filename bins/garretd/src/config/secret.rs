//! Where the secret that signs tokens comes from.

use std::path::{Path, PathBuf};

use token_auth::SigningKey;

use super::{Env, raw};

/// Environment variables, in the order they are tried: name, kind.
pub(crate) const VARIABLES: &[(&str, Kind)] = &[
    ("GARRET_TOKEN_RS256_PUBKEY_BASE64", Kind::Rs256Public),
    ("GARRET_TOKEN_RS256_SECRET_BASE64", Kind::Rs256),
    ("GARRET_TOKEN_HS256_SECRET_BASE64", Kind::Hs256),
    ("ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64", Kind::Rs256Public),
    ("ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64", Kind::Rs256),
    ("ATTIC_SERVER_TOKEN_HS256_SECRET_BASE64", Kind::Hs256),
];

/// Environment variables that name a file.
pub(crate) const FILE_VARIABLES: &[(&str, Kind)] = &[
    ("GARRET_TOKEN_RS256_SECRET_FILE", Kind::Rs256),
    ("GARRET_TOKEN_HS256_SECRET_FILE", Kind::Hs256),
];

/// File of the secret that a start without configuration makes (base64, HS256).
pub(crate) const MADE_SECRET: &str = "token-secret";

/// Algorithm and half of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rs256,
    Rs256Public,
    Hs256,
}

/// A signing key as it was found.
pub(crate) struct Secret {
    kind: Kind,
    /// Base64 of a PEM or of a shared secret.
    text: String,
    /// Where it was found, for error messages.
    origin: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({:?} from {})", self.kind, self.origin)
    }
}

impl Secret {
    /// The key itself.
    ///
    /// # Errors
    /// What is wrong with it, naming where it came from and never its text.
    pub(crate) fn key(&self) -> Result<SigningKey, String> {
        let made = match self.kind {
            Kind::Rs256 => SigningKey::rs256_from_base64(&self.text),
            Kind::Rs256Public => SigningKey::rs256_public_from_base64(&self.text),
            Kind::Hs256 => SigningKey::hs256_from_base64(&self.text),
        };
        made.map_err(|error| {
            format!(
                "the signing key from {} cannot be used: {error}",
                self.origin
            )
        })
    }

    /// Where it was found.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}

/// Finds the one signing key: configuration, environment, then the file that a
/// start without configuration leaves in `data`.
///
/// # Errors
/// More than one key in the configuration, an unreadable file, or none at all
/// (`Ok(None)`: the caller knows whether one may be made).
pub(crate) fn find(
    signing: &raw::Signing,
    env: &Env,
    data: &Path,
) -> Result<Option<Secret>, String> {
    if let Some(secret) = configured(signing)? {
        return Ok(Some(secret));
    }
    for (name, kind) in VARIABLES {
        if let Some(text) = env.get(name) {
            let origin = format!("environment variable {name}");
            return Ok(Some(Secret {
                kind: *kind,
                text,
                origin,
            }));
        }
    }
    for (name, kind) in FILE_VARIABLES {
        if let Some(path) = env.get(name) {
            return from_file(*kind, Path::new(&path)).map(Some);
        }
    }
    let made = data.join(MADE_SECRET);
    match made.exists() {
        true => from_file(Kind::Hs256, &made).map(Some),
        false => Ok(None),
    }
}

fn configured(signing: &raw::Signing) -> Result<Option<Secret>, String> {
    let texts = [
        (
            "token-rs256-secret-base64",
            Kind::Rs256,
            &signing.token_rs256_secret_base64,
        ),
        (
            "token-rs256-pubkey-base64",
            Kind::Rs256Public,
            &signing.token_rs256_pubkey_base64,
        ),
        (
            "token-hs256-secret-base64",
            Kind::Hs256,
            &signing.token_hs256_secret_base64,
        ),
    ];
    let files = [
        (
            "token-rs256-secret-file",
            Kind::Rs256,
            &signing.token_rs256_secret_file,
        ),
        (
            "token-hs256-secret-file",
            Kind::Hs256,
            &signing.token_hs256_secret_file,
        ),
    ];
    let set: Vec<&str> = texts
        .iter()
        .chain(&files)
        .filter(|(_, _, value)| value.is_some())
        .map(|(name, ..)| *name)
        .collect();
    if set.len() > 1 {
        return Err(format!("[jwt.signing] has {}: keep one", set.join(" and ")));
    }
    for (name, kind, value) in texts {
        if let Some(text) = value {
            let origin = format!("`jwt.signing.{name}`");
            return Ok(Some(Secret {
                kind,
                text: text.clone(),
                origin,
            }));
        }
    }
    for (_, kind, value) in files {
        if let Some(path) = value {
            return from_file(kind, &PathBuf::from(path)).map(Some);
        }
    }
    Ok(None)
}

/// Reads a key from a file. A PEM is taken as it is.
fn from_file(kind: Kind, path: &Path) -> Result<Secret, String> {
    let origin = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read the signing key from {origin}: {error}"))?;
    let text = text.trim();
    let text = if text.starts_with("-----BEGIN") {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    } else {
        text.to_owned()
    };
    Ok(Secret { kind, text, origin })
}

/// What to say when there is no key.
pub(crate) const MISSING: &str = "no key to sign and check tokens with\n\
    hint: set one of jwt.signing.token-rs256-secret-base64, .token-rs256-secret-file, \
    .token-hs256-secret-base64 or .token-hs256-secret-file in the configuration, or \
    GARRET_TOKEN_RS256_SECRET_BASE64, GARRET_TOKEN_HS256_SECRET_BASE64, \
    ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64 or ATTIC_SERVER_TOKEN_HS256_SECRET_BASE64 in the \
    environment. A new one: openssl rand -base64 32\n\
    hint: a server that was started without a configuration keeps its key in its data folder: run \
    this as the server's user, with the same --data-dir";
