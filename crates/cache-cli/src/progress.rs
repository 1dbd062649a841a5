//! What a push tells while it runs. The library calls, a front end draws.

mod fronts;

use std::sync::Mutex;

use nar_format::StorePath;

pub use fronts::{Bars, Json, Plain};

use crate::error::CliError;

/// Something that happened in a push.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The plan stands.
    Planned {
        /// Paths that will be sent.
        send: usize,
        /// NAR bytes of these.
        bytes: u64,
        /// Paths that the cache has.
        present: usize,
        /// Paths left out since an upstream cache has signed them.
        upstream: usize,
    },
    /// NAR bytes were read.
    Read(u64),
    /// Bytes of packs were sent and acknowledged.
    Sent(u64),
    /// A path is published.
    Published {
        /// The path.
        path: &'a StorePath,
        /// Bytes of its NAR.
        nar_size: u64,
    },
    /// A path could not be pushed.
    Failed {
        /// The path.
        path: &'a StorePath,
        /// Why.
        error: &'a CliError,
    },
    /// Something worth knowing.
    Note(&'a str),
}

/// Takes events, from any thread, in the order in which they happen.
pub trait Progress: Send + Sync {
    /// Something happened.
    fn event(&self, event: &Event<'_>);

    /// Nothing more will happen; whatever is drawn goes.
    fn close(&self) {}
}

/// Draws nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _event: &Event<'_>) {}
}

/// Keeps every event as text, for tests and for embedders that show a log.
#[derive(Debug, Default)]
pub struct Recorded(Mutex<Vec<String>>);

impl Recorded {
    /// What was told so far.
    pub fn events(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}

impl Progress for Recorded {
    fn event(&self, event: &Event<'_>) {
        let mut events = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        events.push(format!("{event:?}"));
    }
}
