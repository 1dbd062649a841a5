//! Packs: checked frame by frame while they stream to the store.

use bytes::{Bytes, BytesMut};
use cache_api::{Limits, PackAnswer};
use cache_db::{CacheRow, NewFrame, PackCommit};
use chunk_store::{
    blob::BlobWriter,
    pack::{PackLimits, Reader},
};
use futures_util::{Stream, StreamExt};

use super::super::{Caller, Engine, EngineError, error::pack_code};

/// Memory that one upload holds at most: index, one frame, rows, write buffer.
const UPLOAD_MEMORY: u64 = 3 << 20;

/// Bytes gathered before they are handed to the store, which writes on another thread.
const WRITE: usize = 256 << 10;

fn pack_limits(limits: &Limits) -> PackLimits {
    PackLimits {
        bytes: limits.max_pack_bytes,
        frames: limits.max_pack_frames,
        raw: limits.max_pack_raw,
    }
}

/// A pack on its way in.
struct Incoming {
    reader: Reader,
    writer: Box<dyn BlobWriter>,
    frames: Vec<NewFrame>,
    waiting: BytesMut,
}

impl Incoming {
    async fn take(&mut self, input: Bytes) -> Result<(), EngineError> {
        let Self { reader, frames, .. } = self;
        reader
            .push(&input, &mut |frame| {
                frames.push(NewFrame {
                    digest: frame.entry.digest,
                    frame_id: frame.frame_id,
                    raw_len: frame.entry.raw_len,
                    frame_len: frame.entry.frame_len,
                    offset: frame.offset,
                    sum: frame.entry.sum,
                });
            })
            .map_err(|error| EngineError::refused(pack_code(&error), error.to_string()))?;
        self.waiting.extend_from_slice(&input);
        if self.waiting.len() >= WRITE {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), EngineError> {
        let bytes = std::mem::take(&mut self.waiting).freeze();
        Ok(self.writer.write(bytes).await?)
    }
}

impl Engine {
    /// Takes one pack. When this answers, the pack survives power loss and its
    /// chunks are leased to the caller for grace. The answer never depends on
    /// what was known before. Nothing of the body is read before there is
    /// memory for it, nor where the `announced` bytes (if it is known how many
    /// come) are more than the caller may still leave unpublished.
    ///
    /// # Errors
    /// [`EngineError::Refused`] with the rule that the pack breaks; an error of
    /// the body, of the store or of the database. Nothing is kept then.
    pub async fn ingest_pack<S, E>(
        &self,
        caller: &Caller,
        cache: &CacheRow,
        announced: Option<u64>,
        body: S,
    ) -> Result<PackAnswer, EngineError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: std::fmt::Display + Send,
    {
        self.require_ready()?;
        if let Some(bytes) = announced {
            self.has_room(caller, cache, bytes).await?;
        }
        let _admission = self.admit(caller, UPLOAD_MEMORY).await?;
        let config = &self.0.config;
        let mut incoming = Incoming {
            reader: Reader::new(pack_limits(&config.limits)),
            writer: config.blobs.writer().await?,
            frames: Vec::new(),
            waiting: BytesMut::new(),
        };
        let mut body = std::pin::pin!(body);
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| EngineError::Body(error.to_string()))?;
            incoming.take(part).await?;
        }
        incoming.flush().await?;
        self.store_pack(caller, cache, incoming).await
    }

    /// Whether the caller may leave this many more bytes unpublished.
    async fn has_room(
        &self,
        caller: &Caller,
        cache: &CacheRow,
        bytes: u64,
    ) -> Result<(), EngineError> {
        let config = &self.0.config;
        let limit = config.limits.max_unpublished;
        let room = config
            .db
            .check_room(cache.id, caller.lease_key(), bytes, config.grace, limit);
        Ok(room.await?)
    }

    async fn store_pack(
        &self,
        caller: &Caller,
        cache: &CacheRow,
        incoming: Incoming,
    ) -> Result<PackAnswer, EngineError> {
        let Incoming {
            reader,
            writer,
            frames,
            ..
        } = incoming;
        let summary = reader
            .finish()
            .map_err(|error| EngineError::refused(pack_code(&error), error.to_string()))?;
        let config = &self.0.config;
        // A pack that is refused only after it was stored stays in trash for an
        // hour: a token above its limit could fill the disk with those.
        self.has_room(caller, cache, summary.bytes).await?;
        let key = self.fresh_pack_key();
        let put_at = config.db.now();
        writer.commit(&key).await?;
        let committed = config.db.commit_pack(PackCommit {
            cache_id: cache.id,
            token_key: caller.lease_key(),
            key,
            put_at,
            size: summary.bytes,
            frames,
            grace: config.grace,
            max_unpublished: config.limits.max_unpublished,
        });
        committed.await?;
        let tally = &self.0.tally;
        tally.packs.inc();
        tally.pack_bytes.add(summary.bytes);
        tally.frames.add(u64::from(summary.frames));
        Ok(PackAnswer {
            frames: summary.frames,
        })
    }
}
