//! What hostile pushers send.

use std::path::Path;

use cache_api::{PublishPath, publish_body};
use chunk_store::{Digest, frame, pack};
use nar_format::NarHash;

use crate::chance::Chance;

/// A chunk of the pack.
const CHUNK: usize = 64 << 10;
/// Chunks that do not compress: 4 MB in all.
const CHUNKS: usize = 64;
/// How often a lie names its one chunk.
const REPEATS: usize = 8 << 10;

fn chunk(number: usize) -> Vec<u8> {
    Chance::of(number as u64).bytes(CHUNK)
}

/// How a NAR of one long file begins.
fn beginning() -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in ["nix-archive-1", "(", "type", "regular", "contents"] {
        bytes.extend_from_slice(&(word.len() as u64).to_le_bytes());
        bytes.extend_from_slice(word.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(8), 0);
    }
    bytes.extend_from_slice(&((REPEATS * CHUNK) as u64).to_le_bytes());
    bytes
}

/// A pack that breaks no rule.
pub(super) fn pack() -> Vec<u8> {
    let mut encoder = frame::Encoder::new(1).expect("an encoder");
    let mut builder = pack::Builder::new(pack::PackLimits::default());
    for chunk in (0..CHUNKS).map(chunk).chain([beginning()]) {
        let frame = encoder.encode(&chunk).expect("a frame");
        let pushed = builder.push(Digest::of(&chunk), chunk.len() as u32, frame);
        pushed.expect("fits");
    }
    builder.finish()
}

/// A publish of half a gigabyte that names one chunk of the pack again and
/// again: the server reads all of it before it sees the lie.
pub(super) fn lie() -> Vec<u8> {
    let path = PublishPath {
        path: format!("/nix/store/{}-lie", "0".repeat(32)),
        nar_hash: NarHash::of(b"something else"),
        nar_size: (beginning().len() + REPEATS * CHUNK) as u64,
        references: Vec::new(),
        deriver: None,
        ca: None,
        sigs: Vec::new(),
        chunks: 1 + REPEATS as u32,
        replace: false,
    };
    let digest = *Digest::of(&chunk(0)).as_bytes();
    let mut digests = vec![digest; 1 + REPEATS];
    digests[0] = *Digest::of(&beginning()).as_bytes();
    publish_body::encode(&[path], &digests)
}

/// Bytes below the folder of blobs.
pub(super) fn stored(data: &Path) -> u64 {
    let mut folders = vec![data.join("storage")];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => folders.push(entry.path()),
                Ok(meta) => bytes += meta.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}
