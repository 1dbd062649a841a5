//! The protocol as golden files, and what hostile bodies meet.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod codes;
mod golden;
mod publish_bodies;
mod routing;
mod settings;

/// Where `fixtures/cache-api` keeps a file.
fn fixture(name: &str) -> String {
    format!(
        "{}/../../fixtures/cache-api/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}
