//! The client against real stores, a real Nix, and servers.

mod api;
mod fake;
mod local;
mod nix;
mod push;
mod use_cache;
