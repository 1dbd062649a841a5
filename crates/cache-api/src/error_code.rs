//! Every way a request can fail, as a stable code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Declares [`ErrorCode`] and its tables from one list, so that code, status,
/// meaning and hint cannot drift apart.
macro_rules! error_codes {
    ($( $variant:ident $text:literal $http:literal $meaning:literal $hint:literal; )+) => {
        /// Why a request, or one path of it, failed. Codes are stable: programs
        /// may match on their text.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum ErrorCode {
            $( #[doc = $meaning] $variant, )+
            /// A code of a newer server.
            Other(String),
        }

        impl ErrorCode {
            /// Every code there is, in the order of the reference page.
            pub const ALL: &'static [ErrorCode] = &[ $( ErrorCode::$variant, )+ ];

            /// The code as it stands in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Other(text) => text,
                }
            }

            /// The HTTP status that goes with it.
            pub fn http(&self) -> u16 {
                match self {
                    $( Self::$variant => $http, )+
                    Self::Other(_) => 500,
                }
            }

            /// What it means, one sentence.
            pub fn meaning(&self) -> &'static str {
                match self {
                    $( Self::$variant => $meaning, )+
                    Self::Other(_) => "a code that this version does not know",
                }
            }

            /// What to do about it, one sentence.
            pub fn hint(&self) -> &'static str {
                match self {
                    $( Self::$variant => $hint, )+
                    Self::Other(_) => "a newer client may know this code",
                }
            }
        }

        impl From<String> for ErrorCode {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $( $text => Self::$variant, )+
                    _ => Self::Other(text),
                }
            }
        }
    };
}

error_codes! {
    // Who asks.
    Unauthorized "unauthorized" 401 "Nothing is granted here to the caller, who showed no valid token."
        "log in with a token that grants this: garret login NAME URL TOKEN";
    InvalidToken "invalid_token" 401 "The token is malformed or was not made by this server's key."
        "ask the server's administrator for a token, then garret login again";
    TokenExpired "token_expired" 401 "The token is genuine but its time is over."
        "ask for a new token (garretd make-token), then garret login again";
    TokenNotYetValid "token_not_yet_valid" 401 "The token is genuine but its time has not come."
        "compare the clocks of this machine, of the server and of where the token was made";
    Forbidden "forbidden" 403 "The token sees this cache but does not grant this."
        "ask for a token with the permission that the message names";

    // The request as such.
    InvalidRequest "invalid_request" 400 "The request is not what this route takes."
        "the message says which part; another version of client or server may be at the other end";
    BadHost "bad_host" 400 "The Host header names no host that this server answers for."
        "use the URL from the server's api-endpoint, or add the name to allowed-hosts";
    NotFound "not_found" 404 "There is no such route."
        "check the URL: it is the server's address without the name of a cache";
    MethodNotAllowed "method_not_allowed" 405 "The route does not take this method."
        "the Allow header lists those that it takes";
    HeadersTooLarge "headers_too_large" 431 "The headers of the request are too long."
        "send fewer or shorter headers";
    BodyTooLarge "body_too_large" 413 "The body is longer than this route takes."
        "GET /_api/v2 lists the limits; split the request";
    BodyTooSlow "body_too_slow" 408 "The body came more slowly than the least rate."
        "try again; what was sent whole is kept";
    IncompleteBody "incomplete_body" 400 "The body ended before its announced length."
        "try again; a proxy in between may limit size or time";
    TooManyDigests "too_many_digests" 413 "The question names more digests than one request may."
        "GET /_api/v2 lists the limits; ask in several requests";
    RangeNotSatisfiable "range_not_satisfiable" 416 "The range lies beyond the end."
        "ask without a range";

    // Caches and their keys.
    InvalidCacheName "invalid_cache_name" 400 "The text cannot be the name of a cache."
        "1 to 50 of A-Z a-z 0-9 _ + -, beginning with a letter or digit";
    NoSuchCache "no_such_cache" 404 "There is no cache of this name."
        "garret cache list shows those that the token may see";
    CacheExists "cache_exists" 409 "There is a cache of this name already."
        "pick another name, or change the cache with garret cache configure";
    InvalidSettings "invalid_settings" 400 "A setting of the cache is not acceptable."
        "the message names the setting";
    InvalidKey "invalid_key" 400 "The signing key is not a secret key in Nix's form."
        "make one with nix-store --generate-binary-cache-key and send its secret file's text";
    KeyExists "key_exists" 409 "The cache has a key of this name already."
        "give the new key another name, such as CACHE-2";
    NoSuchKey "no_such_key" 404 "The cache has no key of this name."
        "garret cache info lists the keys";
    LastKey "last_key" 409 "It is the only key that still signs."
        "add another key first, let it spread, then retire this one";

    // Packs and the frames in them.
    InvalidPackHeader "invalid_pack_header" 400 "The pack does not begin as a pack does, or holds no frame."
        "the client is at fault; another version of it may do better";
    InvalidPackIndex "invalid_pack_index" 400 "The index of the pack does not have the hash in its header."
        "the bytes were damaged on the way or the client is at fault; try again";
    PackTooLarge "pack_too_large" 413 "The pack has more bytes than allowed."
        "GET /_api/v2 lists the limits";
    PackTooManyFrames "pack_too_many_frames" 413 "The pack has more frames than allowed."
        "GET /_api/v2 lists the limits";
    PackTooMuchRaw "pack_too_much_raw" 413 "The frames of the pack decode to more bytes than allowed."
        "GET /_api/v2 lists the limits";
    PackDuplicateDigest "pack_duplicate_digest" 400 "Two frames of the pack have one digest."
        "the client is at fault; another version of it may do better";
    PackTruncated "pack_truncated" 400 "The pack ends before its last frame does."
        "try again; a proxy in between may limit size or time";
    PackTrailingBytes "pack_trailing_bytes" 400 "Bytes follow the last frame of the pack."
        "the client is at fault; another version of it may do better";
    FrameLength "frame_length" 400 "A frame, or what it says it decodes to, is empty or too long."
        "a chunk has 1 byte to 512 KiB, and its frame is never longer than zstd makes it";
    FrameHeader "frame_header" 400 "A frame does not begin as a zstd frame does."
        "skippable and older kinds of frames are refused too";
    FrameContentSize "frame_content_size" 400 "A frame does not state its content size, or another than the index."
        "compress each chunk in one call, so that zstd writes the size";
    FrameWindow "frame_window" 400 "A frame needs a window of more than 512 KiB."
        "compress each chunk in one call with its size known, without long-distance matching";
    FrameDictionary "frame_dictionary" 400 "A frame needs a dictionary."
        "compress without a dictionary";
    FrameChecksum "frame_checksum" 400 "A frame carries zstd's checksum."
        "compress without the checksum flag";
    FrameBlocks "frame_blocks" 400 "The blocks of a frame are not as zstd has them, or do not make its size."
        "the client is at fault; another version of it may do better";
    FrameNotExact "frame_not_exact" 400 "What the index calls a frame is not exactly one frame."
        "one chunk is one frame, and nothing follows it";
    FrameSumMismatch "frame_sum_mismatch" 400 "A frame does not have the xxh3 sum that the index states."
        "the bytes were damaged on the way; try again";
    UnpublishedLimit "unpublished_limit" 429 "The token sent more bytes than it may without publishing them."
        "publish what was sent; the rest is forgotten a grace period (24 hours) after it came";

    // Publishing.
    InvalidPublishBody "invalid_publish_body" 400 "The body is not a length, a JSON array and digests."
        "another version of client or server may be at the other end";
    InvalidStorePath "invalid_store_path" 400 "The text is not a store path."
        "a path is DIR/HASH-NAME, with a name of at most 211 characters";
    InvalidPathHash "invalid_path_hash" 400 "The text is not the hash of a store path."
        "32 characters, those before the first dash of a store path's name";
    WrongStoreDir "wrong_store_dir" 400 "The path lies in another store directory than the cache is for."
        "make a cache with this --store-dir";
    InvalidReference "invalid_reference" 400 "A reference is not the base name of a store path."
        "garret doctor PATH shows what the local store says of it";
    InvalidDeriver "invalid_deriver" 400 "The deriver is not the base name of a store path."
        "garret doctor PATH shows what the local store says of it";
    InvalidContentAddress "invalid_content_address" 400 "The content address is not one that Nix writes."
        "garret doctor PATH shows what the local store says of it";
    InvalidSignature "invalid_signature" 400 "A signature is not NAME:BASE64 of 64 bytes."
        "garret doctor PATH shows what the local store says of it";
    DuplicatePath "duplicate_path" 400 "The request names one path twice."
        "name each path once a request";
    TooManyReferences "too_many_references" 413 "The path has more references than allowed."
        "GET /_api/v2 lists the limits";
    TooManySignatures "too_many_signatures" 413 "The path has more signatures than allowed."
        "GET /_api/v2 lists the limits; leave out those that nobody trusts";
    TooManyChunks "too_many_chunks" 413 "The path has more chunks than one publish can name."
        "split its many large files over several store paths, or raise the server's limit";
    NarTooLarge "nar_too_large" 413 "The NAR is larger than the server takes."
        "raise max-nar-size in the server's configuration";
    MissingChunks "missing_chunks" 409 "Chunks of the path are not here, or not for this token."
        "send them and publish again; garret push does so by itself";
    DigestMismatch "digest_mismatch" 422 "A frame does not decode to the bytes that its digest names."
        "push again; if it comes back, the sending machine damages data";
    NarHashMismatch "nar_hash_mismatch" 422 "The NAR does not have the claimed hash."
        "the path may be damaged in the local store: nix-store --verify-path PATH";
    NarSizeMismatch "nar_size_mismatch" 422 "The NAR does not have the claimed size."
        "the path may be damaged in the local store: nix-store --verify-path PATH";
    MalformedNar "malformed_nar" 422 "The chunks put together are not a NAR."
        "the client is at fault; another version of it may do better";
    PathDiffers "path_differs" 409 "The path is published here with other facts, and the first publish wins."
        "if the new one is right: garret push --replace, with a token that may delete";

    // Published paths.
    NoSuchPath "no_such_path" 404 "The cache does not have this path."
        "garret ls lists what it has";

    // The server's own trouble.
    TooManyRequests "too_many_requests" 429 "The caller has too many requests or connections open."
        "try again in a while, or lower -j";
    Overloaded "overloaded" 503 "The server has more to do than it takes on at once."
        "try again in a while";
    ShuttingDown "shutting_down" 503 "The server is about to stop."
        "try again in a while; what was acknowledged is kept";
    TimedOut "timed_out" 504 "The work took longer than one request may."
        "try again; what was verified is kept";
    StorageFull "storage_full" 507 "The server's disk is full; nothing was published."
        "free space on that disk, then push again; what was acknowledged is kept";
    StoreUnavailable "store_unavailable" 503 "The server cannot reach where its packs rest."
        "is the disk mounted, does the object store answer; /readyz says more";
    DatabaseUnavailable "database_unavailable" 503 "The server cannot reach its database."
        "does the database answer, is its disk full; /readyz says more";
    WrongStore "wrong_store" 503 "Database and store do not belong together, so nothing is served."
        "correct the database URL or the storage path in the server's configuration; nothing was changed";
    Internal "internal" 500 "The server failed in a way that it should not."
        "its log has more under the request id of this answer";
}

impl ErrorCode {
    /// Whether the same request may succeed soon, with nobody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::BodyTooSlow
                | Self::IncompleteBody
                | Self::PackTruncated
                | Self::FrameSumMismatch
                | Self::TooManyRequests
                | Self::Overloaded
                | Self::ShuttingDown
                | Self::TimedOut
                | Self::StoreUnavailable
                | Self::DatabaseUnavailable
                | Self::Internal
        )
    }
}

impl From<&str> for ErrorCode {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl FromStr for ErrorCode {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl From<ErrorCode> for String {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Other(text) => text,
            code => code.as_str().to_owned(),
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
