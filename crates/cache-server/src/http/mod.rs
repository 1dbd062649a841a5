//! The server's protocols over HTTP. Everything here is translation: the engine
//! decides, this module says who asks, enforces limits on requests, and puts
//! answers into words.
//!
//! | file | what it does |
//! |---|---|
//! | `server.rs`, `connections.rs`, `socket.rs` | connections: caps, timeouts, shutdown |
//! | `observe.rs` | request id, log line, counters |
//! | `gate.rs` | host, token, a place for the request |
//! | `who.rs`, `tokens.rs` | who asks, and what they learn about a cache's name |
//! | `body.rs`, `drain.rs` | request bodies: limits and a least rate; what is left of them |
//! | `nix.rs`, `v2.rs`, `pages.rs` | the routes |
//! | `reference.rs` | the routes as a page |
//!
//! # Embedding
//!
//! ```no_run
//! use cache_server::{engine::Engine, http};
//!
//! async fn run(engine: Engine, clock: cache_db::Clock) -> Result<(), Box<dyn std::error::Error>> {
//!     let key = token_auth::SigningKey::hs256(b"32 bytes that only the server has")?;
//!     let verifier = token_auth::Verifier::new(&key);
//!     let app = http::App::new(engine, verifier, clock, http::HttpConfig::default());
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     let stop = std::future::pending();
//!     http::serve(listener, http::router(&app), &app, stop).await;
//!     Ok(())
//! }
//! ```

mod body;
mod config;
mod connections;
mod drain;
mod errors;
mod gate;
mod nix;
mod observe;
mod origin;
mod pages;
mod params;
mod range;
pub mod reference;
mod semaphores;
mod server;
mod socket;
mod tokens;
mod v2;
mod who;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use cache_api::ErrorCode;
use cache_db::Clock;
use token_auth::{TokenKey, Verifier};

pub use config::HttpConfig;
pub use server::serve;

use crate::engine::Engine;
use crate::metrics::Metrics;

/// What every request needs. Clones share one.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    tokens: tokens::Tokens,
    clock: Clock,
    metrics: Arc<Metrics>,
    /// For the requests of each token.
    places: semaphores::Semaphores<TokenKey>,
    /// For what is read of bodies that nobody wants.
    lanes: semaphores::Semaphores<drain::Sender>,
    request_ids: observe::RequestIds,
    config: Arc<HttpConfig>,
}

impl App {
    /// An HTTP server over `engine` that believes the tokens which `verifier` accepts.
    pub fn new(engine: Engine, verifier: Verifier, clock: Clock, config: HttpConfig) -> Self {
        Self(Arc::new(Inner {
            metrics: Arc::new(Metrics::new(engine.clone())),
            tokens: tokens::Tokens::new(verifier, config.remembered_tokens),
            places: semaphores::Semaphores::new(config.max_requests_per_token),
            lanes: semaphores::Semaphores::new(1),
            request_ids: observe::RequestIds::new(config.request_id_seed),
            config: Arc::new(config),
            engine,
            clock,
        }))
    }

    /// The engine that it serves.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// What it counts.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    pub(crate) fn config(&self) -> &Arc<HttpConfig> {
        &self.0.config
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn tokens(&self) -> &tokens::Tokens {
        &self.0.tokens
    }

    pub(crate) fn places(&self) -> &semaphores::Semaphores<TokenKey> {
        &self.0.places
    }

    pub(crate) fn lanes(&self) -> &semaphores::Semaphores<drain::Sender> {
        &self.0.lanes
    }

    pub(crate) fn request_ids(&self) -> &observe::RequestIds {
        &self.0.request_ids
    }
}

/// All routes of a server.
pub fn router(app: &App) -> Router {
    let mut routes = Router::new();
    for (path, methods) in nix::routes().into_iter().chain(v2::routes()) {
        routes = routes.route(path, methods);
    }
    let gated = refusing(routes).layer(from_fn_with_state(app.clone(), gate::gate));
    let mut open = Router::new();
    for (path, methods) in pages::routes() {
        open = open.route(path, methods);
    }
    if app.config().metrics_on_main {
        open = open.route(pages::METRICS, get(pages::metrics));
    }
    observed(
        gated.merge(open.method_not_allowed_fallback(wrong_method)),
        app,
    )
}

/// The routes of a listener for metrics alone.
pub fn metrics_router(app: &App) -> Router {
    observed(
        refusing(Router::new().route(pages::METRICS, get(pages::metrics))),
        app,
    )
}

/// Adds the answers to unknown paths and wrong methods.
fn refusing(router: Router<App>) -> Router<App> {
    router
        .fallback(async || refused(ErrorCode::NotFound))
        .method_not_allowed_fallback(wrong_method)
}

async fn wrong_method() -> Response {
    refused(ErrorCode::MethodNotAllowed)
}

/// Adds request ids, log lines and counters.
fn observed(router: Router<App>, app: &App) -> Router {
    router
        .layer(from_fn_with_state(app.clone(), observe::observe))
        .with_state(app.clone())
}

fn refused(code: ErrorCode) -> Response {
    errors::HttpError::plain(code).into_response()
}
