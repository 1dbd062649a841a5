//! What Garret is measured against: programs that Debian has, and the least that
//! serving can cost.

pub(crate) mod bare;
pub(crate) mod nginx;
pub(crate) mod nix_copy;
