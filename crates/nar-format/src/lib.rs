//! The formats that a binary cache for Nix lives by: store paths and hashes,
//! NAR, narinfo and its signatures, `.ls` listings and `nix-cache-info`.
//!
//! Everything here turns bytes into values or values into bytes. Nothing
//! reads a file, a clock or the network, and nothing is async, so the crate
//! fits any program. Every length that is read has a limit.
//!
//! | format | here | fixed by |
//! |---|---|---|
//! | nix-base32 | [`base32`] | Nix's store paths and hashes |
//! | `sha256:…`, SRI | [`NarHash`] | narinfo, `nix path-info` |
//! | `HASH-NAME` | [`StorePath`], [`PathHash`], [`StoreDir`] | Nix's own rules |
//! | NAR | [`nar`] | `nix-store --dump` |
//! | `.ls` | [`listing`] | `nix copy --to …?write-nar-listing=true` |
//! | narinfo, fingerprint | [`narinfo`] | Nix's binary caches |
//! | keys, signatures | [`signing`] | `nix-store --generate-binary-cache-key` |
//! | `CA:` | [`valid_ca`] | content-addressed paths |
//! | `nix-cache-info` | [`cache_info`] | Nix's binary caches |
//!
//! # Embedding
//!
//! Pack one file into a NAR, sign it, and check what came out, as a client
//! would:
//!
//! ```
//! use nar_format::listing::ListingBuilder;
//! use nar_format::nar::{Decoder, Encoder};
//! use nar_format::narinfo::NarInfo;
//! use nar_format::signing::SecretKey;
//! use nar_format::{NarHash, StoreDir};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let content = b"hello\n";
//! let mut bytes = Vec::new();
//! let mut encoder = Encoder::new();
//! encoder.file(false, content.len() as u64, &mut bytes)?;
//! bytes.extend_from_slice(content);
//! encoder.end_file(content.len() as u64, &mut bytes)?;
//! encoder.finish()?;
//!
//! let mut info = NarInfo {
//!     store_path: "s3aq8cqnqlycl25376r0b3pj2z2zssrw-hello".parse()?,
//!     store_dir: StoreDir::default(),
//!     url: "nar/hello.nar".to_owned(),
//!     compression: "none".to_owned(),
//!     file_hash: None,
//!     file_size: None,
//!     nar_hash: NarHash::of(&bytes),
//!     nar_size: bytes.len() as u64,
//!     references: Vec::new(),
//!     deriver: None,
//!     system: None,
//!     sigs: Vec::new(),
//!     ca: None,
//! };
//! let key = SecretKey::from_seed("cache.example.org-1", &[42; 32])?;
//! info.sigs.push(key.sign(&info.fingerprint()));
//!
//! let read = NarInfo::parse(&info.to_string(), &StoreDir::default())?;
//! assert!(key.public().verify(&read.fingerprint(), &read.sigs[0]));
//!
//! // The NAR may come in pieces of any size.
//! let mut decoder = Decoder::new();
//! let mut listing = ListingBuilder::new();
//! for piece in bytes.chunks(10) {
//!     decoder.push(piece, &mut |event| listing.event(&event))?;
//! }
//! decoder.finish()?;
//! let listing = listing.finish().ok_or("a whole NAR has a listing")?;
//! assert!(listing.to_json().contains(r#""size":6,"narOffset":96"#));
//! # Ok(())
//! # }
//! ```

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
