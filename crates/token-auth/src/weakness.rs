//! What is wrong with secrets that work.

/// Bytes that an HS256 secret should have: those of its hash (RFC 7518 3.2).
const GOOD_SECRET_LEN: usize = 32;
/// Distinct byte values that any random secret of 32 bytes has.
const GOOD_SECRET_VARIETY: usize = 10;

/// Why a key works but should be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyWarning {
    /// The secret can be guessed from any one token, given time.
    #[error(
        "the HS256 secret has only {bytes} bytes; use 32 or more random ones (openssl rand 64 | base64 -w0)"
    )]
    ShortSecret {
        /// Its bytes.
        bytes: usize,
    },
    /// The secret hardly looks random.
    #[error(
        "the HS256 secret has only {values} different byte values; use random bytes (openssl rand 64 | base64 -w0)"
    )]
    MonotonousSecret {
        /// Its distinct byte values.
        values: usize,
    },
}

/// Why this HS256 secret should be replaced.
pub(crate) fn secret_warnings(secret: &[u8]) -> Vec<KeyWarning> {
    let values = secret
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let mut warnings = Vec::new();
    if secret.len() < GOOD_SECRET_LEN {
        warnings.push(KeyWarning::ShortSecret {
            bytes: secret.len(),
        });
    } else if values < GOOD_SECRET_VARIETY {
        warnings.push(KeyWarning::MonotonousSecret { values });
    }
    warnings
}
