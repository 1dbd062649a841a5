//! Pages for people and probes.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use super::App;
use crate::engine::Readiness;

/// Routes with their handlers.
pub(crate) fn routes() -> [(&'static str, MethodRouter<App>); 4] {
    [
        ("/", get(index)),
        ("/healthz", get(alive)),
        ("/readyz", get(ready)),
        ("/v1/healthz", get(ready)),
    ]
}

/// Where metrics are, on whichever listener serves them.
pub(crate) const METRICS: &str = "/metrics";

/// All metrics as text.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    page(
        StatusCode::OK,
        crate::metrics::CONTENT_TYPE,
        app.metrics().text(),
    )
}

fn page(status: StatusCode, content_type: &'static str, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

const TEXT: &str = "text/plain; charset=utf-8";

/// The process runs and answers.
async fn alive() -> Response {
    page(StatusCode::OK, TEXT, "ok\n")
}

/// Database and blob store answer and belong together. Says no path, no id:
/// anybody may ask.
async fn ready(State(app): State<App>) -> Response {
    match app.engine().readiness() {
        Readiness::Ready => page(StatusCode::OK, TEXT, "ok\n"),
        Readiness::StoreAway(_) => page(
            StatusCode::SERVICE_UNAVAILABLE,
            TEXT,
            "the blob store is away; the log says more\n",
        ),
        Readiness::Foreign(_) => page(
            StatusCode::SERVICE_UNAVAILABLE,
            TEXT,
            "database and blob store do not belong together; the log says more\n",
        ),
    }
}

const INDEX: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Garret</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em; color: #223; background: #fff }
pre { background: #eef1f5; padding: 1em; overflow-x: auto }
@media (prefers-color-scheme: dark) { body { color: #dde; background: #14171c } pre { background: #20252d } }
</style>
<h1>Garret</h1>
<p>This is a binary cache for Nix. To use one of its caches:</p>
<pre>garret login NAME URL TOKEN
garret use CACHE
garret push CACHE ./result</pre>
<p>URL is the address of this page. Whoever runs this server hands out tokens.</p>
</html>
";

async fn index() -> Response {
    page(StatusCode::OK, "text/html; charset=utf-8", INDEX)
}
