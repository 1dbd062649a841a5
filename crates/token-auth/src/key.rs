//! The keys that sign and verify tokens.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{self, UnparsedPublicKey};
use ring::{hmac, rsa};
use zeroize::Zeroizing;

use crate::der::{self, DerError};
use crate::weakness::{KeyWarning, secret_warnings};
use crate::{KeyError, pem};

/// Bits under which an RSA key protects nothing for long.
const MIN_RSA_BITS: usize = 2048;
/// The longest private RSA key that `ring` signs with.
const MAX_PRIVATE_BITS: usize = 4096;
/// The longest public RSA key that `ring` verifies with.
const MAX_PUBLIC_BITS: usize = 8192;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256: whoever verifies can also issue.
    Hs256,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// The name that headers have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A key that verifies tokens and, unless it is a public key, issues them.
/// Cheap to clone. Its `Debug` shows no secret, and the copies of a secret made
/// on the way here are wiped; the one inside `ring` stays as long as the key.
#[derive(Clone)]
pub struct SigningKey {
    kind: Kind,
    warnings: Vec<KeyWarning>,
}

#[derive(Clone)]
enum Kind {
    Hs256(Arc<hmac::Key>),
    Rs256 {
        pair: Option<Arc<rsa::KeyPair>>,
        public: UnparsedPublicKey<Vec<u8>>,
    },
}

impl SigningKey {
    /// HS256 with these secret bytes.
    ///
    /// # Errors
    /// When there are none.
    pub fn hs256(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.is_empty() {
            return Err(KeyError::EmptySecret);
        }
        let key = Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret));
        Ok(Self {
            kind: Kind::Hs256(key),
            warnings: secret_warnings(secret),
        })
    }

    /// HS256 with a secret in base64, as `token-hs256-secret-base64` holds it.
    ///
    /// # Errors
    /// When the text is not base64, or of nothing.
    pub fn hs256_from_base64(text: &str) -> Result<Self, KeyError> {
        Self::hs256(&decode_base64(text)?)
    }

    /// RS256 with a private key as a PEM, PKCS#1 (`openssl genrsa -traditional`)
    /// or PKCS#8.
    ///
    /// # Errors
    /// When the text is no such key, or one of less than 2048 or more than 4096
    /// bits.
    pub fn rs256_from_pem(text: &str) -> Result<Self, KeyError> {
        let pem = pem::parse(text)?;
        let pkcs1 = match pem.label {
            "RSA PRIVATE KEY" => pem.der.as_slice(),
            "PRIVATE KEY" => der::unwrap_pkcs8(&pem.der)?,
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" => return Err(KeyError::NotRsa),
            found => return Err(wrong_pem(found, "an RSA private key")),
        };
        check_bits(der::private_bits(pkcs1)?, MAX_PRIVATE_BITS)?;
        let pair = rsa::KeyPair::from_der(pkcs1).map_err(|e| KeyError::BadRsa(e.to_string()))?;
        let public = public_key(pair.public().as_ref());
        Ok(Self {
            kind: Kind::Rs256 {
                pair: Some(Arc::new(pair)),
                public,
            },
            warnings: vec![],
        })
    }

    /// RS256 with a private key as base64 of a PEM, as
    /// `token-rs256-secret-base64` holds it.
    ///
    /// # Errors
    /// As [`Self::rs256_from_pem`], and when the text is not base64.
    pub fn rs256_from_base64(text: &str) -> Result<Self, KeyError> {
        Self::rs256_from_pem(&decode_base64_text(text)?)
    }

    /// RS256 with a public key as a PEM, SPKI or PKCS#1: verifies only.
    ///
    /// # Errors
    /// When the text is no such key, or one of less than 2048 or more than 8192
    /// bits.
    pub fn rs256_public_from_pem(text: &str) -> Result<Self, KeyError> {
        let pem = pem::parse(text)?;
        let pkcs1 = match pem.label {
            "RSA PUBLIC KEY" => pem.der.as_slice(),
            "PUBLIC KEY" => der::unwrap_spki(&pem.der)?,
            found => return Err(wrong_pem(found, "an RSA public key")),
        };
        check_bits(der::public_bits(pkcs1)?, MAX_PUBLIC_BITS)?;
        Ok(Self {
            kind: Kind::Rs256 {
                pair: None,
                public: public_key(pkcs1),
            },
            warnings: vec![],
        })
    }

    /// RS256 with a public key as base64 of a PEM, as
    /// `token-rs256-pubkey-base64` holds it: verifies only.
    ///
    /// # Errors
    /// As [`Self::rs256_public_from_pem`], and when the text is not base64.
    pub fn rs256_public_from_base64(text: &str) -> Result<Self, KeyError> {
        Self::rs256_public_from_pem(&decode_base64_text(text)?)
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        match self.kind {
            Kind::Hs256(_) => Algorithm::Hs256,
            Kind::Rs256 { .. } => Algorithm::Rs256,
        }
    }

    /// Whether it can issue tokens, not only verify them.
    pub fn can_issue(&self) -> bool {
        !matches!(self.kind, Kind::Rs256 { pair: None, .. })
    }

    /// Why it should be replaced.
    pub fn warnings(&self) -> &[KeyWarning] {
        &self.warnings
    }

    /// The public half as a PEM, as `openssl rsa -pubout` prints it; `None` for
    /// HS256, which has none.
    pub fn public_pem(&self) -> Option<String> {
        match &self.kind {
            Kind::Hs256(_) => None,
            Kind::Rs256 { public, .. } => {
                Some(pem::write("PUBLIC KEY", &der::wrap_spki(public.as_ref())))
            }
        }
    }

    /// The signature of `message`; `None` if this key cannot make one.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match &self.kind {
            Kind::Hs256(key) => Some(hmac::sign(key, message).as_ref().to_vec()),
            Kind::Rs256 { pair, .. } => {
                let pair = pair.as_ref()?;
                let mut bytes = vec![0; pair.public().modulus_len()];
                // The padding of PKCS#1 v1.5 is fixed: nothing is drawn.
                let unused = SystemRandom::new();
                pair.sign(&signature::RSA_PKCS1_SHA256, &unused, message, &mut bytes)
                    .ok()?;
                Some(bytes)
            }
        }
    }

    /// Whether `signature` is one of `message`, in constant time.
    pub(crate) fn is_signature(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.kind {
            Kind::Hs256(key) => hmac::verify(key, message, signature).is_ok(),
            Kind::Rs256 { public, .. } => public.verify(message, signature).is_ok(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("can_issue", &self.can_issue())
            .finish_non_exhaustive()
    }
}

impl From<DerError> for KeyError {
    fn from(error: DerError) -> Self {
        match error {
            DerError::Malformed => Self::BadRsa("not the DER of a key".to_owned()),
            DerError::NotRsa => Self::NotRsa,
        }
    }
}

fn public_key(pkcs1: &[u8]) -> UnparsedPublicKey<Vec<u8>> {
    UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, pkcs1.to_vec())
}

fn wrong_pem(found: &str, wanted: &'static str) -> KeyError {
    KeyError::WrongPem {
        found: found.to_owned(),
        wanted,
    }
}

fn check_bits(bits: usize, max: usize) -> Result<(), KeyError> {
    match bits {
        ..MIN_RSA_BITS => Err(KeyError::TooShort { bits }),
        _ if bits > max => Err(KeyError::TooLong { bits, max }),
        _ => Ok(()),
    }
}

/// Decodes base64, in one line or many.
fn decode_base64(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if text.trim_start().starts_with("-----BEGIN ") {
        return Err(KeyError::PemUnencoded);
    }
    let compact = pem::without_whitespace(text);
    STANDARD
        .decode(compact.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Base64)
}

fn decode_base64_text(text: &str) -> Result<Zeroizing<String>, KeyError> {
    let bytes = decode_base64(text)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyError::Pem)?;
    Ok(Zeroizing::new(text.to_owned()))
}
