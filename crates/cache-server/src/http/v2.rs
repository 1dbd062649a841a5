//! Garret's own protocol.

mod caches;
mod paths;
mod push;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post, put};
use cache_api::routes;
use http::StatusCode;

use super::App;
use super::errors::{HttpError, json};
use super::who::Who;

/// Longest JSON body that changes a cache.
const MAX_SETTINGS: u64 = 64 << 10;

/// Routes with their handlers.
pub(crate) fn routes() -> [(&'static str, MethodRouter<App>); 10] {
    let cache = get(caches::info)
        .put(caches::create)
        .patch(caches::configure)
        .delete(caches::destroy);
    [
        (routes::SERVER, get(server)),
        (routes::CACHES, get(caches::list)),
        (routes::CACHE, cache),
        (routes::KEYS, post(caches::add_key)),
        (routes::KEY, delete(caches::retire_key)),
        (routes::PATHS_MISSING, post(push::paths_missing)),
        (routes::CHUNKS_MISSING, post(push::chunks_missing)),
        (routes::PACKS, put(push::pack)),
        (routes::PATHS, get(paths::list).post(push::publish)),
        (routes::PATH, get(paths::one).delete(paths::remove)),
    ]
}

/// Open to everybody, but a token that is shown must be valid: so a login can be tried.
async fn server(
    State(app): State<App>,
    Extension(who): Extension<Who>,
) -> Result<Response, HttpError> {
    who.not_rejected()?;
    Ok(json(StatusCode::OK, &app.engine().server_info()))
}

fn no_content() -> Response {
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
