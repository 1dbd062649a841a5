//! Frames that read wrong.
//!
//! A reader that meets one ends its answer and reports the chunk here. A
//! background task looks again before it marks anything: broken means absent,
//! so a disk that is away for a moment must not make a cache forget its chunks.

use std::{collections::HashMap, sync::Arc};

use chunk_store::{
    BlobKey, ChunkId,
    blob::{BlobError, BlobStore},
    frame::frame_sum,
};
use tokio::sync::mpsc;
use tracing::{error, warn};

use super::{Engine, EngineError, serve::Place};

/// Reports that wait at most.
const QUEUE: usize = 256;
/// Chunks looked up at once.
const WINDOW: usize = 1024;

/// Frames that read wrong, and the NAR they are of.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) wrong: Vec<ChunkId>,
    /// All chunks of the NAR. A pack that is gone takes all its chunks with
    /// it, and the next push can send them all only if all are marked.
    pub(super) nar: Arc<[ChunkId]>,
}

/// The sending end of the queue of reports.
pub(super) type Queue = mpsc::Sender<Report>;
/// The receiving end of the queue of reports.
pub(super) type Reports = mpsc::Receiver<Report>;

pub(super) fn queue() -> (Queue, Reports) {
    mpsc::channel(QUEUE)
}

/// What one look at a frame showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Sound,
    /// The frame is wrong, the blob absent or too short, or its bytes do not read.
    Damaged,
    /// The store did not answer in a way that says anything about the frame.
    Unknown,
}

/// What an error of a read says about the frame that was read. Pure.
fn look_of_error(error: &BlobError) -> Look {
    match error {
        BlobError::NotFound(_) | BlobError::Short { .. } => Look::Damaged,
        // EIO: the medium itself cannot give the bytes back.
        BlobError::Io { source, .. } if source.raw_os_error() == Some(5) => Look::Damaged,
        _ => Look::Unknown,
    }
}

async fn look(blobs: &dyn BlobStore, place: &Place) -> Look {
    let read = blobs.get_range(&place.pack_key, place.offset, place.frame_len as usize);
    match read.await {
        Ok(frame) if frame_sum(&frame) == place.sum => Look::Sound,
        Ok(_) => Look::Damaged,
        Err(error) => look_of_error(&error),
    }
}

impl Engine {
    /// Notes that frames read wrong. Never waits: a full queue drops the report.
    pub(super) fn report_damage(&self, report: Report) {
        if self.0.damage.try_send(report).is_err() {
            self.0.tally.damage_dropped.inc();
        }
    }

    /// Looks again at chunks that read wrong and marks those that are broken.
    /// When this returns, the marks are committed.
    ///
    /// Answers the chunks that are broken now.
    ///
    /// # Errors
    /// [`EngineError::NotReady`] when the store cannot be trusted at the moment.
    pub(super) async fn look_again(&self, report: &Report) -> Result<Vec<ChunkId>, EngineError> {
        let mut broken = Vec::new();
        let mut unknown = false;
        for place in self.places(&report.wrong).await?.into_iter().flatten() {
            // Two looks, since the first wrong read may have raced with a move.
            let mut seen = look(&*self.0.config.blobs, &place).await;
            if seen == Look::Damaged {
                seen = look(&*self.0.config.blobs, &place).await;
            }
            match seen {
                Look::Damaged => broken.push(place),
                Look::Sound => {}
                Look::Unknown => unknown = true,
            }
        }
        if broken.is_empty() && unknown {
            let why = "the blob store does not answer".to_owned();
            return Err(EngineError::NotReady(why));
        }
        if broken.is_empty() {
            return Ok(Vec::new());
        }
        broken.extend(self.in_lost_packs(&report.nar).await?);
        broken.sort_by_key(|place| place.id);
        broken.dedup_by_key(|place| place.id);
        if !self.identity_reads_back().await {
            let why = "the blob store does not show its identity".to_owned();
            return Err(EngineError::NotReady(why));
        }
        self.mark_broken(&broken).await?;
        Ok(broken.iter().map(|place| place.id).collect())
    }

    /// Those of these chunks whose pack is absent, or ends before them.
    async fn in_lost_packs(&self, ids: &[ChunkId]) -> Result<Vec<Place>, EngineError> {
        let blobs = &self.0.config.blobs;
        let mut sizes: HashMap<BlobKey, u64> = HashMap::new();
        let mut lost = Vec::new();
        for window in ids.chunks(WINDOW) {
            for place in self.places(window).await?.into_iter().flatten() {
                let size = match sizes.get(&place.pack_key) {
                    Some(size) => *size,
                    None => {
                        let size = blobs.head(&place.pack_key).await?.unwrap_or(0);
                        sizes.insert(place.pack_key.clone(), size);
                        size
                    }
                };
                if place.offset + u64::from(place.frame_len) > size {
                    lost.push(place);
                }
            }
        }
        Ok(lost)
    }

    /// Marks chunks broken, durably.
    pub(super) async fn mark_broken(&self, places: &[Place]) -> Result<(), EngineError> {
        let marked = self.0.config.db.mark_broken(places).await?;
        error!(chunks = ?marked, "marked chunks broken");
        self.0.tally.broken_marked.add(marked.len() as u64);
        Ok(())
    }

    /// Works on one report; trouble is logged and the report dropped, since the
    /// next reader reports again.
    pub(super) async fn handle_report(&self, report: Report) {
        if let Err(error) = self.look_again(&report).await {
            warn!(
                chunks = ?report.wrong,
                error = &error as &dyn std::error::Error,
                "cannot look again at damaged frames"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn check(error: BlobError, expected: Look) {
        assert_eq!(look_of_error(&error), expected, "{error:?}");
    }

    #[test]
    fn only_what_speaks_of_the_blob_is_damage() {
        let key = BlobKey::pack(ulid::Ulid::from(1));
        let io = |source| BlobError::Io {
            action: "read".to_owned(),
            source,
        };
        check(BlobError::NotFound(key.clone()), Look::Damaged);
        let short = BlobError::Short {
            key,
            size: 1,
            wanted: 2,
        };
        check(short, Look::Damaged);
        check(io(io::Error::from_raw_os_error(5)), Look::Damaged);
        check(io(io::Error::from_raw_os_error(13)), Look::Unknown);
        check(io(io::ErrorKind::TimedOut.into()), Look::Unknown);
        check(BlobError::Unavailable(String::new()), Look::Unknown);
        check(
            BlobError::Full(io::ErrorKind::StorageFull.into()),
            Look::Unknown,
        );
    }
}
