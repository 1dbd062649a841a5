//! Issuing tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::verify::MAX_TOKEN_LEN;
use crate::{Claims, SigningKey, TokenError};

/// Issues tokens with one key.
#[derive(Clone, Debug)]
pub struct Issuer {
    key: SigningKey,
}

impl Issuer {
    /// Issues with `key`.
    ///
    /// # Errors
    /// When it is a public key.
    pub fn new(key: &SigningKey) -> Result<Self, TokenError> {
        if key.can_issue() {
            Ok(Self { key: key.clone() })
        } else {
            Err(TokenError::PublicKeyOnly)
        }
    }

    /// The token that says `claims`.
    ///
    /// # Errors
    /// When `jti` or `iat` is missing (a token without a name can never be
    /// revoked), a pattern occurs twice, or the token would be too long.
    pub fn issue(&self, claims: &Claims) -> Result<String, TokenError> {
        if claims.jti.is_none() {
            return Err(TokenError::MissingClaim("jti"));
        }
        if claims.iat.is_none() {
            return Err(TokenError::MissingClaim("iat"));
        }
        let header = format!(r#"{{"alg":"{}","typ":"JWT"}}"#, self.key.algorithm());
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims.to_json()?, &mut token);
        let signature = self.key.sign(token.as_bytes()).ok_or(TokenError::Signing)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        if token.len() > MAX_TOKEN_LEN {
            return Err(TokenError::TooLong(token.len()));
        }
        Ok(token)
    }
}
