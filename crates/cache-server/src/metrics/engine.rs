//! What the engine counts, as metrics.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use crate::engine::{Counter, Engine, Readiness, Tally};

/// One counter of the engine: name, help, unit, where it is.
pub(super) type EngineCounter = (
    &'static str,
    &'static str,
    Option<Unit>,
    fn(&Tally) -> &Counter,
);

/// What the engine counts by itself.
pub(super) const ENGINE: &[EngineCounter] = &[
    ("packs", "Packs taken in", None, |tally| &tally.packs),
    (
        "pack",
        "Bytes of packs taken in",
        Some(Unit::Bytes),
        |tally| &tally.pack_bytes,
    ),
    ("frames", "Frames of packs taken in", None, |tally| {
        &tally.frames
    }),
    ("paths_published", "Paths published", None, |tally| {
        &tally.published
    }),
    (
        "paths_present",
        "Paths that were there already when they were published again",
        None,
        |tally| &tally.present,
    ),
    (
        "paths_refused",
        "Paths answered with an error or as missing chunks",
        None,
        |tally| &tally.publish_refused,
    ),
    (
        "verified",
        "NAR bytes decoded and hashed before a promise",
        Some(Unit::Bytes),
        |tally| &tally.verified_bytes,
    ),
    (
        "nars_reused",
        "Publishes that needed no decoding",
        None,
        |tally| &tally.nars_reused,
    ),
    (
        "narinfo_memory_hits",
        "narinfo answers from memory",
        None,
        |tally| &tally.narinfo_memory_hits,
    ),
    (
        "narinfo_database_hits",
        "narinfo answers from the database",
        None,
        |tally| &tally.narinfo_db_hits,
    ),
    (
        "narinfo_absent",
        "narinfo questions for paths that are not here",
        None,
        |tally| &tally.narinfo_misses,
    ),
    (
        "answers_hidden_by_trouble",
        "narinfo and NAR questions answered as absent because of trouble here",
        None,
        |tally| &tally.trouble,
    ),
    ("nars_served", "NAR bodies begun", None, |tally| {
        &tally.nars_served
    }),
    (
        "nar_sent",
        "Bytes of NAR bodies handed out",
        Some(Unit::Bytes),
        |tally| &tally.nar_bytes,
    ),
    (
        "nars_cut",
        "NAR bodies cut because a frame was damaged or gone",
        None,
        |tally| &tally.nars_cut,
    ),
    (
        "chunks_marked_broken",
        "Chunks marked broken",
        None,
        |tally| &tally.broken_marked,
    ),
    (
        "damage_reports_dropped",
        "Reports of damage dropped because too many waited",
        None,
        |tally| &tally.damage_dropped,
    ),
    (
        "access_times_dropped",
        "Access times dropped because too many waited",
        None,
        |tally| &tally.touches_dropped,
    ),
];

/// Name and help of whether the engine is ready.
pub(super) const READY: (&str, &str) = (
    "ready",
    "1 while database and blob store answer and belong together",
);

/// An engine whose counters are read when metrics are asked for.
#[derive(Debug)]
pub(super) struct EngineMetrics(pub(super) Engine);

impl Collector for EngineMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        for (name, help, unit, counter) in ENGINE {
            let value = ConstCounter::new(counter(self.0.tally()).get());
            let described =
                encoder.encode_descriptor(name, help, unit.as_ref(), value.metric_type())?;
            value.encode(described)?;
        }
        let ready = ConstGauge::new(i64::from(self.0.readiness() == Readiness::Ready));
        let described = encoder.encode_descriptor(READY.0, READY.1, None, ready.metric_type())?;
        ready.encode(described)
    }
}
