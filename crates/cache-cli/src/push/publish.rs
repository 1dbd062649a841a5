//! Batches of paths that are ready: published together, answered one by one.

use std::collections::HashMap;

use cache_api::{CacheName, PublishLine, PublishPath, publish_body};
use chunk_store::Digest;
use nar_format::StoreDir;
use tokio::sync::mpsc::UnboundedSender;

use super::ledger::PathId;
use crate::api::{Api, ApiError};
use crate::store::PathFacts;

/// Paths of one batch.
pub(super) const MAX_PATHS: usize = 1000;
/// NAR bytes of one batch; a larger path goes alone. The server reads all of it back.
const MAX_NAR_BYTES: u64 = 256 << 20;

/// A path that is ready.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) id: PathId,
    pub(super) info: PublishPath,
    pub(super) digests: Vec<Digest>,
}

impl Item {
    /// Bytes of this path in a publish body, at most.
    pub(super) fn body_len(&self) -> u64 {
        let text = |text: &Option<String>| text.as_ref().map_or(0, |text| text.len() as u64);
        let list = |list: &[String]| list.iter().map(|text| text.len() as u64 + 3).sum::<u64>();
        let info = &self.info;
        let json = 512 + info.path.len() as u64 + text(&info.deriver) + text(&info.ca);
        json + list(&info.references) + list(&info.sigs) + 32 * self.digests.len() as u64
    }
}

/// What the server is told of a path, but for its chunks.
pub(super) fn info(
    facts: &PathFacts,
    dir: &StoreDir,
    nar_size: u64,
    max_sigs: u32,
    replace: bool,
) -> PublishPath {
    PublishPath {
        path: facts.path.absolute(dir),
        nar_hash: facts.nar_hash,
        nar_size,
        references: facts.references.iter().map(ToString::to_string).collect(),
        deriver: facts.deriver.as_ref().map(ToString::to_string),
        ca: facts.ca.clone(),
        sigs: facts.sigs.iter().take(max_sigs as usize).cloned().collect(),
        chunks: 0,
        replace,
    }
}

/// How many of the first of these make one batch, at least one.
pub(super) fn batch_len<'a>(items: impl Iterator<Item = &'a Item>, max_body: u64) -> usize {
    let (mut nar, mut body, mut count) = (0, 4, 0);
    for item in items.take(MAX_PATHS) {
        nar += item.info.nar_size;
        body += item.body_len();
        if count > 0 && (nar > MAX_NAR_BYTES || body > max_body) {
            break;
        }
        count += 1;
    }
    count
}

/// Publishes a batch, and again what was not answered when the connection broke, until every path
/// has its line.
pub(super) async fn publish(
    api: Api,
    cache: CacheName,
    items: Vec<Item>,
    lines: UnboundedSender<(PathId, PublishLine)>,
) -> Result<(), ApiError> {
    let mut open: HashMap<String, Item> = items
        .into_iter()
        .map(|item| (item.info.path.clone(), item))
        .collect();
    let mut tried = 0;
    while !open.is_empty() {
        let before = open.len();
        let body = body(open.values());
        let answered = api
            .publish(&cache, body.into(), &mut |line: PublishLine| {
                if let Some(item) = open.remove(&line.path) {
                    // Nobody listens after a push was given up.
                    let _ = lines.send((item.id, line));
                }
            })
            .await;
        let error = match answered {
            Ok(()) if open.is_empty() => return Ok(()),
            Ok(()) => ApiError::Answer {
                origin: api.origin().clone(),
                what: format!("{} of {before} paths were not answered", open.len()),
            },
            Err(error) if error.is_transient() => error,
            Err(error) => return Err(error),
        };
        // Whoever gets something done may go on for as long as it takes.
        tried = if open.len() < before { 1 } else { tried + 1 };
        match api
            .backoff()
            .wait(tried, error.retry_after(), api.requests())
        {
            None => return Err(error),
            Some(wait) => tokio::time::sleep(wait).await,
        }
    }
    Ok(())
}

fn body<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<u8> {
    let mut paths = Vec::new();
    let mut digests = Vec::new();
    for item in items {
        let chunks = u32::try_from(item.digests.len()).unwrap_or(u32::MAX);
        paths.push(PublishPath {
            chunks,
            ..item.info.clone()
        });
        digests.extend(item.digests.iter().map(|digest| *digest.as_bytes()));
    }
    publish_body::encode(&paths, &digests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nar_format::{NarHash, StorePath};

    fn item(id: PathId, nar_size: u64, digests: usize) -> Item {
        let facts = PathFacts {
            path: StorePath::from_base_name(&format!("{}-p{id}", "0".repeat(32))).expect("valid"),
            nar_hash: NarHash::of(b""),
            nar_size: Some(nar_size),
            references: vec![
                StorePath::from_base_name(&format!("{}-r", "1".repeat(32)))
                    .expect("valid");
                40
            ],
            deriver: None,
            sigs: vec!["k:s".to_owned(); 20],
            ca: None,
            ultimate: false,
        };
        let info = info(&facts, &StoreDir::default(), nar_size, 16, false);
        assert_eq!(info.sigs.len(), 16);
        Item {
            id,
            info,
            digests: vec![Digest::of(b"x"); digests],
        }
    }

    #[test]
    fn batches_keep_every_limit_and_are_never_empty() {
        let small: Vec<Item> = (0..MAX_PATHS + 5).map(|id| item(id, 1, 1)).collect();
        assert_eq!(batch_len(small.iter(), u64::MAX), MAX_PATHS);
        let large = [item(0, MAX_NAR_BYTES + 1, 1), item(1, 1, 1)];
        assert_eq!(batch_len(large.iter(), u64::MAX), 1);
        assert_eq!(batch_len(large[1..].iter(), 1), 1);
        let halves = [
            item(0, MAX_NAR_BYTES / 2, 1),
            item(1, MAX_NAR_BYTES / 2, 1),
            item(2, 1, 1),
        ];
        assert_eq!(batch_len(halves.iter(), u64::MAX), 2);
    }

    #[test]
    fn the_reckoned_length_is_never_too_small() {
        for count in [1, 3] {
            let items: Vec<Item> = (0..count).map(|id| item(id, 7, 5)).collect();
            let reckoned: u64 = 4 + items.iter().map(Item::body_len).sum::<u64>();
            assert!(body(items.iter()).len() as u64 <= reckoned);
        }
    }
}
