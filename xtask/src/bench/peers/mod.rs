//! What Garret is measured against: programs that Debian has.

pub(crate) mod nginx;
pub(crate) mod nix_copy;
