//! Verified tokens, remembered for a while.
//!
//! Checking an RS256 signature costs more than answering a narinfo from
//! memory. What is remembered is that the signature is right; whether the
//! token's time has come or gone is looked at each time.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use token_auth::{Token, TokenError, Verifier};

/// A verifier with a bounded memory.
#[derive(Debug)]
pub(crate) struct Tokens {
    verifier: Verifier,
    /// By BLAKE3 of the whole token, signature included: another signature
    /// over the same claims must be checked anew.
    known: RwLock<HashMap<[u8; 32], Arc<Token>>>,
    most: usize,
}

impl Tokens {
    /// Remembers at most `most` tokens.
    pub(crate) fn new(verifier: Verifier, most: usize) -> Self {
        Self {
            verifier,
            known: RwLock::default(),
            most,
        }
    }

    /// The token that `text` is, if it is valid at `now` (Unix seconds), and
    /// whether it was remembered.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub(crate) fn verify(&self, text: &str, now: u64) -> Result<(Arc<Token>, bool), TokenError> {
        let key = *blake3::hash(text.as_bytes()).as_bytes();
        let found = self
            .known
            .read()
            .expect("no panic under this lock")
            .get(&key)
            .cloned();
        if let Some(token) = found {
            token.check_time(now)?;
            return Ok((token, true));
        }
        let token = Arc::new(self.verifier.verify(text, now)?);
        let mut known = self.known.write().expect("no panic under this lock");
        if known.len() >= self.most {
            // Rare, and cheaper than keeping an order: each comes back on its next use.
            known.clear();
        }
        known.insert(key, Arc::clone(&token));
        Ok((token, false))
    }
}
