//! The body of `POST paths`.
//!
//! ```text
//! length of the JSON  u32, little endian
//! JSON                an array of PublishPath
//! digests             32 bytes each, those of the first path first
//! ```
//! Each path's `chunks` says how many of the digests are its own; together they
//! are all of them.

use crate::{ErrorBody, ErrorCode, Limits, PublishPath};

/// The BLAKE3 digest of one chunk's raw bytes.
pub type RawDigest = [u8; 32];

/// Why a publish body is refused.
#[derive(Debug, thiserror::Error)]
pub enum PublishBodyError {
    /// The body has more bytes than [`Limits::max_publish_body`].
    #[error("the body has {len} bytes, more than {limit}")]
    TooLarge {
        /// Its bytes.
        len: usize,
        /// The limit.
        limit: u64,
    },
    /// The body ends within its length or its JSON.
    #[error("the body ends after {len} bytes, within its length or its JSON")]
    Truncated {
        /// Its bytes.
        len: usize,
    },
    /// The JSON has more, and shorter, items than paths have: it would take many
    /// times its size in memory.
    #[error("the JSON has {0} items, too many for its length")]
    TooManyItems(usize),
    /// The JSON is not an array of paths.
    #[error("the JSON is not an array of paths")]
    Json(#[source] serde_json::Error),
    /// The bytes after the JSON are no whole number of digests.
    #[error("{0} bytes of digests are no multiple of 32")]
    PartialDigest(usize),
    /// The paths claim more or fewer digests than there are.
    #[error("the paths claim {claimed} digests, and {present} came")]
    DigestCount {
        /// The sum of every path's `chunks`.
        claimed: u64,
        /// The digests after the JSON.
        present: usize,
    },
}

impl PublishBodyError {
    /// The code it is answered with.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::TooLarge { .. } => ErrorCode::BodyTooLarge,
            _ => ErrorCode::InvalidPublishBody,
        }
    }
}

impl From<PublishBodyError> for ErrorBody {
    fn from(error: PublishBodyError) -> Self {
        let message = match &error {
            PublishBodyError::Json(source) => format!("{error}: {source}"),
            _ => error.to_string(),
        };
        Self::new(error.code(), message)
    }
}

/// The bytes of a publish body. `digests` are those of all paths in order, as
/// many as their `chunks` say together.
///
/// # Panics
/// When the JSON reaches 4 GiB, far above what any server takes.
pub fn encode(paths: &[PublishPath], digests: &[RawDigest]) -> Vec<u8> {
    let json = serde_json::to_vec(paths).expect("paths hold no map with keys that are not text");
    let length = u32::try_from(json.len()).expect("a body is far smaller than 4 GiB");
    let mut body = Vec::with_capacity(4 + json.len() + 32 * digests.len());
    body.extend_from_slice(&length.to_le_bytes());
    body.extend_from_slice(&json);
    body.extend_from_slice(digests.as_flattened());
    body
}

/// The paths and digests of a publish body. Paths are taken as they are: the
/// limits that concern one path are answered path by path, by the server.
///
/// # Errors
/// When the body is too large or is not formed as the module says.
pub fn decode(
    body: &[u8],
    limits: &Limits,
) -> Result<(Vec<PublishPath>, Vec<RawDigest>), PublishBodyError> {
    if body.len() as u64 > limits.max_publish_body {
        return Err(PublishBodyError::TooLarge {
            len: body.len(),
            limit: limits.max_publish_body,
        });
    }
    let (json, rest) = split_json(body).ok_or(PublishBodyError::Truncated { len: body.len() })?;
    let (digests, partial) = rest.as_chunks::<32>();
    if !partial.is_empty() {
        return Err(PublishBodyError::PartialDigest(rest.len()));
    }
    check_items(json)?;
    let paths: Vec<PublishPath> = serde_json::from_slice(json).map_err(PublishBodyError::Json)?;
    let claimed = paths.iter().map(|path| u64::from(path.chunks)).sum();
    if claimed != digests.len() as u64 {
        return Err(PublishBodyError::DigestCount {
            claimed,
            present: digests.len(),
        });
    }
    Ok((paths, digests.to_vec()))
}

/// The JSON and what follows it.
fn split_json(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = body.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

/// Refuses JSON that is mostly punctuation, such as a million empty references:
/// each costs three bytes here and twenty-four in memory. A real path has a
/// comma every twenty bytes at most, and no text in it may hold one.
fn check_items(json: &[u8]) -> Result<(), PublishBodyError> {
    const FREE_ITEMS: usize = 4096;
    const MIN_BYTES_AN_ITEM: usize = 12;
    let items = json.iter().filter(|&&byte| byte == b',').count();
    if items > FREE_ITEMS + json.len() / MIN_BYTES_AN_ITEM {
        return Err(PublishBodyError::TooManyItems(items));
    }
    Ok(())
}
