//! Settings of the HTTP server.

use std::time::Duration;

/// What the HTTP server is told; the defaults suit one small machine.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Origin that answers name, ending in a slash; `None` derives it from each request.
    pub api_endpoint: Option<String>,
    /// Origin of substituter URLs, ending in a slash; `None` is the same as the API's.
    pub substituter_endpoint: Option<String>,
    /// The only `Host` values that are answered, port included; empty allows all.
    pub allowed_hosts: Vec<String>,
    /// Time from the first byte of a request's head (or the connection's start) to its last.
    pub header_timeout: Duration,
    /// Time a connection may wait for its next request.
    pub idle_timeout: Duration,
    /// Time a client may take no byte of an answer.
    pub stall_timeout: Duration,
    /// Least bytes a second of a request body, while the server waits for the client.
    pub body_least_rate: u64,
    /// Waiting that every body may use before the least rate counts.
    pub body_grace: Duration,
    /// Longest time for which the rest of a body that nobody wants is read, so
    /// that its sender gets to read the answer.
    pub drain_time: Duration,
    /// Time between two blank lines that keep a publish's answer alive.
    pub heartbeat: Duration,
    /// Time that running requests get to finish when the server stops.
    pub shutdown_deadline: Duration,
    /// Connections at once.
    pub max_connections: usize,
    /// Connections at once from one address.
    pub max_connections_per_address: usize,
    /// Requests at once with one token.
    pub max_requests_per_token: usize,
    /// Time a request waits for a place among those of its token.
    pub token_wait: Duration,
    /// Verified tokens that are remembered.
    pub remembered_tokens: usize,
    /// Random number that request ids begin with.
    pub request_id_seed: u32,
    /// Whether `/metrics` is answered on the main listener too.
    pub metrics_on_main: bool,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            api_endpoint: None,
            substituter_endpoint: None,
            allowed_hosts: Vec::new(),
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            stall_timeout: Duration::from_secs(300),
            body_least_rate: 1_024,
            body_grace: Duration::from_secs(10),
            drain_time: Duration::from_secs(2),
            heartbeat: Duration::from_secs(10),
            shutdown_deadline: Duration::from_secs(30),
            max_connections: 2_048,
            max_connections_per_address: 512,
            max_requests_per_token: 256,
            token_wait: Duration::from_secs(10),
            remembered_tokens: 4_096,
            request_id_seed: 0,
            metrics_on_main: false,
        }
    }
}
