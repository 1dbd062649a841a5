//! Reads the frames of a NAR in order: windows of chunk ids become places,
//! places become long reads, and the next read runs while the last is used.
//! Serving and publishing read through this one path.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use chunk_store::{
    BlobKey, ChunkId,
    blob::{BlobError, CachedBlob},
    frame::frame_sum,
};
use tokio::task::JoinHandle;

use super::runs::{CHECKED, Place, ReadingGuard, Run, SERVED, plan};
use crate::engine::{Engine, EngineError};

/// Chunks resolved at once; the first window is small, for a quick first byte.
const FIRST_WINDOW: usize = 64;
const WINDOW: usize = 1024;

/// Why frames could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// These frames are wrong, gone or marked broken; one of them at least.
    #[error("{} frames are damaged or gone", .0.len())]
    Damaged(Vec<ChunkId>),
    /// Database or store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Frames that were read together and have the sums of their rows.
#[derive(Debug)]
pub(crate) struct ReadRun {
    pub(crate) bytes: Bytes,
    pub(crate) frames: Vec<Place>,
}

/// The frames of a list of chunks, as a sequence of [`ReadRun`]s.
pub(crate) struct Frames {
    reading: ReadingGuard,
    engine: Engine,
    ids: Arc<[ChunkId]>,
    next: usize,
    window: usize,
    /// Frame bytes before the chunk at `next`.
    position: u64,
    /// Frame bytes before the first frame that is read.
    first_start: Option<u64>,
    /// Frame bytes that are wanted.
    wanted: Range<u64>,
    /// Bytes of one read.
    most: u64,
    runs: VecDeque<Run>,
    /// The pack that was read last.
    pack: Option<(BlobKey, Box<dyn CachedBlob>)>,
    ahead: Option<JoinHandle<Result<ReadRun, ReadError>>>,
}

impl Frames {
    /// All frames of these chunks.
    pub(crate) fn all(engine: Engine, ids: Arc<[ChunkId]>) -> Self {
        let mut all = Self::within(engine, ids, 0, 0, 0..u64::MAX);
        all.most = CHECKED;
        all
    }

    /// The frames that hold the byte range `wanted`, beginning the search at
    /// chunk `first`, before which there are `position` frame bytes.
    pub(crate) fn within(
        engine: Engine,
        ids: Arc<[ChunkId]>,
        first: usize,
        position: u64,
        wanted: Range<u64>,
    ) -> Self {
        Self {
            reading: engine.0.readings.begin(),
            engine,
            ids,
            next: first,
            window: FIRST_WINDOW,
            position,
            first_start: None,
            wanted,
            most: SERVED,
            runs: VecDeque::new(),
            pack: None,
            ahead: None,
        }
    }

    /// All chunks of the list.
    pub(crate) fn ids(&self) -> Arc<[ChunkId]> {
        self.ids.clone()
    }

    /// Where the first run begins among all frame bytes; known once it was read.
    pub(crate) fn first_start(&self) -> u64 {
        self.first_start.unwrap_or(self.position)
    }

    /// The next frames, or `None` after the last. Where they are in memory
    /// they come at once; where they must be waited for, the read after them
    /// runs meanwhile.
    pub(crate) async fn next(&mut self) -> Result<Option<ReadRun>, ReadError> {
        let current = match self.ahead.take() {
            Some(handle) => handle,
            None => match self.next_run().await? {
                Some(run) => match self.at_once(&run) {
                    Some(bytes) => return check(bytes, run.frames).map(Some),
                    None => self.start(run),
                },
                None => return Ok(None),
            },
        };
        self.ahead = self.next_run().await?.map(|run| self.start(run));
        let read = current.await;
        read.map_err(|_| EngineError::Cut("a read ended without an answer"))?
            .map(Some)
    }

    /// The bytes of a run, if no disk has to be waited for.
    fn at_once(&mut self, run: &Run) -> Option<Bytes> {
        let len = usize::try_from(run.len).ok()?;
        let pack = match self.pack.take() {
            Some((key, pack)) if key == run.pack => pack,
            _ => self.engine.0.config.blobs.open_cached(&run.pack)?,
        };
        let bytes = pack.read(run.offset, len);
        if self.reading.may_hold_a_pack() {
            self.pack = Some((run.pack.clone(), pack));
        }
        bytes
    }

    fn start(&self, run: Run) -> JoinHandle<Result<ReadRun, ReadError>> {
        tokio::spawn(read(self.engine.clone(), run))
    }

    async fn next_run(&mut self) -> Result<Option<Run>, ReadError> {
        if self.runs.is_empty() {
            self.fill().await?;
        }
        Ok(self.runs.pop_front())
    }

    /// Resolves windows until there is something to read or nothing is left.
    async fn fill(&mut self) -> Result<(), ReadError> {
        while self.runs.is_empty() && self.next < self.ids.len() && self.position < self.wanted.end
        {
            let end = self.ids.len().min(self.next + self.window);
            let ids = &self.ids[self.next..end];
            let places = whole(ids, self.engine.places(ids).await?)?;
            self.next = end;
            self.window = WINDOW;
            let mut kept = Vec::with_capacity(places.len());
            for place in places {
                let start = self.position;
                self.position += u64::from(place.frame_len);
                if self.position > self.wanted.start && start < self.wanted.end {
                    self.first_start.get_or_insert(start);
                    kept.push(place);
                }
            }
            let most = self.most.min(self.reading.run_bytes());
            self.runs = plan(kept, most).into();
        }
        Ok(())
    }
}

/// All places, or which chunks have none.
fn whole(ids: &[ChunkId], places: Vec<Option<Place>>) -> Result<Vec<Place>, ReadError> {
    let gone: Vec<ChunkId> = ids
        .iter()
        .zip(&places)
        .filter_map(|(id, place)| place.is_none().then_some(*id))
        .collect();
    if gone.is_empty() {
        Ok(places.into_iter().flatten().collect())
    } else {
        Err(ReadError::Damaged(gone))
    }
}

async fn read(engine: Engine, run: Run) -> Result<ReadRun, ReadError> {
    match fetch(&engine, &run).await {
        Ok(bytes) => check(bytes, run.frames),
        Err(BlobError::NotFound(_) | BlobError::Short { .. }) => read_moved(&engine, &run).await,
        Err(error) => Err(unreadable(error, &run)),
    }
}

/// Frames whose medium fails are damaged; a store that is away is not.
fn unreadable(error: BlobError, run: &Run) -> ReadError {
    match &error {
        BlobError::Io { source, .. } if source.raw_os_error() == Some(5) => {
            ReadError::Damaged(ids_of(run))
        }
        _ => ReadError::Engine(error.into()),
    }
}

fn ids_of(run: &Run) -> Vec<ChunkId> {
    run.frames.iter().map(|place| place.id).collect()
}

async fn fetch(engine: &Engine, run: &Run) -> Result<Bytes, BlobError> {
    let len = usize::try_from(run.len).expect("a run is at most a MiB and a frame");
    let blobs = &engine.0.config.blobs;
    blobs.get_range(&run.pack, run.offset, len).await
}

/// A pack may have been repacked since its window was resolved: looks its
/// chunks up once more by id.
async fn read_moved(engine: &Engine, old: &Run) -> Result<ReadRun, ReadError> {
    let ids = ids_of(old);
    let places = whole(&ids, engine.places(&ids).await?)?;
    let mut bytes = BytesMut::with_capacity(old.frames.len());
    for run in plan(places.clone(), CHECKED) {
        match fetch(engine, &run).await {
            Ok(part) => bytes.extend_from_slice(&part),
            Err(BlobError::NotFound(_) | BlobError::Short { .. }) => {
                return Err(ReadError::Damaged(ids_of(&run)));
            }
            Err(error) => return Err(unreadable(error, &run)),
        }
    }
    check(bytes.freeze(), places)
}

/// Compares every frame with the sum of its row.
fn check(bytes: Bytes, frames: Vec<Place>) -> Result<ReadRun, ReadError> {
    let mut at = 0;
    let mut wrong = Vec::new();
    for place in &frames {
        let end = at + place.frame_len as usize;
        if frame_sum(&bytes[at..end]) != place.sum {
            wrong.push(place.id);
        }
        at = end;
    }
    if wrong.is_empty() {
        Ok(ReadRun { bytes, frames })
    } else {
        Err(ReadError::Damaged(wrong))
    }
}

impl Engine {
    /// Where these chunks rest; `None` for one that is gone or broken.
    pub(crate) async fn places(&self, ids: &[ChunkId]) -> Result<Vec<Option<Place>>, EngineError> {
        let found = self.0.config.db.chunk_locs(ids).await?;
        let sound = |place: Option<Place>| place.filter(|place| !place.broken);
        Ok(found.into_iter().map(sound).collect())
    }
}
