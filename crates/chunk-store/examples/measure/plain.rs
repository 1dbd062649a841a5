//! The same NARs cut as others cut them: FastCDC of 16, 64 and 256 KiB over the
//! whole NAR, each distinct chunk compressed by itself.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Result;
use chunk_store::Digest;
use fastcdc::v2020::FastCDC;

use crate::nars;

const LEVEL: i32 = 3;
const KIB: u32 = 1024;

pub(crate) fn measure(folders: &[PathBuf]) -> Result<serde_json::Value> {
    let mut seen = HashSet::new();
    let mut codec = zstd::bulk::Compressor::new(LEVEL)?;
    let (mut chunks, mut bytes, mut raw) = (0_u64, 0_u64, 0_u64);
    for folder in folders {
        for path in nars::paths(folder)? {
            let nar = nars::one(&path)?;
            raw += nar.len() as u64;
            for cut in FastCDC::new(&nar, 16 * KIB, 64 * KIB, 256 * KIB) {
                let chunk = &nar[cut.offset..cut.offset + cut.length];
                chunks += 1;
                if seen.insert(Digest::of(chunk)) {
                    bytes += codec.compress(chunk)?.len() as u64;
                }
            }
        }
    }
    Ok(serde_json::json!({
        "nar_bytes": raw, "chunks": chunks, "distinct": seen.len(), "bytes": bytes,
    }))
}
