//! One publish request: its paths side by side, its lines as they come.

use std::{pin::Pin, sync::Arc};

use cache_api::{ErrorCode, PublishLine};
use cache_db::{CacheRow, NarSource};
use chunk_store::BlobKey;
use futures_util::{Stream, stream};
use nar_format::StoreDir;
use tokio::{
    sync::mpsc,
    task::{JoinHandle, JoinSet},
};

use super::{
    commit::{Committed, GROUP_CHUNKS, GROUP_PATHS},
    prepare::{Ready, Shared, WINDOW, trouble},
    request::{Claim, PublishRequest, check_all, deal},
    standing::Standing,
    verify::Chunk,
};
use crate::engine::{Admission, Caller, Engine, EngineError};

/// The answers of a publish, a line a path, as they come. Dropping it does not
/// stop the work.
pub type PublishStream = Pin<Box<dyn Stream<Item = PublishLine> + Send>>;

/// Paths of one request that are prepared at once.
const SIDE_BY_SIDE: usize = 8;

/// A path that waits to be prepared.
struct Waiting {
    claim: Claim,
    replaces: Option<BlobKey>,
    resolved: Option<Vec<Option<Chunk>>>,
    tries: usize,
}

/// A group that is being committed, and the paths in it.
struct Committing {
    task: JoinHandle<Committed>,
    paths: Vec<String>,
}

/// One request under way.
struct Driver {
    engine: Engine,
    shared: Arc<Shared>,
    lines: mpsc::UnboundedSender<PublishLine>,
    waiting: Vec<Waiting>,
    preparing: JoinSet<Result<Ready, PublishLine>>,
    ready: Vec<Ready>,
    committing: Option<Committing>,
    _admission: Admission,
}

impl Engine {
    /// Publishes paths: verifies each, then makes it visible. The lines come in
    /// groups as they are committed; what was answered `published` survives
    /// power loss. The work goes on when the stream is dropped.
    ///
    /// # Errors
    /// When the request as a whole is malformed, the store is away or the cache
    /// is gone; nothing was published then.
    pub async fn publish(
        &self,
        caller: &Caller,
        cache: &CacheRow,
        mut request: PublishRequest,
    ) -> Result<PublishStream, EngineError> {
        self.require_ready()?;
        let ranges = deal(&request.paths, request.digests.len())?;
        let cache = self.known_row(cache).await?;
        let store_dir = StoreDir::parse(&cache.row.settings.store_dir)
            .map_err(|_| EngineError::Cut("the cache has a malformed store directory"))?;
        let admission = match request.admission.take() {
            Some(admission) => admission,
            None => self.admit(caller, request.memory()).await?,
        };
        let checked = check_all(request.paths, ranges, &store_dir, self.limits());
        let (lines, answers) = mpsc::unbounded_channel();
        let mut claims = Vec::new();
        for outcome in checked {
            match outcome {
                Ok(claim) => claims.push(claim),
                Err((text, (code, message))) => {
                    self.0.tally.publish_refused.inc();
                    let _ = lines.send(PublishLine::error(text, code, message));
                }
            }
        }
        let driver = Driver {
            engine: self.clone(),
            shared: Arc::new(Shared {
                caller: caller.clone(),
                cache,
                digests: request.digests,
            }),
            lines,
            waiting: Vec::new(),
            preparing: JoinSet::new(),
            ready: Vec::new(),
            committing: None,
            _admission: admission,
        };
        tokio::spawn(driver.run(claims));
        Ok(Box::pin(stream::unfold(answers, async |mut answers| {
            answers.recv().await.map(|line| (line, answers))
        })))
    }
}

impl Driver {
    async fn run(mut self, claims: Vec<Claim>) {
        self.look(claims).await;
        self.resolve().await;
        // Prepared from the end, so that the first path comes first.
        self.waiting.reverse();
        loop {
            self.start_preparing();
            self.start_committing();
            if self.preparing.is_empty() && self.committing.is_none() {
                break;
            }
            tokio::select! {
                Some(done) = self.preparing.join_next() => match done {
                    Ok(Ok(ready)) => self.ready.push(ready),
                    Ok(Err(line)) => self.settle(line),
                    Err(_) => tracing::error!("a path of a publish ended without an answer"),
                },
                done = finished(&mut self.committing) => self.committed(done).await,
            }
        }
    }

    /// Answers what needs no work, and keeps the rest.
    async fn look(&mut self, claims: Vec<Claim>) {
        for claim in claims {
            self.look_at(claim, 0).await;
        }
    }

    async fn look_at(&mut self, claim: Claim, tries: usize) {
        match self.engine.standing(&self.shared, &claim).await {
            Ok(Standing::Open(replaces)) => self.waiting.push(Waiting {
                claim,
                replaces,
                resolved: None,
                tries,
            }),
            Ok(Standing::Merge {
                replaces,
                nar,
                chunks,
            }) => self.ready.push(Ready {
                claim,
                chunks,
                nar: NarSource::Reuse(nar),
                replaces: Some(replaces),
                tries,
            }),
            Ok(Standing::Answered(line)) => self.settle(line),
            Err(error) => self.settle(trouble(&claim, &error)),
        }
    }

    /// Resolves the digests of all waiting paths, in windows that reach across
    /// paths, so that many small paths are few transactions.
    async fn resolve(&mut self) {
        let digests =
            |waiting: &Waiting| self.shared.digests[waiting.claim.digests.clone()].to_vec();
        let all: Vec<_> = self.waiting.iter().flat_map(digests).collect();
        let mut found = Vec::with_capacity(all.len());
        for window in all.chunks(WINDOW) {
            match self.engine.resolve(&self.shared, window.to_vec()).await {
                Ok(chunks) => found.extend(chunks),
                Err(error) => {
                    for waiting in std::mem::take(&mut self.waiting) {
                        self.settle(trouble(&waiting.claim, &error));
                    }
                    return;
                }
            }
        }
        let mut found = found.into_iter();
        for waiting in &mut self.waiting {
            let count = waiting.claim.digests.len();
            waiting.resolved = Some(found.by_ref().take(count).collect());
        }
    }

    fn start_preparing(&mut self) {
        while self.preparing.len() < SIDE_BY_SIDE
            && self.ready.len() < GROUP_PATHS
            && let Some(next) = self.waiting.pop()
        {
            let (engine, shared) = (self.engine.clone(), self.shared.clone());
            self.preparing.spawn(async move {
                let Waiting {
                    claim,
                    replaces,
                    resolved,
                    tries,
                } = next;
                engine
                    .prepare(&shared, claim, replaces, resolved, tries)
                    .await
            });
        }
    }

    /// What became ready while the last group was committed is the next group.
    fn start_committing(&mut self) {
        if self.committing.is_some() || self.ready.is_empty() {
            return;
        }
        let mut chunks = 0;
        let fitting = self.ready.iter().take(GROUP_PATHS).take_while(|ready| {
            chunks += ready.chunks.len();
            chunks <= GROUP_CHUNKS
        });
        let count = fitting.count().max(1);
        let group: Vec<Ready> = self.ready.drain(..count).collect();
        let (engine, shared) = (self.engine.clone(), self.shared.clone());
        self.committing = Some(Committing {
            paths: group.iter().map(|ready| ready.claim.text.clone()).collect(),
            task: tokio::spawn(async move { engine.commit_group(&shared, group).await }),
        });
    }

    async fn committed(&mut self, done: Committed) {
        self.committing = None;
        done.lines.into_iter().for_each(|line| self.settle(line));
        self.ready.splice(0..0, done.again);
        for ready in done.anew {
            self.look_at(ready.claim, ready.tries).await;
        }
    }

    fn settle(&self, line: PublishLine) {
        if line.code.is_some() {
            self.engine.0.tally.publish_refused.inc();
        }
        // The client may be gone; the work is not in vain.
        let _ = self.lines.send(line);
    }
}

/// The end of a commit that runs; never, when none runs.
async fn finished(committing: &mut Option<Committing>) -> Committed {
    let Some(Committing { task, paths }) = committing else {
        return std::future::pending().await;
    };
    let lost = |path: &String| {
        let message = "the commit ended without an answer";
        PublishLine::error(path, ErrorCode::Internal, message)
    };
    task.await.unwrap_or_else(|_| Committed {
        lines: paths.iter().map(lost).collect(),
        ..Committed::default()
    })
}
