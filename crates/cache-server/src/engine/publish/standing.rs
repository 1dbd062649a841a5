//! What is there already under the path that is to be published.

use cache_api::{ErrorCode, PublishLine};
use cache_db::ObjectRow;
use chunk_store::BlobKey;
use token_auth::Permission;
use tracing::warn;

use super::{
    prepare::{Shared, foreign_sigs},
    request::Claim,
};
use crate::engine::{Engine, EngineError};

/// What the live object of a path says about publishing it.
pub(super) enum Standing {
    /// Nothing in the way; the record of a live object whose place it takes.
    Open(Option<BlobKey>),
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
            if !foreign_sigs(&shared.cache, claim)
                .iter()
                .all(|sig| object.sigs.contains(sig))
            {
                return Ok(Standing::Open(Some(object.record)));
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
