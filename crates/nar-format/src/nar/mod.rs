//! NAR, the archive format of store paths, as state machines over byte
//! slices: [`Decoder`] turns bytes into [`Event`]s, [`Encoder`] turns calls
//! into bytes.
//!
//! ```text
//! str(s)  = length as u64, little endian; s; zeros up to a multiple of 8
//! nar     = str("nix-archive-1") node
//! node    = str("(") str("type") body str(")")
//! body    = str("regular") [str("executable") str("")] str("contents") str(content)
//!         | str("symlink") str("target") str(target)
//!         | str("directory") entry*
//! entry   = str("entry") str("(") str("name") str(name) str("node") node str(")")
//! ```
//!
//! Only the one form that Nix writes is accepted, so decoding and encoding
//! again always gives the same bytes. Names of a directory ascend by byte.

mod decoder;
mod encoder;
mod error;
mod names;
#[cfg(test)]
mod tests;
mod want;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use error::NarError;

/// First string of every NAR.
pub(crate) const MAGIC: &[u8] = b"nix-archive-1";

/// Zero bytes after a string of `len` bytes.
pub(crate) const fn padding(len: u64) -> u8 {
    (len.wrapping_neg() % 8) as u8
}

/// One step through a NAR. A node is one of: `EnterDirectory`, its entries,
/// `LeaveDirectory`; `Symlink`; `File`, `Data` as often as it takes, `EndFile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A directory starts.
    EnterDirectory,
    /// The name of the next entry of the current directory; its node follows.
    Entry(&'a [u8]),
    /// The current directory ends.
    LeaveDirectory,
    /// A symbolic link with this target.
    Symlink(&'a [u8]),
    /// A regular file starts.
    File {
        /// Whether it is executable.
        executable: bool,
        /// Number of content bytes.
        size: u64,
        /// Offset in the NAR of the first content byte.
        offset: u64,
    },
    /// Content bytes of the current file, never empty.
    Data(&'a [u8]),
    /// All content of the current file has been seen; its padding has not.
    EndFile,
}

/// What a decoder or encoder accepts at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole NAR.
    pub nar_size: u64,
    /// Directories within each other.
    pub depth: usize,
    /// Bytes of a name.
    pub name: usize,
    /// Bytes of a symlink's target.
    pub target: usize,
}

/// What Linux can hold: names of 255 bytes, targets of 4,095, paths of 4,096
/// (so no more than 2,048 levels). The size is not limited. Nix has the same
/// limits on names and targets, and since spring 2026 (2.28.7, 2.34.7) takes
/// no more than 64 levels; what older ones made is deeper at times.
impl Default for Limits {
    fn default() -> Self {
        Self {
            nar_size: u64::MAX,
            depth: 2048,
            name: 255,
            target: 4095,
        }
    }
}
