//! The words that a Garret client and server both say.
//!
//! Everything here is plain data and pure functions: bodies of the v2 protocol
//! as serde types, their limits, the routes they travel on, and the error codes
//! that answer for them. Nothing in this crate reads a socket, a file or a
//! clock, so both ends, and any other program, can share it.
//!
//! | module | what it fixes |
//! |---|---|
//! | [`routes`] | the path of every endpoint |
//! | [`publish_body`], [`bitmap`] | the two bodies that are not JSON |
//! | [`byte_size`], [`duration`] | how people write sizes and times in settings |
//!
//! The bytes of every body are golden files in `fixtures/cache-api`; a changed
//! byte there is a changed protocol.
//!
//! # Embedding
//!
//! ```
//! use cache_api::{CacheName, ErrorBody, ErrorCode, routes};
//!
//! let cache: CacheName = "team-main".parse()?;
//! assert_eq!(routes::packs(&cache), "/_api/v2/caches/team-main/packs");
//!
//! // What a server answers when a path is already published with other facts.
//! let body = ErrorBody::new(ErrorCode::PathDiffers, "another NAR hash is published");
//! assert_eq!(body.code.http(), 409);
//! assert!(body.hint.is_some());
//! # Ok::<(), cache_api::CacheNameError>(())
//! ```

pub mod bitmap;
pub mod byte_size;
mod cache_info;
mod cache_name;
mod changes;
mod choice;
pub mod duration;
mod error_body;
mod error_code;
mod limits;
mod paths;
mod publish;
pub mod publish_body;
pub mod routes;
mod settings;

pub use cache_info::{AddKey, CacheInfo, KeyInfo, KeyState};
pub use cache_name::{CacheName, CacheNameError};
pub use changes::{ConfigureCache, CreateCache};
pub use choice::{Retention, SizeLimit};
pub use error_body::ErrorBody;
pub use error_code::ErrorCode;
pub use limits::{API_VERSION, CHUNKER_VERSION, Limits, SERVER_NAME, ServerInfo};
pub use paths::{ListPathsAnswer, ListedPath, MissingPathsAnswer, MissingPathsRequest, PackAnswer};
pub use publish::{PublishLine, PublishPath, PublishStatus};
pub use settings::{CacheSettings, DEFAULT_PRIORITY, SettingsError};
