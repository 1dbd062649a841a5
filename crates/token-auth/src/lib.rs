//! Tokens: who may do what to which cache.
//!
//! A token is a JWT with Attic's claims, so that tokens in use keep working: one
//! namespaced claim maps patterns of cache names to permissions. It is signed
//! with RS256 or HS256, and the configured key alone decides which; the token's
//! header is only compared with it. Nothing here reads a clock, a file or
//! randomness: time and token ids are arguments.
//!
//! The compact form is taken apart here rather than by a JWT library because the
//! order of the JSON text decides between patterns, and because the time has to
//! be handed in; all cryptography is `ring`'s.
//!
//! Where this is stricter than Attic: a header with `crit` is refused (RFC 7515
//! says so), a pattern that occurs twice makes the token invalid, an empty HS256
//! secret and RSA keys under 2048 bits are no keys, and a token has at most
//! [`MAX_TOKEN_LEN`] bytes. Where it is more lenient: times have
//! [`LEEWAY_SECONDS`] of leeway, and `typ` may be written in any case.
//!
//! # Embedding
//!
//! ```
//! use token_auth::{Claims, Issuer, Permission, SigningKey, Verifier};
//!
//! let key = SigningKey::hs256(b"32 bytes that only the server has")?;
//! let now = 1_700_000_000;
//!
//! let mut claims = Claims::new("01HF7YAT00", now);
//! claims.sub = Some("laptop".into());
//! claims.exp = Some(now + 86_400);
//! claims.grant("team-*".parse()?, Permission::Pull);
//! let jwt = Issuer::new(&key)?.issue(&claims)?;
//!
//! let token = Verifier::new(&key).verify(&jwt, now + 5)?;
//! assert!(token.permissions(&"team-main".parse()?).has(Permission::Pull));
//! assert!(!token.permissions(&"other".parse()?).any());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authorization;
mod claims;
mod der;
mod error;
mod issue;
mod key;
mod pattern;
mod pem;
mod permission;
mod time;
mod token;
mod verify;
mod weakness;

pub use authorization::from_authorization;
pub use claims::{Claims, NAMESPACE};
pub use error::{KeyError, TokenError};
pub use issue::Issuer;
pub use key::{Algorithm, SigningKey};
pub use pattern::{CachePattern, CachePatternError};
pub use permission::{Permission, Permissions};
pub use token::{LEEWAY_SECONDS, Token, TokenKey};
pub use verify::{MAX_TOKEN_LEN, Verifier};
pub use weakness::KeyWarning;
