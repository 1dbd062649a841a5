//! Verifying tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claims::object_from_json;
use crate::{Claims, SigningKey, Token, TokenError, TokenKey};

/// Bytes of the longest token that is looked at.
pub const MAX_TOKEN_LEN: usize = 16 * 1024;

/// Verifies tokens with one key.
#[derive(Clone, Debug)]
pub struct Verifier {
    key: SigningKey,
    issuer: Option<String>,
    audiences: Vec<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
}

impl Verifier {
    /// Accepts what `key` signed, of any issuer and for any audience.
    pub fn new(key: &SigningKey) -> Self {
        Self {
            key: key.clone(),
            issuer: None,
            audiences: Vec::new(),
        }
    }

    /// Accepts only tokens of this issuer.
    #[must_use]
    pub fn with_issuer(self, issuer: impl Into<String>) -> Self {
        Self {
            issuer: Some(issuer.into()),
            ..self
        }
    }

    /// Accepts only tokens for one of these audiences; an empty list = any.
    #[must_use]
    pub fn with_audiences(self, audiences: Vec<String>) -> Self {
        Self { audiences, ..self }
    }

    /// The token, if all about it is right at `now_unix` (seconds).
    ///
    /// # Errors
    /// The first thing that is wrong. Claims are not looked at before the
    /// signature was found right.
    pub fn verify(&self, jwt: &str, now_unix: u64) -> Result<Token, TokenError> {
        if jwt.len() > MAX_TOKEN_LEN {
            return Err(TokenError::TooLong(jwt.len()));
        }
        let (signing_input, signature) = jwt.rsplit_once('.').ok_or(TokenError::Form)?;
        let (header, payload) = signing_input.split_once('.').ok_or(TokenError::Form)?;
        if payload.contains('.') {
            return Err(TokenError::Form);
        }
        self.check_header(&decode("header", header)?)?;
        let signature = decode("signature", signature)?;
        if !self.key.is_signature(signing_input.as_bytes(), &signature) {
            return Err(TokenError::Signature);
        }
        let claims = Claims::from_json(&decode("payload", payload)?)?;
        self.check_parties(&claims)?;
        let token = Token::new(claims, TokenKey::of(signing_input.as_bytes()));
        token.check_time(now_unix)?;
        Ok(token)
    }

    /// The configured key picks the algorithm; the header may only agree.
    fn check_header(&self, json: &[u8]) -> Result<(), TokenError> {
        let header: Header = object_from_json(json).map_err(TokenError::Header)?;
        if header.alg != self.key.algorithm().as_str() {
            return Err(TokenError::Algorithm(self.key.algorithm()));
        }
        if header
            .typ
            .is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT"))
        {
            return Err(TokenError::Type);
        }
        match header.crit {
            Some(_) => Err(TokenError::Critical),
            None => Ok(()),
        }
    }

    fn check_parties(&self, claims: &Claims) -> Result<(), TokenError> {
        if self.issuer.is_some() && self.issuer != claims.iss {
            return Err(TokenError::Issuer);
        }
        let shared = claims
            .aud
            .iter()
            .any(|audience| self.audiences.contains(audience));
        if !self.audiences.is_empty() && !shared {
            return Err(TokenError::Audience);
        }
        Ok(())
    }
}

fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| TokenError::Base64(part))
}
