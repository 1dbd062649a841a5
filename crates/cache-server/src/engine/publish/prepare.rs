//! One path, up to the point where it may be committed.

use std::sync::Arc;

use cache_api::{ErrorCode, PublishLine, PublishStatus};
use cache_db::{CacheRow, NarSource, ResolvedChunk};
use chunk_store::{BlobKey, ChunkId, Digest};
use tracing::warn;

use super::{
    request::Claim,
    verify::{Chunk, Unsound, Wanted},
};
use crate::engine::{Caller, Engine, EngineError, known::KnownCache};

/// Times a path is resolved anew after chunks of it were found broken.
const RESOLVES: usize = 4;
/// What is said where a frame is not what its sender said.
const LIED: &str = "a frame did not decode to the bytes that its digest names";
/// Digests of one transaction of resolving.
pub(super) const WINDOW: usize = 8192;

/// A request as its parts share it.
pub(super) struct Shared {
    pub(super) caller: Caller,
    pub(super) cache: Arc<KnownCache>,
    pub(super) digests: Vec<Digest>,
}

impl Shared {
    pub(super) fn row(&self) -> &CacheRow {
        &self.cache.row
    }

    pub(super) fn digests_of(&self, claim: &Claim) -> &[Digest] {
        &self.digests[claim.digests.clone()]
    }
}

/// A path that may be committed.
pub(super) struct Ready {
    pub(super) claim: Claim,
    pub(super) chunks: Arc<[Chunk]>,
    pub(super) nar: NarSource,
    pub(super) replaces: Option<BlobKey>,
    /// How often it went to a commit already.
    pub(super) tries: usize,
}

impl Engine {
    /// Brings a path to where it may be committed, or to its answer.
    /// `resolved` is what its digests resolved to, if that was done already.
    pub(super) async fn prepare(
        &self,
        shared: &Shared,
        claim: Claim,
        replaces: Option<BlobKey>,
        resolved: Option<Vec<Option<Chunk>>>,
        tries: usize,
    ) -> Result<Ready, PublishLine> {
        let mut resolved = resolved;
        let mut lied = false;
        for _ in 0..RESOLVES {
            let found = match resolved.take() {
                Some(found) => found,
                None => self
                    .resolve_path(shared, &claim)
                    .await
                    .map_err(|error| trouble(&claim, &error))?,
            };
            let chunks: Arc<[Chunk]> = match whole(found) {
                Ok(chunks) => chunks.into(),
                Err(missing) => return Err(missing_line(&claim, missing, lied)),
            };
            match self.source(shared, &claim, &chunks).await {
                Ok(nar) => {
                    return Ok(Ready {
                        claim,
                        chunks,
                        nar,
                        replaces,
                        tries,
                    });
                }
                Err(unsound) => match &*unsound {
                    Unsound::Gone(_) => {}
                    Unsound::Lie(_) => lied = true,
                    other => return Err(unsound_line(&claim, other)),
                },
            }
        }
        let (code, message) = if lied {
            (ErrorCode::DigestMismatch, LIED)
        } else {
            let message = "its chunks break faster than they can be checked";
            (ErrorCode::StoreUnavailable, message)
        };
        Err(PublishLine::error(&claim.text, code, message))
    }

    /// The sound nar of this cache that is exactly these chunks, or a new one
    /// that was verified.
    async fn source(
        &self,
        shared: &Shared,
        claim: &Claim,
        chunks: &Arc<[Chunk]>,
    ) -> Result<NarSource, Arc<Unsound>> {
        let ids: Vec<ChunkId> = chunks.iter().map(|chunk| chunk.id).collect();
        let db = &self.0.config.db;
        let cache = shared.row().id;
        let same = db.reusable_nar(cache, &claim.nar_hash, claim.nar_size, &ids);
        let same = same
            .await
            .map_err(|error| Arc::new(EngineError::from(error).into()))?;
        if let Some(nar) = same {
            self.0.tally.nars_reused.inc();
            return Ok(NarSource::Reuse(nar));
        }
        let wanted = Wanted {
            hash: claim.nar_hash,
            size: claim.nar_size,
            chunks: chunks.clone(),
        };
        let token = shared.caller.lease_key();
        let nar = self.verify_once_each(token, cache, wanted).await?;
        Ok(NarSource::New((*nar).clone()))
    }

    /// Resolves the digests of one path, in windows, each with its lease.
    async fn resolve_path(
        &self,
        shared: &Shared,
        claim: &Claim,
    ) -> Result<Vec<Option<Chunk>>, EngineError> {
        let mut found = Vec::with_capacity(claim.digests.len());
        for window in shared.digests_of(claim).chunks(WINDOW) {
            found.extend(self.resolve(shared, window.to_vec()).await?);
        }
        Ok(found)
    }

    /// Resolves one window of digests and takes its lease.
    pub(super) async fn resolve(
        &self,
        shared: &Shared,
        digests: Vec<Digest>,
    ) -> Result<Vec<Option<Chunk>>, EngineError> {
        let query = self.resolve_query(&shared.caller, shared.row(), digests.clone());
        let rows = self.0.config.db.resolve(query.await?).await?;
        let chunk = |(digest, row): (Digest, Option<ResolvedChunk>)| {
            row.map(|row| Chunk {
                id: row.id,
                digest,
                frame_id: row.frame_id,
                frame_len: row.loc.frame_len,
                raw_len: row.loc.raw_len,
            })
        };
        Ok(digests.into_iter().zip(rows).map(chunk).collect())
    }
}

/// The signatures of a claim that keys trusted by the cache made.
pub(super) fn foreign_sigs(cache: &KnownCache, claim: &Claim) -> Vec<String> {
    let fingerprint = fingerprint(cache, claim);
    let trusted = |sig: &&nar_format::signing::Signature| {
        let mut keys = cache.upstream.iter().chain(&cache.public);
        keys.any(|key| key.verify(&fingerprint, sig))
    };
    claim
        .sigs
        .iter()
        .filter(trusted)
        .map(ToString::to_string)
        .collect()
}

/// What the signatures of a claim sign.
pub(super) fn fingerprint(cache: &KnownCache, claim: &Claim) -> String {
    let store_dir = nar_format::StoreDir::parse(&cache.row.settings.store_dir).unwrap_or_default();
    nar_format::narinfo::fingerprint(
        &store_dir,
        &claim.path,
        &claim.nar_hash,
        claim.nar_size,
        &claim.references,
    )
}

/// All chunks, or the indices of those that are missing.
fn whole(found: Vec<Option<Chunk>>) -> Result<Vec<Chunk>, Vec<u32>> {
    let missing: Vec<u32> = (0u32..)
        .zip(&found)
        .filter_map(|(at, chunk)| chunk.is_none().then_some(at))
        .collect();
    if missing.is_empty() {
        Ok(found.into_iter().flatten().collect())
    } else {
        Err(missing)
    }
}

/// Chunks must be sent (again). Where a frame lied, the code says so.
fn missing_line(claim: &Claim, missing: Vec<u32>, lied: bool) -> PublishLine {
    let mut line = PublishLine::missing(&claim.text, missing);
    if lied {
        line.code = Some(ErrorCode::DigestMismatch);
        line.http = Some(ErrorCode::DigestMismatch.http());
        line.message = Some(LIED.to_owned());
    }
    debug_assert_eq!(line.status, PublishStatus::Missing);
    line
}

fn unsound_line(claim: &Claim, unsound: &Unsound) -> PublishLine {
    let code = match unsound {
        Unsound::Hash(_) => ErrorCode::NarHashMismatch,
        Unsound::Size(_) => ErrorCode::NarSizeMismatch,
        Unsound::Malformed(_) => ErrorCode::MalformedNar,
        Unsound::Gone(_) => ErrorCode::MissingChunks,
        Unsound::Lie(_) => ErrorCode::DigestMismatch,
        Unsound::Engine(error) => return trouble(claim, error),
    };
    let claimed = match unsound {
        Unsound::Hash(_) => format!(", claimed was {}", claim.nar_hash),
        Unsound::Size(_) => format!(", claimed were {}", claim.nar_size),
        _ => String::new(),
    };
    PublishLine::error(&claim.text, code, format!("{unsound}{claimed}"))
}

/// Trouble of the server with one path: the details go to the log alone.
pub(super) fn trouble(claim: &Claim, error: &EngineError) -> PublishLine {
    if error.is_trouble() {
        let error = error as &dyn std::error::Error;
        warn!(path = %claim.path, error, "cannot publish a path");
    }
    PublishLine::error(&claim.text, error.code(), error.to_string())
}
