//! One verification of one NAR at a time.
//!
//! A client that lost its connection tries again while its first try is still
//! being verified. The second joins the first. A verification is a task of its
//! own, so it also outlives whoever asked for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use cache_db::{CacheId, NewNar, TokenKey};
use futures_util::{FutureExt, future::BoxFuture, future::Shared};

use super::verify::{Unsound, Wanted};
use crate::engine::{Engine, EngineError, shares::Shares};

/// What makes two verifications the same one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    token: TokenKey,
    cache: CacheId,
    /// BLAKE3 of NAR hash, size and chunk ids.
    nar: [u8; 32],
}

type Answer = Result<Arc<NewNar>, Arc<Unsound>>;
type Flight = Shared<BoxFuture<'static, Answer>>;

/// The verifications that run.
pub(crate) struct Flights {
    running: Mutex<HashMap<Key, Flight>>,
    slots: Shares,
}

impl Flights {
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            running: Mutex::default(),
            slots: Shares::new(slots as u64),
        }
    }
}

fn key(token: TokenKey, cache: CacheId, wanted: &Wanted) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(wanted.hash.as_bytes());
    hasher.update(&wanted.size.to_le_bytes());
    for chunk in wanted.chunks.iter() {
        hasher.update(&chunk.id.0.to_le_bytes());
    }
    Key {
        token,
        cache,
        nar: *hasher.finalize().as_bytes(),
    }
}

/// Takes a verification off the list however it ends.
struct Landing<'a> {
    flights: &'a Flights,
    key: Key,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        if let Ok(mut running) = self.flights.running.lock() {
            running.remove(&self.key);
        }
    }
}

impl Engine {
    /// Verifies a NAR, or waits for the same verification that runs already.
    pub(super) async fn verify_once_each(
        &self,
        token: TokenKey,
        cache: CacheId,
        wanted: Wanted,
    ) -> Answer {
        let key = key(token, cache, &wanted);
        let flight = {
            let mut running = self
                .0
                .flights
                .running
                .lock()
                .expect("no panic under this lock");
            running
                .entry(key)
                .or_insert_with(|| self.take_off(key, wanted))
                .clone()
        };
        flight.await
    }

    fn take_off(&self, key: Key, wanted: Wanted) -> Flight {
        let engine = self.clone();
        let task = tokio::spawn(async move {
            let _landing = Landing {
                flights: &engine.0.flights,
                key,
            };
            let slot = engine.0.flights.slots.take(key.token, 1).await;
            let answer = match slot {
                Some(_slot) => engine.verify(wanted).await,
                None => Err(EngineError::Cut("the engine is closed").into()),
            };
            answer.map(Arc::new).map_err(Arc::new)
        });
        task.map(|done| match done {
            Ok(answer) => answer,
            Err(_) => Err(Arc::new(
                EngineError::Cut("a verification ended without an answer").into(),
            )),
        })
        .boxed()
        .shared()
    }
}
