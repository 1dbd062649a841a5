//! The client against real stores, a real Nix, and servers.

mod api;
mod e2e;
mod fake;
mod local;
mod nix;
mod push;
mod server;
mod store;
mod use_cache;
