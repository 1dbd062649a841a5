//! The formats of Nix that a binary cache lives by, without any IO.

pub mod base32;
pub mod cache_info;
mod content_address;
mod error;
mod hash;
pub mod listing;
pub mod nar;
pub mod narinfo;
pub mod signing;
mod store_path;
mod text;

pub use content_address::valid_ca;
pub use error::Error;
pub use hash::NarHash;
pub use store_path::{
    MAX_NAME_LEN, MAX_STORE_DIR_LEN, PATH_HASH_LEN, PathHash, StoreDir, StorePath,
};
