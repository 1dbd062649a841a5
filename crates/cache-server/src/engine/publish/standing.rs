//! What is there already under the path that is to be published.

use std::sync::Arc;

use cache_api::{ErrorCode, PublishLine};
use cache_db::{NarId, ObjectRow, merge_signatures};
use chunk_store::BlobKey;
use token_auth::Permission;
use tracing::warn;

use super::{
    prepare::{Shared, foreign_sigs},
    request::Claim,
    verify::Chunk,
};
use crate::engine::{Engine, EngineError};

/// What the live object of a path says about publishing it.
pub(super) enum Standing {
    /// Nothing in the way; the record of a live object whose place it takes.
    Open(Option<BlobKey>),
    /// It is there, and trusted signatures come with the claim: what is there
    /// stays, and the record that names the new signatures names its frames.
    Merge {
        /// The record of the live object.
        replaces: BlobKey,
        /// The NAR that is there.
        nar: NarId,
        /// Its chunks.
        chunks: Arc<[Chunk]>,
    },
    /// There is nothing to do or to be done.
    Answered(PublishLine),
}

impl Engine {
    /// Looks at the live object of the path before any work is done.
    pub(super) async fn standing(
        &self,
        shared: &Shared,
        claim: &Claim,
    ) -> Result<Standing, EngineError> {
        let db = &self.0.config.db;
        let hash = claim.path.hash();
        let Some((object, whole)) = db.live_object(shared.row().id, &hash).await? else {
            return Ok(Standing::Open(None));
        };
        if whole && same_facts(claim, &object) {
            if let Some(chunks) = self.to_merge(shared, claim, &object).await? {
                return Ok(Standing::Merge {
                    replaces: object.record,
                    nar: object.nar.id,
                    chunks,
                });
            }
            // Counts as a use, committed before it is answered. A path that was
            // removed this moment is published anew.
            let gone = db.paths_missing(shared.row().id, &[hash]).await?;
            return Ok(if gone.is_empty() {
                self.0.tally.present.inc();
                Standing::Answered(PublishLine::present(&claim.text))
            } else {
                Standing::Open(None)
            });
        }
        if whole && !claim.replace {
            return Ok(Standing::Answered(self.differs(
                shared,
                claim,
                object.created_by.as_deref(),
            )));
        }
        if whole && !shared.caller.may(&shared.row().name, Permission::Delete) {
            let message = "replacing a path needs the delete permission";
            let line = PublishLine::error(&claim.text, ErrorCode::Forbidden, message);
            return Ok(Standing::Answered(line));
        }
        Ok(Standing::Open(Some(object.record)))
    }

    /// The chunks of a live object that gets signatures from this claim.
    /// `None` when it brings no new ones that are trusted, or there is no room
    /// for them, or its digests are not those of the NAR: such a claim would
    /// have a path of few bytes hold the chunks of a large NAR in memory.
    async fn to_merge(
        &self,
        shared: &Shared,
        claim: &Claim,
        object: &ObjectRow,
    ) -> Result<Option<Arc<[Chunk]>>, EngineError> {
        let sigs = foreign_sigs(&shared.cache, claim);
        if merge_signatures(&object.sigs, &sigs) == object.sigs {
            return Ok(None);
        }
        let digests = shared.digests_of(claim);
        let kept = self.0.config.db.nar_chunks(object.nar.id, digests.len());
        let kept = kept.await?.unwrap_or_default();
        let same = !kept.is_empty() && kept.iter().map(|chunk| &chunk.digest).eq(digests);
        Ok(same.then(|| kept.into_iter().map(Chunk::from).collect()))
    }

    /// The first publish wins: the answer to any other.
    pub(super) fn differs(
        &self,
        shared: &Shared,
        claim: &Claim,
        first: Option<&str>,
    ) -> PublishLine {
        warn!(
            cache = %shared.row().name,
            path = %claim.path,
            first,
            second = shared.caller.subject(),
            "a path was published again with other facts"
        );
        let message = "the path is published with another name, NAR hash, size, references or CA";
        PublishLine::error(&claim.text, ErrorCode::PathDiffers, message)
    }
}

/// Whether a claim says the same of its path as the live object does.
fn same_facts(claim: &Claim, object: &ObjectRow) -> bool {
    let mut references = object.references.clone();
    references.sort();
    references.dedup();
    claim.path == object.path
        && claim.nar_hash == object.nar.hash
        && claim.nar_size == object.nar.size
        && claim.references == references
        && claim.ca == object.ca
}
