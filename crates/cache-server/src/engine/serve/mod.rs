//! The only way bytes go out. Serving writes nothing.

mod frames;
mod hits;
mod listing;
mod name;
mod nar;
mod narinfo;
mod runs;

pub(super) use frames::{Frames, ReadError, ReadRun};
pub(super) use hits::Hits;
pub(super) use listing::{MAX_LISTING, pack_listing};
pub use name::{NarName, NarNameError};
pub use nar::{Nar, NarStream};
pub(super) use runs::{Place, Readings};

use cache_db::CacheId;
use nar_format::PathHash;
use tracing::warn;

use super::{Engine, EngineError};

impl Engine {
    /// What readers are told of trouble on this side: that the thing is not
    /// here. A client then asks its next substituter, while an error would fail
    /// its whole build.
    fn absent<T>(&self, answer: Result<Option<T>, EngineError>) -> Option<T> {
        answer.unwrap_or_else(|error| {
            self.0.tally.trouble.inc();
            let error = &error as &dyn std::error::Error;
            warn!(error, "answering as absent because of trouble");
            None
        })
    }

    /// Notes a use of a path, to be written later.
    fn note_use(&self, cache: CacheId, path: PathHash) {
        if !self.0.touches.note(cache, path, self.0.config.db.now()) {
            self.0.tally.touches_dropped.inc();
        }
    }
}
