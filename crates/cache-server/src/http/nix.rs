//! Nix's binary cache protocol, for reading.
//!
//! A question for a narinfo is answered with 200 or 404 and nothing else:
//! anything else fails a whole build even where another substituter has the path.

mod nar;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use cache_api::ErrorCode;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use nar_format::PathHash;
use nar_format::cache_info::CacheInfo;
use token_auth::Permission;

use super::App;
use super::errors::HttpError;
use super::observe::Found;
use super::params::Params;
use super::who::Who;
use crate::metrics::NarinfoResult;

pub(crate) use nar::NAR;

/// What a cache says about itself.
pub(crate) const CACHE_INFO: &str = "/{cache}/nix-cache-info";
/// `HASH.narinfo` and `HASH.ls`.
pub(crate) const FILE: &str = "/{cache}/{file}";

/// Routes with their handlers.
pub(crate) fn routes() -> [(&'static str, MethodRouter<App>); 3] {
    [
        (CACHE_INFO, get(cache_info)),
        (FILE, get(file)),
        (NAR, get(nar::nar)),
    ]
}

/// Whether a path under [`FILE`] asks for a narinfo, however malformed its hash.
pub(crate) fn is_narinfo(path: &str) -> bool {
    path.ends_with(".narinfo")
}

/// The answer where there is no narinfo, for whatever reason.
pub(crate) fn no_narinfo() -> Response {
    let error = HttpError::new(ErrorCode::NoSuchPath, "there is no such narinfo here");
    with_found(error.into_response(), Found::Miss)
}

fn with_found(mut response: Response, found: Found) -> Response {
    response.extensions_mut().insert(found);
    response
}

fn typed(bytes: impl Into<Bytes>, content_type: &'static str) -> Response {
    let mut response = Response::new(Body::from(bytes.into()));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

async fn cache_info(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Pull).await?;
    let settings = &cache.settings;
    let info = CacheInfo {
        store_dir: settings
            .store_dir
            .parse()
            .map_err(|_| HttpError::plain(ErrorCode::Internal))?,
        want_mass_query: true,
        priority: settings.priority,
    };
    Ok(typed(info.to_string(), "text/x-nix-cache-info"))
}

async fn file(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
    request: Request,
) -> Result<Response, HttpError> {
    let file = params.text("file").unwrap_or_default();
    if let Some(hash) = file.strip_suffix(".narinfo") {
        return Ok(narinfo(&app, &who, &params, hash.parse().ok()).await);
    }
    // A segment that does not decode is unknown to `params`.
    if is_narinfo(request.uri().path()) {
        return Ok(no_narinfo());
    }
    match file.strip_suffix(".ls") {
        Some(hash) => listing(&app, &who, &params, hash.parse().ok()).await,
        None => Err(HttpError::plain(ErrorCode::NotFound)),
    }
}

async fn narinfo(app: &App, who: &Who, params: &Params, hash: Option<PathHash>) -> Response {
    let count = |result| app.metrics().http.narinfo(result);
    let cache = match who.cache(app, params.cache(), Permission::Pull).await {
        Ok(cache) => cache,
        Err(error) => {
            let trouble = error.status().is_server_error();
            count(if trouble {
                NarinfoResult::Trouble
            } else {
                NarinfoResult::Denied
            });
            return no_narinfo();
        }
    };
    let found = match hash {
        Some(hash) => app.engine().narinfo(&cache, hash).await,
        None => None,
    };
    match found {
        Some(text) => {
            count(NarinfoResult::Hit);
            with_found(typed(text, "text/x-nix-narinfo"), Found::Hit)
        }
        None => {
            count(NarinfoResult::Miss);
            no_narinfo()
        }
    }
}

async fn listing(
    app: &App,
    who: &Who,
    params: &Params,
    hash: Option<PathHash>,
) -> Result<Response, HttpError> {
    let cache = who.cache(app, params.cache(), Permission::Pull).await?;
    let found = match hash {
        Some(hash) => app.engine().listing(&cache, hash).await,
        None => None,
    };
    let json = found.ok_or_else(|| HttpError::plain(ErrorCode::NoSuchPath))?;
    Ok(typed(json, cache_api::routes::JSON))
}
