//! How many of a store's bytes are frames.

use std::path::PathBuf;

use anyhow::{Context, Result};
use chunk_store::pack::{PackLimits, Reader};

use crate::nars;

pub(crate) fn measure(folders: &[PathBuf]) -> Result<serde_json::Value> {
    let mut paths = Vec::new();
    for folder in folders {
        nars::below(folder, ".pack", &mut paths)?;
    }
    let (mut frames, mut bytes, mut packs) = (0_u64, 0_u64, 0_u64);
    for path in &paths {
        let pack = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        packs += pack.len() as u64;
        let mut reader = Reader::new(PackLimits::default());
        let mut count = |frame: chunk_store::pack::PackFrame<'_>| {
            frames += 1;
            bytes += frame.frame.len() as u64;
        };
        reader.push(&pack, &mut count)?;
        reader.finish()?;
    }
    Ok(serde_json::json!({
        "packs": paths.len(), "pack_bytes": packs, "frames": frames, "frame_bytes": bytes,
    }))
}
