//! Why the engine could not do what it was asked.

use cache_api::ErrorCode;
use cache_db::DbError;
use chunk_store::{blob::BlobError, frame::FrameError, pack::PackError};

/// What went wrong, with the stable code that callers are told.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What was asked for is refused; the message is for the caller.
    #[error("{message}")]
    Refused {
        /// The stable code.
        code: ErrorCode,
        /// What to tell the caller.
        message: String,
    },
    /// The body of a request ended with an error before it was complete.
    #[error("the body was not received whole: {0}")]
    Body(String),
    /// The blob store is away.
    #[error("{0}")]
    NotReady(String),
    /// The blob store and the database do not belong together.
    #[error("{0}")]
    Foreign(String),
    /// The database failed.
    #[error("the database failed")]
    Db(#[from] DbError),
    /// The blob store failed.
    #[error("the blob store failed")]
    Blob(#[from] BlobError),
    /// An active signing key cannot sign.
    #[error("the secret of the signing key {0} cannot be read: retire the key, or restore its row")]
    Key(String),
    /// A task of the engine ended without an answer.
    #[error("the work was cut off: {0}")]
    Cut(&'static str),
}

impl EngineError {
    /// A refusal with a code and a message for the caller.
    pub(crate) fn refused(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Refused {
            code,
            message: message.into(),
        }
    }

    /// The stable code of this error.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused { code, .. } => code.clone(),
            Self::Body(_) => ErrorCode::IncompleteBody,
            Self::NotReady(_) => ErrorCode::StoreUnavailable,
            Self::Foreign(_) => ErrorCode::WrongStore,
            Self::Blob(BlobError::Full(_)) => ErrorCode::StorageFull,
            Self::Blob(_) => ErrorCode::StoreUnavailable,
            Self::Db(error) => db_code(error),
            Self::Cut(_) | Self::Key(_) => ErrorCode::Internal,
        }
    }

    /// Whether this is trouble of the server, to be logged, rather than of the caller.
    pub fn is_trouble(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::Body(_)) && self.code().http() >= 500
    }
}

/// The code of an error of the database.
fn db_code(error: &DbError) -> ErrorCode {
    match error {
        DbError::CacheGone => ErrorCode::NoSuchCache,
        DbError::CacheExists => ErrorCode::CacheExists,
        DbError::NoSuchKey => ErrorCode::NoSuchKey,
        DbError::LastKey => ErrorCode::LastKey,
        DbError::PutTooOld => ErrorCode::TimedOut,
        DbError::UnpublishedLimit { .. } => ErrorCode::UnpublishedLimit,
        DbError::TooMany { .. } => ErrorCode::TooManyDigests,
        DbError::WriterGone | DbError::Open { .. } | DbError::TooNew { .. } => {
            ErrorCode::DatabaseUnavailable
        }
        error if error.is_full() => ErrorCode::StorageFull,
        DbError::Sqlite(_) | DbError::NotCommitted(_) => ErrorCode::DatabaseUnavailable,
        _ => ErrorCode::Internal,
    }
}

/// The code of a rule that a pack breaks.
pub(crate) fn pack_code(error: &PackError) -> ErrorCode {
    match error {
        PackError::Magic | PackError::Empty => ErrorCode::InvalidPackHeader,
        PackError::TooManyFrames { .. } => ErrorCode::PackTooManyFrames,
        PackError::TooLarge { .. } => ErrorCode::PackTooLarge,
        PackError::TooMuchRaw { .. } => ErrorCode::PackTooMuchRaw,
        PackError::IndexHash => ErrorCode::InvalidPackIndex,
        PackError::Duplicate { .. } => ErrorCode::PackDuplicateDigest,
        PackError::Sum { .. } => ErrorCode::FrameSumMismatch,
        PackError::Truncated(_) => ErrorCode::PackTruncated,
        PackError::Trailing => ErrorCode::PackTrailingBytes,
        PackError::Entry { source, .. } | PackError::Frame { source, .. } => frame_code(source),
        _ => ErrorCode::InvalidRequest,
    }
}

/// The code of a rule that a frame breaks.
fn frame_code(error: &FrameError) -> ErrorCode {
    match error {
        FrameError::RawLength(_) | FrameError::AboveBound { .. } => ErrorCode::FrameLength,
        FrameError::Skippable | FrameError::Magic | FrameError::Reserved => ErrorCode::FrameHeader,
        FrameError::Checksum => ErrorCode::FrameChecksum,
        FrameError::Dictionary => ErrorCode::FrameDictionary,
        FrameError::NoContentSize | FrameError::ContentSize { .. } => ErrorCode::FrameContentSize,
        FrameError::Window(_) => ErrorCode::FrameWindow,
        _ => ErrorCode::FrameNotExact,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn check(error: impl Into<EngineError>, code: ErrorCode, trouble: bool) {
        let error = error.into();
        assert_eq!(error.code(), code, "{error:?}");
        assert_eq!(error.is_trouble(), trouble, "{error:?}");
    }

    #[test]
    fn trouble_and_refusals_have_their_codes() {
        use ErrorCode as E;
        let full = io::ErrorKind::StorageFull;
        check(BlobError::Full(full.into()), E::StorageFull, true);
        let away = BlobError::Unavailable("x".to_owned());
        check(away, E::StoreUnavailable, true);
        check(
            EngineError::NotReady(String::new()),
            E::StoreUnavailable,
            true,
        );
        check(EngineError::Foreign(String::new()), E::WrongStore, true);
        check(EngineError::Body(String::new()), E::IncompleteBody, false);
        check(EngineError::Cut("x"), E::Internal, true);
        check(DbError::CacheGone, E::NoSuchCache, false);
        check(DbError::CacheExists, E::CacheExists, false);
        check(DbError::WriterGone, E::DatabaseUnavailable, true);
        let limit = DbError::UnpublishedLimit {
            limit: 1,
            would_be: 2,
        };
        check(limit, E::UnpublishedLimit, false);
        let create = DbError::Create {
            path: "x".into(),
            source: full.into(),
        };
        check(create, E::StorageFull, true);
        check(EngineError::refused(E::LastKey, "x"), E::LastKey, false);
    }

    #[test]
    fn a_broken_rule_of_a_frame_keeps_its_code_within_a_pack() {
        for (source, code) in [
            (FrameError::RawLength(0), ErrorCode::FrameLength),
            (FrameError::Skippable, ErrorCode::FrameHeader),
            (FrameError::Checksum, ErrorCode::FrameChecksum),
            (FrameError::Dictionary, ErrorCode::FrameDictionary),
            (FrameError::NoContentSize, ErrorCode::FrameContentSize),
            (FrameError::Window(1), ErrorCode::FrameWindow),
            (FrameError::Trailing(1), ErrorCode::FrameNotExact),
            (FrameError::BlockSum, ErrorCode::FrameNotExact),
        ] {
            let inside = PackError::Frame {
                index: 0,
                source: source.clone(),
            };
            assert_eq!(pack_code(&inside), code);
            assert_eq!(pack_code(&PackError::Entry { index: 0, source }), code);
        }
        assert_eq!(
            pack_code(&PackError::Trailing),
            ErrorCode::PackTrailingBytes
        );
    }
}
