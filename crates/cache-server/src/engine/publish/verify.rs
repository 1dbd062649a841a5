//! Reads a NAR back from where it rests and checks all of it in one pass:
//! decode, BLAKE3 of each chunk, SHA-256 and size of the whole, NAR syntax.

use std::{ops::ControlFlow, sync::Arc};

use cache_db::{NarChunk, NewNar};
use chunk_store::{ChunkId, Digest, FrameId, frame::Decoder, recipe};
use nar_format::{
    NarHash,
    listing::ListingBuilder,
    nar::{self, NarError},
};
use sha2::{Digest as _, Sha256};

use crate::engine::{
    Engine, EngineError,
    damage::Report,
    serve::{Frames, MAX_LISTING, Place, ReadError, ReadRun, pack_listing},
};

/// A chunk that a digest resolved to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) id: ChunkId,
    pub(super) digest: Digest,
    pub(super) frame_id: FrameId,
    pub(super) frame_len: u32,
    pub(super) raw_len: u32,
}

impl From<NarChunk> for Chunk {
    fn from(chunk: NarChunk) -> Self {
        Self {
            id: chunk.id,
            digest: chunk.digest,
            frame_id: chunk.frame_id,
            frame_len: chunk.frame_len,
            raw_len: chunk.raw_len,
        }
    }
}

/// What a NAR is claimed to be.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) hash: NarHash,
    pub(super) size: u64,
    pub(super) chunks: Arc<[Chunk]>,
}

impl Wanted {
    fn ids(&self) -> Arc<[ChunkId]> {
        self.chunks.iter().map(|chunk| chunk.id).collect()
    }
}

/// Why a NAR cannot be promised.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsound {
    /// These chunks are broken or gone, and marked so.
    #[error("{} chunks are broken or gone", .0.len())]
    Gone(Vec<ChunkId>),
    /// The frame of this chunk did not decode to what its digest names, and is marked so.
    #[error("a frame does not decode to the bytes that its digest names")]
    Lie(ChunkId),
    #[error("the NAR has the hash {0}")]
    Hash(NarHash),
    #[error("the NAR has {0} bytes")]
    Size(u64),
    #[error("not a NAR: {0}")]
    Malformed(NarError),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// The checks under way; moves between threads run by run.
struct Checks {
    decoder: Decoder,
    syntax: nar::Decoder,
    listing: ListingBuilder,
    sha: Sha256,
    wanted: Wanted,
    /// The next chunk.
    next: usize,
}

/// What is wrong with a run.
enum Wrong {
    Lie(Place),
    Malformed(NarError),
}

impl Checks {
    fn new(wanted: Wanted) -> Self {
        let limits = nar::Limits {
            nar_size: wanted.size,
            ..nar::Limits::default()
        };
        Self {
            decoder: Decoder::new(),
            syntax: nar::Decoder::with_limits(limits),
            listing: ListingBuilder::with_limit(MAX_LISTING),
            sha: Sha256::new(),
            wanted,
            next: 0,
        }
    }

    fn run(&mut self, run: &ReadRun) -> Result<(), Wrong> {
        let mut at = 0;
        for place in &run.frames {
            let end = at + place.frame_len as usize;
            self.frame(&run.bytes[at..end], place)?;
            at = end;
        }
        Ok(())
    }

    fn frame(&mut self, frame: &[u8], place: &Place) -> Result<(), Wrong> {
        let expected = self.wanted.chunks[self.next].digest;
        self.next += 1;
        let raw = match self.decoder.decode(frame, place.raw_len as usize) {
            Ok(raw) if Digest::of(raw) == expected => raw,
            _ => return Err(Wrong::Lie(place.clone())),
        };
        self.sha.update(raw);
        let Self {
            syntax, listing, ..
        } = self;
        syntax
            .push(raw, &mut |event| listing.event(&event))
            .map_err(Wrong::Malformed)
    }

    fn finish(self) -> Result<NewNar, Unsound> {
        self.syntax.finish().map_err(Unsound::Malformed)?;
        let hash = NarHash::from_bytes(self.sha.finalize().into());
        if hash != self.wanted.hash {
            return Err(Unsound::Hash(hash));
        }
        let chunks = &self.wanted.chunks;
        let lens: Vec<(ChunkId, u32)> = chunks.iter().map(|c| (c.id, c.frame_len)).collect();
        let listing = self.listing.finish();
        Ok(NewNar {
            version: recipe::version(chunks.iter().map(|chunk| &chunk.frame_id)),
            frame_size: chunks.iter().map(|chunk| u64::from(chunk.frame_len)).sum(),
            recipe: recipe::encode(&lens),
            listing: listing.map_or_else(Vec::new, |listing| pack_listing(&listing.into_json())),
        })
    }
}

impl Engine {
    /// Verifies a NAR. When this answers [`Unsound::Gone`] or
    /// [`Unsound::Lie`], the marks are committed.
    pub(super) async fn verify(&self, wanted: Wanted) -> Result<NewNar, Unsound> {
        let size = wanted.chunks.iter().map(|c| u64::from(c.raw_len)).sum();
        if size != wanted.size {
            return Err(Unsound::Size(size));
        }
        // A frame that reads wrong once and right the next time is worth one
        // more try; no more, or a failing disk would keep this busy for ever.
        for _ in 0..2 {
            if let ControlFlow::Break(answer) = self.verify_once(&wanted).await {
                return answer;
            }
        }
        Err(EngineError::NotReady("frames read wrong now and then".to_owned()).into())
    }

    async fn verify_once(&self, wanted: &Wanted) -> ControlFlow<Result<NewNar, Unsound>> {
        match self.one_pass(wanted).await {
            Ok(nar) => {
                self.0.tally.verified_bytes.add(wanted.size);
                ControlFlow::Break(Ok(nar))
            }
            Err(Fault::Read(wrong)) => match self.judge_damage(wrong, wanted).await {
                Ok(gone) if gone.is_empty() => ControlFlow::Continue(()),
                Ok(gone) => ControlFlow::Break(Err(Unsound::Gone(gone))),
                Err(error) => ControlFlow::Break(Err(error.into())),
            },
            Err(Fault::Unsound(unsound)) => ControlFlow::Break(Err(unsound)),
        }
    }

    /// Which chunks are broken or gone, with the marks committed.
    async fn judge_damage(
        &self,
        wrong: Vec<ChunkId>,
        wanted: &Wanted,
    ) -> Result<Vec<ChunkId>, EngineError> {
        let places = self.places(&wrong).await?;
        let absent = wrong
            .iter()
            .zip(&places)
            .filter(|(_, place)| place.is_none());
        let mut gone: Vec<ChunkId> = absent.map(|(id, _)| *id).collect();
        let nar = wanted.ids();
        gone.extend(self.look_again(&Report { wrong, nar }).await?);
        Ok(gone)
    }

    async fn one_pass(&self, wanted: &Wanted) -> Result<NewNar, Fault> {
        let mut frames = Frames::all(self.clone(), wanted.ids());
        let mut checks = Box::new(Checks::new(wanted.clone()));
        while let Some(run) = frames.next().await? {
            let step = move || {
                let outcome = checks.run(&run);
                (checks, outcome)
            };
            let (back, outcome) = blocking(step).await?;
            checks = back;
            match outcome {
                Ok(()) => {}
                Err(Wrong::Malformed(error)) => return Err(Unsound::Malformed(error).into()),
                Err(Wrong::Lie(place)) => {
                    self.mark_broken(std::slice::from_ref(&place)).await?;
                    return Err(Unsound::Lie(place.id).into());
                }
            }
        }
        Ok(blocking(move || checks.finish()).await??)
    }
}

/// Why a pass ended early.
enum Fault {
    /// These frames did not read right.
    Read(Vec<ChunkId>),
    Unsound(Unsound),
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(ids) => Self::Read(ids),
            ReadError::Engine(error) => Self::Unsound(error.into()),
        }
    }
}

impl From<Unsound> for Fault {
    fn from(unsound: Unsound) -> Self {
        Self::Unsound(unsound)
    }
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        Self::Unsound(error.into())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, EngineError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| EngineError::Cut("a verification ended without an answer"))
}
