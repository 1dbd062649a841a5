//! The metrics of a server, in one place.
//!
//! Names are `garret_<name>_<unit>[_total]` in base units. Labels are few:
//! a route is named by its pattern, never by its path, and no label names a
//! cache, a token or an address.

mod engine;
mod reference;

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::engine::Engine;

pub use reference::{Metric, described};

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
        registry.register_collector(Box::new(engine::EngineMetrics(engine)));
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
