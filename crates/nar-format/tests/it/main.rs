//! The formats against files that a real Nix made, against a real Nix where
//! there is one, and as properties over generated values.

mod golden;
mod props;
mod real_nix;
mod tree;
