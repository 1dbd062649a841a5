//! What must hold of every format, whatever the bytes. Each function takes any
//! bytes at all, makes an input of its format of them, and panics where
//! something does not hold. Fuzz targets and ordinary tests call the very same.
//!
//! The first bytes choose: how the input is sliced, whether what follows is the
//! input itself or tells how to build a valid one, and what is then damaged.
//! Where a format can be read in a second, plainer way, both are compared.

mod input;
mod json;
mod nar;
mod narinfo;
mod pack;
mod recipe;
mod record;
mod token;
mod tree;
mod zstd_frame;

pub use nar::nar;
pub use narinfo::narinfo;
pub use pack::pack;
pub use recipe::recipe;
pub use record::record;
pub use token::token;

/// A name, and what must hold of any bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every oracle, by the name of its fuzz target.
pub const TARGETS: [Target; 6] = [
    ("nar", nar),
    ("narinfo", narinfo),
    ("pack", pack),
    ("recipe", recipe),
    ("record", record),
    ("token", token),
];
