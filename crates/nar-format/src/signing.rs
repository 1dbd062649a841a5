//! Ed25519 keys and signatures in Nix's text format: `NAME:BASE64`.
//!
//! A secret key is 64 bytes, the seed and the public key after it, as
//! `nix-store --generate-binary-cache-key` writes them.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::Error;
use crate::text::serde_text;

/// Greatest length of a key's name, in bytes.
pub const MAX_KEY_NAME_LEN: usize = 255;

/// A key that signs. Its bytes are wiped when it is dropped, and `Debug`
/// shows its name only.
#[derive(Clone)]
pub struct SecretKey {
    name: String,
    key: SigningKey,
}

impl SecretKey {
    /// The key that grows from 32 random bytes.
    ///
    /// # Errors
    /// A name that is empty, too long, or holds a colon or white space.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, Error> {
        check_name("secret key", name)?;
        Ok(Self {
            name: name.to_owned(),
            key: SigningKey::from_bytes(seed),
        })
    }

    /// The name by which verifiers find the public key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of Nix's secret key files. It is the secret itself.
    #[must_use]
    pub fn to_secret_string(&self) -> String {
        let bytes = Zeroizing::new(self.key.to_keypair_bytes());
        format!("{}:{}", self.name, STANDARD.encode(*bytes))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }

    /// Signs a fingerprint.
    #[must_use]
    pub fn sign(&self, fingerprint: &str) -> Signature {
        Signature {
            name: self.name.clone(),
            bytes: self.key.sign(fingerprint.as_bytes()).to_bytes(),
        }
    }
}

/// White space after the key, as in a file that an editor wrote, is ignored.
impl FromStr for SecretKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let what = "secret key";
        let (name, bytes) = split(what, text.trim_end())?;
        let bytes: Zeroizing<[u8; 64]> = Zeroizing::new(exactly(what, &bytes)?);
        let key = SigningKey::from_keypair_bytes(&bytes).map_err(|_| Error::Key {
            what,
            why: "its public half belongs to another key",
        })?;
        Ok(Self { name, key })
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}:…)", self.name)
    }
}

/// A key that verifies.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
}

impl PublicKey {
    /// The name that signatures of this key bear.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether this very key, by name too, made the signature.
    #[must_use]
    pub fn verify(&self, fingerprint: &str, signature: &Signature) -> bool {
        let bytes = ed25519_dalek::Signature::from_bytes(&signature.bytes);
        self.name == signature.name
            && self
                .key
                .verify_strict(fingerprint.as_bytes(), &bytes)
                .is_ok()
    }
}

/// White space after the key is ignored.
impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let what = "public key";
        let (name, bytes) = split(what, text.trim_end())?;
        let key = VerifyingKey::from_bytes(&exactly(what, &bytes)?).map_err(|_| Error::Key {
            what,
            why: "not a point of the curve",
        })?;
        Ok(Self { name, key })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, STANDARD.encode(self.key.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

serde_text!(PublicKey);

/// A signature and the name of the key that is said to have made it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signature {
    /// Name of the key.
    pub name: String,
    /// The 64 bytes of an Ed25519 signature.
    pub bytes: [u8; 64],
}

impl FromStr for Signature {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let what = "signature";
        let (name, bytes) = split(what, text)?;
        let bytes = exactly(what, &bytes)?;
        Ok(Self { name, bytes })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, STANDARD.encode(self.bytes))
    }
}

serde_text!(Signature);

fn split(what: &'static str, text: &str) -> Result<(String, Zeroizing<Vec<u8>>), Error> {
    // The longest of the three is a secret key: 64 bytes, 88 characters.
    let (name, payload) = text.split_once(':').ok_or(Error::Key {
        what,
        why: "no colon after the name",
    })?;
    check_name(what, name)?;
    if payload.len() > 88 {
        let why = "wrong length";
        return Err(Error::Key { what, why });
    }
    let bytes = STANDARD.decode(payload).map_err(|_| Error::Key {
        what,
        why: "invalid base64",
    })?;
    Ok((name.to_owned(), Zeroizing::new(bytes)))
}

fn exactly<const N: usize>(what: &'static str, bytes: &[u8]) -> Result<[u8; N], Error> {
    bytes.try_into().map_err(|_| Error::Key {
        what,
        why: "wrong length",
    })
}

fn check_name(what: &'static str, name: &str) -> Result<(), Error> {
    let why = if name.is_empty() {
        "empty name"
    } else if name.len() > MAX_KEY_NAME_LEN {
        "name too long"
    } else if name.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control()) {
        "a colon, white space or control character in the name"
    } else {
        return Ok(());
    };
    Err(Error::Key { what, why })
}

#[cfg(test)]
mod tests {
    use super::{PublicKey, SecretKey, Signature};

    fn key(name: &str) -> SecretKey {
        SecretKey::from_seed(name, &[7; 32]).unwrap()
    }

    #[test]
    fn signs_and_verifies() {
        let secret = key("test-1");
        let public = secret.public();
        let sig = secret.sign("1;some;thing");
        assert!(public.verify("1;some;thing", &sig));
        assert!(!public.verify("1;some;things", &sig));
        let mut flipped = sig.clone();
        flipped.bytes[0] ^= 1;
        assert!(!public.verify("1;some;thing", &flipped));
        let renamed = Signature {
            name: "test-2".to_owned(),
            ..sig
        };
        assert!(!public.verify("1;some;thing", &renamed), "another name");
        let stranger = SecretKey::from_seed("test-1", &[8; 32]).unwrap().public();
        assert!(!stranger.verify("1;some;thing", &secret.sign("1;some;thing")));
    }

    #[test]
    fn texts() {
        let secret = key("cache.example.org-1");
        let text = secret.to_secret_string();
        let again: SecretKey = format!("{text}\n").parse().unwrap();
        assert_eq!(again.to_secret_string(), text);
        assert_eq!(again.name(), "cache.example.org-1");
        let public: PublicKey = secret.public().to_string().parse().unwrap();
        assert_eq!(public, secret.public());
        let sig = secret.sign("x");
        assert_eq!(sig.to_string().parse(), Ok(sig));
        assert_eq!(format!("{secret:?}"), "SecretKey(cache.example.org-1:…)");
    }

    #[test]
    fn refused() {
        let good = key("n").to_secret_string();
        let payload = good.strip_prefix("n:").unwrap();
        let other = SecretKey::from_seed("n", &[8; 32])
            .unwrap()
            .to_secret_string();
        // The seed of one key with the public half of another.
        let mixed = format!("{}{}", &good[..44], &other[44..]);
        let long = "n".repeat(256);
        for text in [
            "",
            ":",
            "n",
            "n:",
            payload,
            &format!(":{payload}"),
            &format!("n {payload}"),
            &format!("a b:{payload}"),
            &format!("a:b:{payload}"),
            &format!("\nn:{payload}"),
            &format!("{long}:{payload}"),
            &format!("n:{payload}AAAA"),
            &format!("n:{}", &payload[4..]),
            "n:AAAA",
            "n:!!!!",
            &mixed,
        ] {
            assert!(text.parse::<SecretKey>().is_err(), "{text}");
            let as_sig = text.parse::<Signature>();
            assert!(as_sig.is_err() || text == mixed, "{text}");
        }
        // 64 bytes are a signature or a secret key, never a public key.
        assert!(good.parse::<PublicKey>().is_err());
        assert!(key("n").public().to_string().parse::<Signature>().is_err());
        for name in ["", "a b", "a:b", "a\n", &long] {
            assert!(SecretKey::from_seed(name, &[1; 32]).is_err(), "{name}");
        }
    }
}
