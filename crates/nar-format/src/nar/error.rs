//! Why a NAR was refused.

/// Why a NAR was refused, by decoder or encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NarError {
    /// The first string is not `nix-archive-1`.
    #[error("not a nix archive")]
    Magic,
    /// Another string than the format has at this place.
    #[error("unexpected string where {expected} must stand")]
    Unexpected {
        /// What the format has there.
        expected: &'static str,
    },
    /// The NAR ends too early.
    #[error("the archive ends early")]
    Truncated,
    /// Bytes after the end of the NAR.
    #[error("bytes after the end of the archive")]
    Trailing,
    /// Padding that is not zeros.
    #[error("padding is not zero")]
    Padding,
    /// A file's size would carry the NAR beyond its limit, or wrap.
    #[error("the archive is larger than {limit} bytes")]
    Size {
        /// Greatest number of bytes of the NAR.
        limit: u64,
    },
    /// An empty name, `.`, `..`, or one with a slash or a NUL.
    #[error("illegal name in a directory")]
    Name,
    /// A name beyond the limit.
    #[error("name longer than {limit} bytes")]
    NameLength {
        /// Greatest number of bytes of a name.
        limit: usize,
    },
    /// A name that is not above the one before it.
    #[error("names of a directory are not in ascending order")]
    Order,
    /// An empty symlink target, or one with a NUL.
    #[error("illegal symlink target")]
    Target,
    /// A symlink target beyond the limit.
    #[error("symlink target longer than {limit} bytes")]
    TargetLength {
        /// Greatest number of bytes of a target.
        limit: usize,
    },
    /// Directories within each other beyond the limit.
    #[error("directories nested deeper than {limit}")]
    Depth {
        /// Greatest number of directories within each other.
        limit: usize,
    },
    /// An encoder was called in an order that makes no NAR.
    #[error("{call} does not fit here")]
    Call {
        /// The call that was made.
        call: &'static str,
    },
    /// A file ended with another size than it was announced with.
    #[error("{written} bytes written of a file of {announced}")]
    FileSize {
        /// The size in the file's header.
        announced: u64,
        /// The size it ended with.
        written: u64,
    },
}
