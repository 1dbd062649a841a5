//! A group of paths becomes visible: one record, one transaction.

use std::sync::Arc;

use cache_api::{ErrorCode, PublishLine};
use cache_db::{DbError, PublishGroup, PublishOutcome, PublishRefusal, PublishRow, PublishVerdict};
use chunk_store::record::{Body, ChunkRef, PublishedPath};
use token_auth::Permission;

use super::prepare::{Ready, Shared, fingerprint, foreign_sigs, trouble};
use crate::engine::{Engine, EngineError};

/// Most paths of one group.
pub(super) const GROUP_PATHS: usize = 512;
/// Most chunks of one group, but for a single path that has more.
pub(super) const GROUP_CHUNKS: usize = 262_144;
/// Times that a path goes to a commit before it is given up.
const TRIES: usize = 8;

/// What became of a group.
#[derive(Default)]
pub(super) struct Committed {
    /// Answers.
    pub(super) lines: Vec<PublishLine>,
    /// Paths with nothing wrong, for a new group.
    pub(super) again: Vec<Ready>,
    /// Paths whose chunks or live object changed: to be prepared anew.
    pub(super) anew: Vec<Ready>,
}

impl Engine {
    /// Writes the record of a group and commits it.
    pub(super) async fn commit_group(&self, shared: &Shared, group: Vec<Ready>) -> Committed {
        match self.try_group(shared, &group).await {
            Ok(PublishVerdict::Committed(outcomes)) => Committed {
                lines: self.answer(&group, &outcomes),
                ..Committed::default()
            },
            Ok(PublishVerdict::Refused(reasons)) => self.sort_out(shared, group, reasons),
            Err(EngineError::Db(DbError::PutTooOld)) => self.once_more(group),
            // Another process added or retired a key.
            Err(EngineError::Db(DbError::Changed)) => {
                match self.0.config.db.removed_counters().await {
                    Ok(_) => self.once_more(group),
                    Err(error) => failed(&group, &error.into()),
                }
            }
            Err(error) => failed(&group, &error),
        }
    }

    async fn try_group(
        &self,
        shared: &Shared,
        group: &[Ready],
    ) -> Result<PublishVerdict, EngineError> {
        // Read anew for each group, so that a key that came meanwhile signs too.
        let cache = self.known_row(shared.row()).await?;
        let keys = cache.signing_keys()?;
        let signed_by = keys.iter().map(|key| key.id).collect();
        let shared = Shared {
            cache: cache.clone(),
            caller: shared.caller.clone(),
            digests: Vec::new(),
        };
        let rows: Vec<PublishRow> = group.iter().map(|ready| row(&shared, ready)).collect();
        let lines = group
            .iter()
            .zip(&rows)
            .map(|(ready, row)| record_line(ready, row));
        let body = Body::Publish(lines.collect());
        let settings = &cache.row.settings;
        let record = self.write_record(&cache.row.uid, &cache.row.name, settings, body);
        let group = PublishGroup {
            cache_id: cache.row.id,
            record: record.await?,
            signed_by,
            paths: rows,
        };
        Ok(self.0.config.db.commit_publish(group).await?)
    }

    fn answer(&self, group: &[Ready], outcomes: &[PublishOutcome]) -> Vec<PublishLine> {
        let line = |(ready, outcome): (&Ready, &PublishOutcome)| match outcome {
            PublishOutcome::Published => {
                self.0.tally.published.inc();
                PublishLine::published(&ready.claim.text)
            }
            PublishOutcome::Present { .. } => {
                self.0.tally.present.inc();
                PublishLine::present(&ready.claim.text)
            }
        };
        group.iter().zip(outcomes).map(line).collect()
    }

    /// Nothing of the group was written: answers those that failed for good and
    /// sends the others on another round.
    fn sort_out(
        &self,
        shared: &Shared,
        group: Vec<Ready>,
        reasons: Vec<Option<PublishRefusal>>,
    ) -> Committed {
        let mut outcome = Committed::default();
        for (mut ready, reason) in group.into_iter().zip(reasons) {
            ready.tries += 1;
            match reason {
                Some(PublishRefusal::PathDiffers { created_by }) => {
                    let line = self.differs(shared, &ready.claim, created_by.as_deref());
                    outcome.lines.push(line);
                }
                _ if ready.tries >= TRIES => outcome.lines.push(give_up(&ready)),
                None => outcome.again.push(ready),
                Some(_) => outcome.anew.push(ready),
            }
        }
        outcome
    }

    fn once_more(&self, group: Vec<Ready>) -> Committed {
        let mut outcome = Committed::default();
        for mut ready in group {
            ready.tries += 1;
            if ready.tries >= TRIES {
                outcome.lines.push(give_up(&ready));
            } else {
                outcome.again.push(ready);
            }
        }
        outcome
    }
}

fn failed(group: &[Ready], error: &EngineError) -> Committed {
    let line = |ready: &Ready| trouble(&ready.claim, error);
    Committed {
        lines: group.iter().map(line).collect(),
        ..Committed::default()
    }
}

fn give_up(ready: &Ready) -> PublishLine {
    let message = "the path was changed by others at every try";
    PublishLine::error(&ready.claim.text, ErrorCode::Overloaded, message)
}

/// The row of a path: all active keys sign it, and trusted signatures that came
/// along are kept.
fn row(shared: &Shared, ready: &Ready) -> PublishRow {
    let claim = &ready.claim;
    let text = fingerprint(&shared.cache, claim);
    let own = shared
        .cache
        .keys
        .iter()
        .map(|key| key.secret.sign(&text).to_string());
    let mut sigs: Vec<String> = own.collect();
    for sig in foreign_sigs(&shared.cache, claim) {
        if !sigs.contains(&sig) {
            sigs.push(sig);
        }
    }
    PublishRow {
        path: claim.path.clone(),
        nar_hash: claim.nar_hash,
        nar_size: claim.nar_size,
        references: claim.references.clone(),
        deriver: claim.deriver.clone(),
        ca: claim.ca.clone(),
        sigs,
        created_by: shared.caller.subject().map(str::to_owned),
        nar: ready.nar.clone(),
        // What was broken when it was looked at, and so free for all, may have
        // been healed since.
        replace: claim.replace && shared.caller.may(&shared.row().name, Permission::Delete),
        replaces: ready.replaces.clone(),
    }
}

fn record_line(ready: &Ready, row: &PublishRow) -> PublishedPath {
    let chunks: Arc<[_]> = ready.chunks.clone();
    PublishedPath {
        path: row.path.clone(),
        nar_hash: row.nar_hash,
        nar_size: row.nar_size,
        references: row.references.clone(),
        deriver: row.deriver.clone(),
        ca: row.ca.clone(),
        sigs: row.sigs.clone(),
        created_by: row.created_by.clone(),
        replaces: row.replaces.clone(),
        chunks: chunks
            .iter()
            .map(|chunk| ChunkRef {
                digest: chunk.digest,
                frame_id: chunk.frame_id,
            })
            .collect(),
    }
}
