//! The formats against files that a real Nix made, against a real Nix where
//! there is one, and as properties over generated values.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod golden;
mod nix;
mod nix_rules;
mod props;
mod real_narinfo;
mod real_nix;
mod tree;
