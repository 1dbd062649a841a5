//! The real `garret`, the real `garretd` and a real Nix, end to end.
//!
//! `cargo xtask test` builds both binaries, makes the closures and names their
//! folder in `GARRET_CORPUS`; without it, or without Nix, these tests say so
//! and pass over what they cannot try.

mod big;
mod chance;
mod client;
mod hostile;
mod http;
mod kills;
mod logs;
mod nix;
mod private;
mod proxy;
mod push;
mod readback;
mod running;
mod soak;
mod substitute;
mod watcher;
mod world;
