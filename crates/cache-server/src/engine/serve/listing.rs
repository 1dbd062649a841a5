//! `.ls`: what is in a NAR, kept since it was verified.

use bytes::Bytes;
use cache_db::CacheRow;
use nar_format::PathHash;

use crate::engine::{Engine, EngineError};

/// The level at which listings are kept.
const LEVEL: i32 = 3;
/// Bytes of the largest listing that is kept, unpacked: some 100,000 files. A
/// NAR with more is published without one.
pub(crate) const MAX_LISTING: usize = 16 << 20;

/// A listing as it is kept; empty for one that is too large to be kept.
pub(crate) fn pack_listing(json: &str) -> Vec<u8> {
    if json.len() > MAX_LISTING {
        return Vec::new();
    }
    zstd::bulk::compress(json.as_bytes(), LEVEL).unwrap_or_default()
}

fn unpack_listing(kept: &[u8]) -> Option<Vec<u8>> {
    if kept.is_empty() {
        return None;
    }
    zstd::bulk::decompress(kept, MAX_LISTING).ok()
}

impl Engine {
    /// The listing of a path's NAR as JSON, or `None` when it is not here.
    pub async fn listing(&self, cache: &CacheRow, path: PathHash) -> Option<Bytes> {
        self.absent(self.read_listing(cache, path).await)
    }

    async fn read_listing(
        &self,
        cache: &CacheRow,
        path: PathHash,
    ) -> Result<Option<Bytes>, EngineError> {
        self.require_ready()?;
        let db = &self.0.config.db;
        let Some(object) = db.object(cache.id, &path).await? else {
            return Ok(None);
        };
        let Some(kept) = db.listing(object.nar.id).await? else {
            return Ok(None);
        };
        let unpacked = tokio::task::spawn_blocking(move || unpack_listing(&kept));
        let unpacked = unpacked.await;
        Ok(unpacked
            .map_err(|_| EngineError::Cut("a listing was not unpacked"))?
            .map(Bytes::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_come_back_and_have_a_limit() {
        let json = r#"{"version":1,"root":{"type":"directory","entries":{}}}"#;
        assert_eq!(
            unpack_listing(&pack_listing(json)).unwrap(),
            json.as_bytes()
        );
        assert!(pack_listing(&" ".repeat(MAX_LISTING + 1)).is_empty());
        assert_eq!(unpack_listing(&[]), None);
    }
}
