//! NARs: frames as they rest, end to end.

use std::{pin::Pin, sync::Arc};

use bytes::Bytes;
use cache_db::{CacheRow, NarRow};
use chunk_store::recipe::Recipe;
use futures_util::{Stream, stream};
use tracing::warn;

use super::{Frames, NarName, ReadError, frames::ReadRun, name::version_text};
use crate::engine::{Engine, EngineError, damage::Report};

/// The bytes of a NAR. An error in it means that the answer must be cut off,
/// never ended cleanly.
pub type NarStream = Pin<Box<dyn Stream<Item = Result<Bytes, EngineError>> + Send>>;

/// A NAR that is here and sound.
pub struct Nar {
    engine: Engine,
    recipe: Recipe,
    len: u64,
    version: String,
    asked: Option<String>,
}

impl Nar {
    /// Bytes of the whole, as served.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are no bytes, which is never so.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What the bytes are told apart by: 26 characters of nix-base32, to be
    /// sent as the `ETag`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether the URL named this version. A range of another one must be
    /// answered as absent, since bytes of two encodings must not mix.
    pub fn is_version_asked(&self) -> bool {
        self.asked.as_ref() == Some(&self.version)
    }

    /// Whether the URL was of Attic's form, which knows no versions and so
    /// takes no ranges.
    pub fn is_unversioned(&self) -> bool {
        self.asked.is_none()
    }

    /// The bytes from `offset` on, `len` of them; both are cut to what there
    /// is. When this returns, the first read has succeeded.
    ///
    /// # Errors
    /// When the first frames do not read; the answer is then that the NAR is
    /// not here.
    pub async fn body(&self, offset: u64, len: u64) -> Result<NarStream, EngineError> {
        let end = offset.saturating_add(len).min(self.len);
        let (first, position) = self
            .recipe
            .block_at(offset)
            .map_or((0, 0), |block| (block.first, block.offset));
        let ids: Arc<[_]> = self.recipe.ids().into();
        let mut reading = Reading {
            frames: Frames::within(self.engine.clone(), ids, first, position, offset..end),
            engine: self.engine.clone(),
            position: offset,
            end,
            first: true,
            skip: 0,
        };
        let head = match reading.next().await {
            Ok(head) => head,
            Err(error) => {
                self.engine.0.tally.trouble.inc();
                return Err(error);
            }
        };
        self.engine.0.tally.nars_served.inc();
        let rest = stream::try_unfold(reading, async |mut reading| match reading.next().await {
            Ok(Some(bytes)) => Ok(Some((bytes, reading))),
            Ok(None) => Ok(None),
            Err(error) => {
                reading.engine.0.tally.nars_cut.inc();
                Err(error)
            }
        });
        let head = stream::iter(head.map(Ok));
        Ok(Box::pin(futures_util::StreamExt::chain(head, rest)))
    }
}

impl std::fmt::Debug for Nar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Nar({}, {} bytes)", self.version, self.len)
    }
}

/// One body under way.
struct Reading {
    frames: Frames,
    engine: Engine,
    /// The next byte to hand out.
    position: u64,
    end: u64,
    first: bool,
    /// Bytes of the next run that lie before the range.
    skip: u64,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, EngineError> {
        if self.position >= self.end {
            return Ok(None);
        }
        let run = match self.frames.next().await {
            Ok(Some(run)) => run,
            Ok(None) => return Err(EngineError::Cut("a NAR has fewer frames than bytes")),
            Err(ReadError::Engine(error)) => return Err(error),
            Err(ReadError::Damaged(ids)) => {
                warn!(chunks = ?ids, "frames read wrong, the answer is cut off");
                self.engine.report_damage(Report {
                    wrong: ids,
                    nar: self.frames.ids(),
                });
                return Err(EngineError::Cut("a frame is damaged or gone"));
            }
        };
        if self.first {
            self.first = false;
            self.skip = self.position - self.frames.first_start();
        }
        let bytes = self.trim(&run);
        self.position += bytes.len() as u64;
        self.engine.0.tally.nar_bytes.add(bytes.len() as u64);
        Ok(Some(bytes))
    }

    /// The part of a run that lies within the range.
    fn trim(&mut self, run: &ReadRun) -> Bytes {
        let len = run.bytes.len() as u64;
        let start = std::mem::take(&mut self.skip).min(len);
        let wanted = (self.end - self.position).min(len - start);
        run.bytes.slice(start as usize..(start + wanted) as usize)
    }
}

impl Engine {
    /// The NAR of that name, or `None` when it is not here. An object that was
    /// removed or replaced a short while ago still answers its own name.
    /// Trouble of the server is counted, logged and answered as `None` too.
    pub async fn nar(&self, cache: &CacheRow, name: &NarName) -> Option<Nar> {
        let row = self.absent(self.find_nar(cache, name).await)?;
        let nar = self.absent(open_nar(self, row, name).map(Some))?;
        self.note_use(cache.id, name.path);
        Some(nar)
    }

    async fn find_nar(
        &self,
        cache: &CacheRow,
        name: &NarName,
    ) -> Result<Option<NarRow>, EngineError> {
        self.require_ready()?;
        let db = &self.0.config.db;
        let wanted = name.exact.as_ref().map(|(hash, _)| *hash);
        let live = db.live_nar(cache.id, &name.path).await?;
        if let Some(row) = live
            && wanted.is_none_or(|hash| hash == row.facts.hash)
        {
            return Ok(Some(row));
        }
        let grace = self.0.config.removed_grace;
        let row = db.removed_object_nar(cache.id, &name.path, wanted.as_ref(), grace);
        Ok(row.await?)
    }
}

fn open_nar(engine: &Engine, row: NarRow, name: &NarName) -> Result<Nar, EngineError> {
    let recipe = Recipe::parse(&row.recipe)
        .map_err(|_| EngineError::Cut("a recipe in the database is damaged"))?;
    Ok(Nar {
        engine: engine.clone(),
        recipe,
        len: row.facts.frame_size,
        version: version_text(&row.facts.version),
        asked: name.exact.as_ref().map(|(_, version)| version.clone()),
    })
}
