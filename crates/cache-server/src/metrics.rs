//! The metrics of a server, in one place.
//!
//! Names are `garret_<name>_<unit>[_total]` in base units. Labels are few:
//! a route is named by its pattern, never by its path, and no label names a
//! cache, a token or an address.

use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::engine::{self as tally, Engine, Readiness, Tally};

/// Content type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the latency histogram, in seconds.
const BOUNDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];

/// Everything that a server counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Requests and connections.
    pub(crate) http: Http,
}

/// Labels of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

/// Label of a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

/// Label of an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

/// What became of a question for a narinfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NarinfoResult {
    /// It was there.
    Hit,
    /// It was not, or its name cannot be one.
    Miss,
    /// The caller may not pull from that cache.
    Denied,
    /// Trouble of ours, answered as a miss.
    Trouble,
}

/// What the HTTP server counts.
#[derive(Debug)]
pub(crate) struct Http {
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabel, Histogram, fn() -> Histogram>,
    received: Family<RouteLabel, Counter>,
    sent: Family<RouteLabel, Counter>,
    narinfo: Family<ResultLabel, Counter>,
    tokens: Family<ResultLabel, Counter>,
    pub(crate) connections: Gauge,
    pub(crate) refused_connections: Counter,
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

impl Http {
    fn new(registry: &mut Registry) -> Self {
        let http = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram as fn() -> Histogram),
            received: Family::default(),
            sent: Family::default(),
            narinfo: Family::default(),
            tokens: Family::default(),
            connections: Gauge::default(),
            refused_connections: Counter::default(),
        };
        registry.register(
            "http_requests",
            "Requests answered, by route pattern, method and status",
            http.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request's head to the last byte of its answer",
            Unit::Seconds,
            http.durations.clone(),
        );
        registry.register_with_unit(
            "http_received",
            "Bytes of request bodies",
            Unit::Bytes,
            http.received.clone(),
        );
        registry.register_with_unit(
            "http_sent",
            "Bytes of answers' bodies",
            Unit::Bytes,
            http.sent.clone(),
        );
        registry.register("narinfo_requests", "Questions for a narinfo: hit, miss, denied (answered as a miss), trouble (of the server, answered as a miss)", http.narinfo.clone());
        registry.register(
            "token_checks",
            "Valid tokens: remembered, or verified anew",
            http.tokens.clone(),
        );
        registry.register(
            "http_connections",
            "Connections open now",
            http.connections.clone(),
        );
        registry.register(
            "http_connections_refused",
            "Connections closed because their address had too many",
            http.refused_connections.clone(),
        );
        http
    }

    /// Counts a request at its end.
    pub(crate) fn request(
        &self,
        route: &str,
        method: &'static str,
        status: u16,
        took: Duration,
        received: u64,
        sent: u64,
    ) {
        let label = RouteLabel {
            route: route.to_owned(),
        };
        self.durations
            .get_or_create(&label)
            .observe(took.as_secs_f64());
        if received > 0 {
            self.received.get_or_create(&label).inc_by(received);
        }
        if sent > 0 {
            self.sent.get_or_create(&label).inc_by(sent);
        }
        let labels = RequestLabels {
            route: label.route,
            method,
            status,
        };
        self.requests.get_or_create(&labels).inc();
    }

    /// Counts a question for a narinfo.
    pub(crate) fn narinfo(&self, result: NarinfoResult) {
        let result = match result {
            NarinfoResult::Hit => "hit",
            NarinfoResult::Miss => "miss",
            NarinfoResult::Denied => "denied",
            NarinfoResult::Trouble => "trouble",
        };
        self.narinfo.get_or_create(&ResultLabel { result }).inc();
    }

    /// Counts a valid token.
    pub(crate) fn token(&self, remembered: bool) {
        let result = if remembered { "remembered" } else { "verified" };
        self.tokens.get_or_create(&ResultLabel { result }).inc();
    }
}

impl Metrics {
    /// The metrics of a server over `engine`.
    pub fn new(engine: Engine) -> Self {
        let mut registry = Registry::with_prefix("garret");
        let http = Http::new(&mut registry);
        registry.register_collector(Box::new(EngineMetrics(engine)));
        Self { registry, http }
    }

    /// All of them as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// One counter of the engine: name, help, unit, where it is.
type EngineCounter = (
    &'static str,
    &'static str,
    Option<Unit>,
    fn(&Tally) -> &tally::Counter,
);

/// What the engine counts by itself.
const ENGINE: &[EngineCounter] = &[
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
const READY: (&str, &str) = (
    "ready",
    "1 while database and blob store answer and belong together",
);

#[derive(Debug)]
struct EngineMetrics(Engine);

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

/// A metric as the reference page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Its name as Prometheus stores it.
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// What it says.
    pub help: String,
}

/// Every metric there is, in the order in which they are served.
pub fn described() -> Vec<Metric> {
    let mut registry = Registry::with_prefix("garret");
    let http = Http::new(&mut registry);
    // A family without a member is not written.
    http.request("/", "GET", 200, Duration::ZERO, 1, 1);
    http.narinfo(NarinfoResult::Hit);
    http.token(true);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = encode(&mut text, &registry);
    let mut metrics = parse_described(&text);
    let engine = ENGINE.iter().map(|(name, help, unit, _)| {
        let unit = unit
            .as_ref()
            .map_or_else(String::new, |unit| format!("_{}", unit.as_str()));
        Metric {
            name: format!("garret_{name}{unit}_total"),
            kind: "counter".into(),
            help: (*help).into(),
        }
    });
    metrics.extend(engine);
    metrics.push(Metric {
        name: format!("garret_{}", READY.0),
        kind: "gauge".into(),
        help: READY.1.into(),
    });
    metrics
}

/// Reads `# HELP` and `# TYPE` lines.
fn parse_described(text: &str) -> Vec<Metric> {
    let kind_of = |name: &str| {
        let prefix = format!("# TYPE {name} ");
        text.lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .unwrap_or_default()
            .to_owned()
    };
    let help = text
        .lines()
        .filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' '));
    help.map(|(name, help)| {
        let kind = kind_of(name);
        let suffix = if kind == "counter" { "_total" } else { "" };
        Metric {
            name: format!("{name}{suffix}"),
            kind,
            help: help.trim_end_matches('.').to_owned(),
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_one_law() {
        let metrics = described();
        assert!(metrics.len() > 20, "{metrics:?}");
        for Metric { name, kind, help } in metrics {
            assert!(name.starts_with("garret_"), "{name}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{name} {kind}");
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{name}"
            );
            assert!(!help.is_empty() && !help.contains('|'), "{name}: {help}");
        }
    }
}
